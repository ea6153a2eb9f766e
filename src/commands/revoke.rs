//! `authgate revoke`.

use authgate_proto::v1::{
    AdminTokenRequest, RevokeClientTokensRequest, RevokedResponse, UserRequest,
};
use clap::Subcommand;

use super::{refused, with_admin};
use crate::{Error, config::Config};

/// What can be ended.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Everything that acts for a user: sign-ins, and the tokens of all apps
    User {
        /// The user's name
        username: String,
    },
    /// Everything that a client holds: everybody has to sign in to it again
    Client {
        /// The client's id
        client_id: String,
    },
    /// One token
    Token {
        /// The `jti` of an access token, or the id of a refresh token's record
        id: String,
        /// It is a refresh token; its family ends with it
        #[arg(long)]
        refresh: bool,
    },
}

impl Command {
    /// Does what was asked.
    pub async fn run(self, config: &Config) -> Result<(), Error> {
        match self {
            Self::User { username } => {
                let request = UserRequest {
                    username,
                    user_id: String::new(),
                };
                let answer = with_admin(config, async |mut admin| {
                    admin.revoke_user_tokens(request).await.map_err(refused)
                });
                print(answer.await?.get_ref());
            }
            Self::Client { client_id } => {
                let request = RevokeClientTokensRequest { client_id };
                let answer = with_admin(config, async |mut admin| {
                    admin.revoke_client_tokens(request).await.map_err(refused)
                });
                print(answer.await?.get_ref());
            }
            Self::Token { id, refresh } => {
                let category = if refresh { "refresh" } else { "access" };
                let request = AdminTokenRequest {
                    id,
                    category: category.to_owned(),
                };
                let answer = with_admin(config, async |mut admin| {
                    admin.revoke_token(request).await.map_err(refused)
                });
                println!("The token is {}.", answer.await?.get_ref().status);
            }
        }
        Ok(())
    }
}

fn print(revoked: &RevokedResponse) {
    let RevokedResponse {
        grants,
        tokens,
        consents,
        sign_ins,
        more_tokens,
    } = revoked;
    let at_least = if *more_tokens { "at least " } else { "" };
    println!(
        "ended: {grants} app sign-ins with all their tokens, {at_least}{tokens} tokens of the \
         client itself, {consents} consents, {sign_ins} browser sessions"
    );
}
