//! `authgate client`.

use std::{fs, io, path::PathBuf};

use authgate_proto::{
    v1::{
        AdminClient, AdminDeleteClientRequest, ApproveClientRequest, CreateClientRequest,
        DeactivateClientRequest, GetClientRequest, ListClientsRequest,
        RegenerateClientSecretRequest, RejectClientRequest,
    },
    vocabulary::grant_type,
};
use clap::{Args, Subcommand};
use serde_json::{Map, Value, json};

use super::{plain, print_table, refused, with_admin};
use crate::{Error, cli::Output, config::Config};

/// What can be asked about clients.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Register a client and print its id and secret; the secret is shown this once
    Create(Create),
    /// List clients
    List {
        /// Only those with this status: active, pending or inactive
        #[arg(long)]
        status: Option<String>,
        #[command(flatten)]
        output: Output,
    },
    /// Show everything that a client registered
    Show(Named),
    /// Let a client be used that waits for approval, or was switched off
    #[command(visible_alias = "activate")]
    Approve(Named),
    /// Turn a registration down; all its tokens end
    Reject(Named),
    /// Switch a client off; all its tokens end
    Deactivate(Named),
    /// Give a client another secret, which is shown this once; the old one counts no longer
    RegenerateSecret(Named),
    /// Remove a client for good, with all its tokens and consents
    Delete(Named),
}

/// One client.
#[derive(Debug, Args)]
pub struct Named {
    /// The client's id
    client_id: String,
}

/// The new client: what the options say, over what the file says.
#[derive(Debug, Args)]
pub struct Create {
    /// Its name, as people see it
    #[arg(long)]
    name: Option<String>,
    /// Its id; made up when left out
    #[arg(long)]
    client_id: Option<String>,
    /// What it may present: device_code, authorization_code, client_credentials, refresh_token; repeatable
    #[arg(long = "grant", value_name = "GRANT")]
    grants: Vec<String>,
    /// Where authorization responses may go; repeatable
    #[arg(long = "redirect-uri", value_name = "URI")]
    redirect_uris: Vec<String>,
    /// What it may ask for, separated by spaces
    #[arg(long)]
    scope: Option<String>,
    /// It can keep no secret: a program on people's devices
    #[arg(long)]
    public: bool,
    /// JSON file of RFC 7591 metadata; - reads standard input
    #[arg(long, value_name = "FILE")]
    metadata: Option<PathBuf>,
    #[command(flatten)]
    output: Output,
}

impl Command {
    /// Does what was asked.
    pub async fn run(self, config: &Config) -> Result<(), Error> {
        match self {
            Self::Create(create) => create.run(config).await,
            Self::List { status, output } => list(config, status.unwrap_or_default(), output).await,
            Self::Show(Named { client_id }) => {
                let request = GetClientRequest { client_id };
                let client = with_admin(config, async |mut admin| {
                    admin.get_client(request).await.map_err(refused)
                });
                println!("{}", pretty(&client.await?.into_inner()));
                Ok(())
            }
            Self::Approve(Named { client_id }) => {
                let request = ApproveClientRequest { client_id };
                print_status(
                    with_admin(config, async |mut admin| {
                        admin.approve_client(request).await.map_err(refused)
                    })
                    .await?
                    .get_ref(),
                );
                Ok(())
            }
            Self::Reject(Named { client_id }) => {
                let request = RejectClientRequest { client_id };
                print_status(
                    with_admin(config, async |mut admin| {
                        admin.reject_client(request).await.map_err(refused)
                    })
                    .await?
                    .get_ref(),
                );
                Ok(())
            }
            Self::Deactivate(Named { client_id }) => {
                let request = DeactivateClientRequest { client_id };
                print_status(
                    with_admin(config, async |mut admin| {
                        admin.deactivate_client(request).await.map_err(refused)
                    })
                    .await?
                    .get_ref(),
                );
                Ok(())
            }
            Self::RegenerateSecret(Named { client_id }) => {
                let request = RegenerateClientSecretRequest {
                    client_id,
                    ..RegenerateClientSecretRequest::default()
                };
                let client = with_admin(config, async |mut admin| {
                    admin
                        .regenerate_client_secret(request)
                        .await
                        .map_err(refused)
                });
                print_secret(client.await?.get_ref());
                Ok(())
            }
            Self::Delete(Named { client_id }) => {
                let request = AdminDeleteClientRequest { client_id };
                with_admin(config, async |mut admin| {
                    admin.delete_client(request).await.map_err(refused)
                })
                .await?;
                println!("The client is gone.");
                Ok(())
            }
        }
    }
}

