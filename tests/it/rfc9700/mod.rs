//! RFC 9700: what a stolen code or refresh token is worth, and for how long.

mod code_replay;
mod refresh;
mod rotation;
