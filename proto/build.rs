//! Compiles the contract with protox, so that no `protoc` has to be installed.

use std::{env, error::Error, fs, path::PathBuf};

fn main() -> Result<(), Box<dyn Error>> {
    // tonic-prost-build emits this only when it runs protoc itself.
    println!("cargo::rerun-if-changed=proto");
    let files = [
        "account",
        "admin",
        "context",
        "edge",
        "introspection",
        "oauth",
        "web",
    ]
    .map(|name| format!("authgate/v1/{name}.proto"));
    let descriptors = protox::compile(files, ["proto"])?;
    let out = PathBuf::from(env::var("OUT_DIR")?);
    fs::write(
        out.join("descriptors.bin"),
        prost::Message::encode_to_vec(&descriptors),
    )?;
    tonic_prost_build::configure().compile_fds(descriptors)?;
    Ok(())
}
