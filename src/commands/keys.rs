//! `authgate keys`.

use authgate_proto::v1::RotateKeysRequest;
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
}

impl Command {
    /// Does what was asked.
    pub async fn run(self, config: &Config) -> Result<(), Error> {
        let Self::Rotate {
            algorithm,
            now,
            output,
        } = self;
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
