//! `authgate user`.

use std::io;

use authgate_proto::v1::{
    AdminUser, CreateUserRequest, ListUsersRequest, SetPasswordRequest, UpdateUserRequest,
    UserRequest,
};
use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::{plain, print_table, refused, with_admin};
use crate::{Error, cli::Output, config::Config};

/// What can be asked about users.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Create a user; the password is made up and shown this once, or read from standard input
    Create(Create),
    /// List users
    List {
        #[command(flatten)]
        output: Output,
    },
    /// Give a user another password, and end the sessions and tokens of the old one
    #[command(alias = "reset-password")]
    SetPassword(SetPassword),
    /// Make a user an admin, or an admin a user
    SetRole {
        /// The user's name
        username: String,
        /// user or admin
        #[arg(value_parser = ["user", "admin"])]
        role: String,
    },
    /// Switch a user off: no sign-in, and every session and token ends
    Disable(Named),
    /// Let a user sign in again; what ended stays ended
    Enable(Named),
    /// Remove a user for good, with all sessions, consents and tokens
    Delete(Named),
}

/// Another password.
#[derive(Debug, Args)]
pub struct SetPassword {
    /// The user's name
    username: String,
    /// Read the password from standard input, instead of making one up
    #[arg(long)]
    password_stdin: bool,
    #[command(flatten)]
    output: Output,
}

/// One user.
#[derive(Debug, Args)]
pub struct Named {
    /// The user's name
    username: String,
}

impl Named {
    fn request(self) -> UserRequest {
        UserRequest {
            username: self.username,
            user_id: String::new(),
        }
    }
}

/// The new user.
#[derive(Debug, Args)]
pub struct Create {
    /// The name to sign in with
    username: String,
    /// The address
    #[arg(long)]
    email: Option<String>,
    /// The full name
    #[arg(long)]
    name: Option<String>,
    /// user or admin
    #[arg(long, default_value = "user", value_parser = ["user", "admin"])]
    role: String,
    /// Read the password from standard input, instead of making one up
    #[arg(long)]
    password_stdin: bool,
    #[command(flatten)]
    output: Output,
}

impl Command {
    /// Does what was asked.
    pub async fn run(self, config: &Config) -> Result<(), Error> {
        match self {
            Self::Create(create) => create.run(config).await,
            Self::List { output } => list(config, output).await,
            Self::SetPassword(SetPassword {
                username,
                password_stdin,
                output,
            }) => {
                let request = SetPasswordRequest {
                    username: username.clone(),
                    password: password(password_stdin)?,
                    ..SetPasswordRequest::default()
                };
                let answer = with_admin(config, async |mut admin| {
                    admin.set_password(request).await.map_err(refused)
                });
                let generated = answer.await?.into_inner().generated_password;
                print_password(&username, "", &generated, output);
                Ok(())
            }
            Self::SetRole { username, role } => set_role(config, username, role).await,
            Self::Disable(user) => {
                let answer = with_admin(config, async |mut admin| {
                    admin.disable_user(user.request()).await.map_err(refused)
                });
                print_status(answer.await?.get_ref());
                Ok(())
            }
            Self::Enable(user) => {
                let answer = with_admin(config, async |mut admin| {
                    admin.enable_user(user.request()).await.map_err(refused)
                });
                print_status(answer.await?.get_ref());
                Ok(())
            }
            Self::Delete(user) => {
                with_admin(config, async |mut admin| {
                    admin.delete_user(user.request()).await.map_err(refused)
                })
                .await?;
                println!("The user is gone.");
                Ok(())
            }
        }
    }
}

impl Create {
    async fn run(self, config: &Config) -> Result<(), Error> {
        let request = CreateUserRequest {
            username: self.username.clone(),
            password: password(self.password_stdin)?,
            email: self.email.unwrap_or_default(),
            name: self.name.unwrap_or_default(),
            role: self.role,
        };
        let answer = with_admin(config, async |mut admin| {
            admin.create_user(request).await.map_err(refused)
        });
        let answer = answer.await?.into_inner();
        let user_id = answer.user.map(|user| user.user_id).unwrap_or_default();
        print_password(
            &self.username,
            &user_id,
            &answer.generated_password,
            self.output,
        );
        Ok(())
    }
}

/// The first line of standard input; empty, so that the core makes one up, when it is not asked for.
fn password(from_stdin: bool) -> Result<String, Error> {
    let mut line = String::new();
    if from_stdin {
        io::stdin().read_line(&mut line)?;
        line.truncate(line.trim_end_matches(['\r', '\n']).len());
        if line.is_empty() {
            return Err(Error::Refused(
                "standard input holds no password".to_owned(),
            ));
        }
    }
    Ok(line)
}

fn print_password(username: &str, user_id: &str, generated: &str, output: Output) {
    if output.json {
        let mut document = json!({ "username": username });
        for (name, value) in [("user_id", user_id), ("password", generated)] {
            if !value.is_empty() {
                document[name] = json!(value);
            }
        }
        println!("{document}");
        return;
    }
    println!("user name: {username}");
    if generated.is_empty() {
        println!("The password is set.");
    } else {
        println!("password:  {generated}");
        println!("The password is not shown again.");
    }
}

async fn list(config: &Config, output: Output) -> Result<(), Error> {
    let users = with_admin(config, async |mut admin| {
        let mut users: Vec<AdminUser> = Vec::new();
        let mut page_token = String::new();
        loop {
            let request = ListUsersRequest {
                page_size: 100,
                page_token,
                ..ListUsersRequest::default()
            };
            let page = admin
                .list_users(request)
                .await
                .map_err(refused)?
                .into_inner();
            users.extend(page.users);
            page_token = page.next_page_token;
            if page_token.is_empty() {
                return Ok(users);
            }
        }
    })
    .await?;
    if output.json {
        let documents = users.iter().map(document);
        println!("{}", Value::Array(documents.collect()));
        return Ok(());
    }
    let rows: Vec<_> = users.iter().map(row).collect();
    print_table(["USER NAME", "ROLE", "STATUS", "EMAIL", "NAME"], &rows);
    Ok(())
}

async fn set_role(config: &Config, username: String, role: String) -> Result<(), Error> {
    let request = UserRequest {
        username,
        user_id: String::new(),
    };
    let user = with_admin(config, async |mut admin| {
        let user = admin.get_user(request).await.map_err(refused)?.into_inner();
        let request = UpdateUserRequest {
            user_id: user.user_id,
            name: user.name,
            email: user.email,
            role,
            updated_at: user.updated_at,
        };
        admin.update_user(request).await.map_err(refused)
    })
    .await?
    .into_inner();
    println!("{}: {}", plain(&user.username), user.role);
    Ok(())
}

fn print_status(user: &AdminUser) {
    let [username, _, status, ..] = row(user);
    println!("{username} is {status}");
}

fn document(user: &AdminUser) -> Value {
    let AdminUser {
        user_id,
        username,
        email,
        name,
        role,
        active,
        created_at,
        ..
    } = user;
    json!({
        "user_id": user_id,
        "username": username,
        "email": email,
        "name": name,
        "role": role,
        "active": active,
        "created_at": created_at,
    })
}

fn row(user: &AdminUser) -> [String; 5] {
    let status = if user.active { "active" } else { "disabled" };
    [&user.username, &user.role, status, &user.email, &user.name].map(plain)
}
