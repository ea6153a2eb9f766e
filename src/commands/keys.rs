//! `authgate keys`.

use authgate_proto::v1::{RotateKeysRequest, WithdrawKeyRequest};
use clap::Subcommand;

use super::{refused, with_admin};
use crate::{Error, cli::Output, config::Config};

/// What can be asked about signing keys.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Make new keys; tokens of the old ones stay valid until they expire
    Rotate {
        /// Only this algorithm's: ES256, RS256 or EdDSA
        #[arg(long)]
        algorithm: Option<String>,
        /// Sign with the new keys at once, before verifiers know them: for a key that leaked
        #[arg(long)]
        now: bool,
        #[command(flatten)]
        output: Output,
    },
    /// Take a key that signs no more out of the key set: tokens of it count no more
    Withdraw {
        /// The key's `kid`
        key_id: String,
    },
}

impl Command {
    /// Does what was asked.
    pub async fn run(self, config: &Config) -> Result<(), Error> {
        let (algorithm, now, output) = match self {
            Self::Rotate {
                algorithm,
                now,
                output,
            } => (algorithm, now, output),
            Self::Withdraw { key_id } => return withdraw(config, key_id).await,
        };
        let request = RotateKeysRequest {
            algorithm: algorithm.unwrap_or_default(),
            immediately: now,
        };
        let answer = with_admin(config, async |mut admin| {
            admin.rotate_keys(request).await.map_err(refused)
        })
        .await?;
        let key_ids = answer.into_inner().key_ids;
        if output.json {
            println!("{}", serde_json::json!({ "key_ids": key_ids }));
        } else {
            println!("new keys: {}", key_ids.join(", "));
        }
        Ok(())
    }
}

async fn withdraw(config: &Config, key_id: String) -> Result<(), Error> {
    with_admin(config, async |mut admin| {
        let request = WithdrawKeyRequest { key_id };
        admin.withdraw_key(request).await.map_err(refused)
    })
    .await?;
    println!("The key is gone; running servers follow within 5 seconds.");
    Ok(())
}