impl Create {
    async fn run(self, config: &Config) -> Result<(), Error> {
        let request = CreateClientRequest {
            metadata_json: self.metadata()?.to_string(),
            ..CreateClientRequest::default()
        };
        let client = with_admin(config, async |mut admin| {
            admin.create_client(request).await.map_err(refused)
        });
        let client = client.await?.into_inner();
        if self.output.json {
            println!("{}", pretty(&client));
            return Ok(());
        }
        print_secret(&client);
        Ok(())
    }

    fn metadata(&self) -> Result<Value, Error> {
        let mut metadata = self.document()?;
        let mut set = |name: &str, value: Value| metadata.insert(name.to_owned(), value);
        if let Some(name) = &self.name {
            set("client_name", json!(name));
        }
        if let Some(client_id) = &self.client_id {
            set("client_id", json!(client_id));
        }
        if !self.grants.is_empty() {
            let grants: Vec<&str> = self.grants.iter().map(|grant| full_name(grant)).collect();
            set("grant_types", json!(grants));
        }
        if !self.redirect_uris.is_empty() {
            set("redirect_uris", json!(self.redirect_uris));
        }
        if let Some(scope) = &self.scope {
            set("scope", json!(scope));
        }
        if self.public {
            set("token_endpoint_auth_method", json!("none"));
        }
        Ok(Value::Object(metadata))
    }

    fn document(&self) -> Result<Map<String, Value>, Error> {
        let Some(path) = &self.metadata else {
            return Ok(Map::new());
        };
        let text = if path.as_os_str() == "-" {
            io::read_to_string(io::stdin())
        } else {
            fs::read_to_string(path)
        };
        let file_error = |error| Error::File {
            path: path.clone(),
            action: "the metadata can't be read",
            error,
        };
        let text = text.map_err(file_error)?;
        serde_json::from_str(&text).map_err(|error| file_error(error.into()))
    }
}

async fn list(config: &Config, status: String, output: Output) -> Result<(), Error> {
    let clients = with_admin(config, async |mut admin| {
        let mut clients: Vec<AdminClient> = Vec::new();
        let mut page_token = String::new();
        loop {
            let request = ListClientsRequest {
                status: status.clone(),
                page_size: 100,
                page_token,
                ..ListClientsRequest::default()
            };
            let page = admin
                .list_clients(request)
                .await
                .map_err(refused)?
                .into_inner();
            clients.extend(page.clients);
            page_token = page.next_page_token;
            if page_token.is_empty() {
                return Ok(clients);
            }
        }
    })
    .await?;
    if output.json {
        let documents = clients
            .iter()
            .map(|client| serde_json::from_str(&client.json).unwrap_or(Value::Null));
        println!("{}", Value::Array(documents.collect()));
        return Ok(());
    }
    let rows: Vec<_> = clients
        .iter()
        .map(|client| {
            [
                plain(&client.client_id),
                plain(&client.client_name),
                client.status.clone(),
            ]
        })
        .collect();
    print_table(["CLIENT ID", "NAME", "STATUS"], &rows);
    Ok(())
}

/// The short name that a person types, in full.
fn full_name(grant: &str) -> &str {
    match grant {
        "device_code" | "device" => grant_type::DEVICE_CODE,
        other => other,
    }
}

fn print_status(client: &AdminClient) {
    println!("{} is {}", plain(&client.client_id), client.status);
}

fn print_secret(client: &AdminClient) {
    println!("client_id:     {}", plain(&client.client_id));
    if !client.client_secret.is_empty() {
        println!("client_secret: {}", client.client_secret);
        println!("The secret is not shown again.");
    }
}

fn pretty(client: &AdminClient) -> String {
    let document: Value = serde_json::from_str(&client.json).unwrap_or_default();
    format!("{document:#}")
}
