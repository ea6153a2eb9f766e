//! The first start: in a database without an admin, somebody who can sign in and a
//! client that can get tokens.

use authgate_proto::vocabulary::grant_type;
use secrecy::SecretString;
use serde_json::Map;

use crate::{
    Core, StartError,
    admin::{clients::NewClient, user_values::generate_password, users::NewUser},
    domain::{client_metadata::ClientMetadata, user::Role},
    error::Error,
    store::{StoreError, clients, users},
};

const USERNAME: &str = "admin";
const EMAIL: &str = "admin@localhost";

/// What the first start made, for the operator.
#[derive(Debug)]
pub struct Bootstrapped {
    /// The admin's user name.
    pub username: String,
    /// The admin's password, as given or made up.
    pub password: SecretString,
    /// The `client_id` of "AuthGate CLI".
    pub client_id: String,
}

impl Core {
    /// When there is no admin yet: adds one, with `admin_password` or one that is
    /// made up, and the public client "AuthGate CLI". None when there was an admin
    /// (the seed file may have named one), or another process was faster.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn bootstrap(
        &self,
        admin_password: Option<SecretString>,
    ) -> Result<Option<Bootstrapped>, StartError> {
        self.add_first(admin_password)
            .await
            .map_err(|error| StartError::new("the first user can't be made", error))
    }

    async fn add_first(
        &self,
        admin_password: Option<SecretString>,
    ) -> Result<Option<Bootstrapped>, Error> {
        if users::any_admin(&mut self.store.read().await?).await? {
            return Ok(None);
        }
        let password = admin_password.unwrap_or_else(generate_password);
        let password_hash = self.passwords.hash(&password).await?;
        let now = (self.clock)();
        let admin = NewUser {
            username: USERNAME.to_owned(),
            password_hash: Some(password_hash),
            email: Some(EMAIL.to_owned()),
            role: Role::Admin,
            claims: Map::new(),
        }
        .into_user(now);
        let (client, _) = NewClient::active(cli()).into_client(now);

        let mut transaction = self.store.begin().await?;
        if users::any_admin(&mut transaction).await? {
            return Ok(None);
        }
        match users::insert(&mut transaction, &admin).await {
            Ok(()) => {}
            // PostgreSQL: another process was about to do the same, and finished first.
            Err(StoreError::Conflict(_)) => return Ok(None),
            Err(error) => return Err(error.into()),
        }
        clients::insert(&mut transaction, &client).await?;
        transaction.commit().await?;
        Ok(Some(Bootstrapped {
            username: admin.username,
            password,
            client_id: client.id.to_string(),
        }))
    }
}

/// The predecessor's command lines: a device shows a code, or a browser of the same
/// machine answers on a port that the program picked.
fn cli() -> ClientMetadata {
    let owned = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
    ClientMetadata {
        client_name: "AuthGate CLI".to_owned(),
        redirect_uris: owned(&[
            "http://localhost:8888/callback",
            "http://127.0.0.1/callback",
            "http://[::1]/callback",
        ]),
        grant_types: owned(&[
            grant_type::DEVICE_CODE,
            grant_type::AUTHORIZATION_CODE,
            grant_type::REFRESH_TOKEN,
        ]),
        token_endpoint_auth_method: "none".to_owned(),
        scope: "openid profile email offline_access read write".to_owned(),
        application_type: Some("native".to_owned()),
        ..ClientMetadata::default()
    }
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;
    use serde_json::json;

    use super::*;
    use crate::{
        admin::test_support::{add_user, core_on},
        config::Database,
        domain::{client_metadata::Registrant, document::Object, id::ClientId},
        store::conformance::{conformance, fixtures::first_clients},
    };

    conformance! {
        async fn an_empty_database_gets_an_admin_and_a_client_once(core: Core) {
            let made = core.bootstrap(None).await.unwrap().unwrap();
            assert_eq!(made.password.expose_secret().len(), 16);
            let mut connection = core.store.read().await.unwrap();
            let admin = users::by_username(&mut connection, &made.username).await.unwrap().unwrap();
            let stored = admin.password_hash.as_deref();
            assert!(core.passwords.verify(&made.password, stored).await.unwrap().matches);
            assert_eq!((admin.role, admin.email.as_deref()), (Role::Admin, Some(EMAIL)));
            let id = ClientId::from(made.client_id);
            let client = clients::by_id(&mut connection, &id).await.unwrap().unwrap();
            assert!(client.is_active() && client.is_public());
            drop(connection);
            assert!(core.bootstrap(None).await.unwrap().is_none());
        }

        async fn a_given_password_is_the_admin_s(core: Core) {
            let made = core.bootstrap(Some("given by me".into())).await.unwrap().unwrap();
            assert_eq!(made.password.expose_secret(), "given by me");
        }

        async fn users_who_are_no_admins_get_one(core: Core) {
            add_user(&core, "ada", Role::User).await;
            assert!(core.bootstrap(None).await.unwrap().is_some());
        }

        async fn a_database_with_an_admin_is_left_alone(core: Core) {
            add_user(&core, "ada", Role::Admin).await;
            assert!(core.bootstrap(None).await.unwrap().is_none());
            let mut connection = core.store.read().await.unwrap();
            assert!(first_clients(&mut connection, 1).await.unwrap().is_empty());
        }

        async fn of_many_processes_one_is_first(database: Database) {
            let mut tasks = Vec::new();
            for _ in 0..4 {
                let core = core_on(database.clone(), |_| {}).await;
                tasks.push(tokio::spawn(async move { core.bootstrap(None).await.unwrap().is_some() }));
            }
            let mut first = 0;
            for task in tasks {
                first += usize::from(task.await.unwrap());
            }
            assert_eq!(first, 1);
            let core = core_on(database, |_| {}).await;
            let mut connection = core.store.read().await.unwrap();
            assert_eq!(first_clients(&mut connection, 9).await.unwrap().len(), 1);
        }
    }

    #[test]
    fn the_command_line_s_client_is_one_that_an_admin_could_register() {
        let document = json!(cli());
        let mut object = Object::new("", document.as_object().unwrap());
        let read = ClientMetadata::read(&mut object, Registrant::Admin);
        assert_eq!(object.finish(Registrant::Admin.unknown()), []);
        assert_eq!(read, cli());
    }
}
