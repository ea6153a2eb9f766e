use authgate_proto::v1;

use super::*;
use crate::{
    account::{
        profile::{get, update},
        test_support::save,
    },
    store::users,
};

fn to(name: &str, email: &str, seen: i64) -> v1::UpdateProfileRequest {
    v1::UpdateProfileRequest {
        name: name.to_owned(),
        email: email.to_owned(),
        updated_at: seen,
    }
}

conformance! {
    async fn name_and_address_are_changed_and_taken_away(database: Database) {
        let (core, ada, _) = two_people(database).await;
        let before = get(&core, &ada.ctx, &ada.person, v1::GetProfileRequest {}).await.unwrap();
        assert_eq!((before.username.as_str(), before.role.as_str()), ("ada", "user"));
        assert!(!before.has_password && !before.managed_elsewhere);
        let identity = v1::Identity { source: "local".to_owned(), external_id: String::new(), linked_at: START.0 };
        assert_eq!(before.identities, [identity]);

        let request = to(" Ada <b> ", "Ada@Example.com", before.updated_at);
        let after = update(&core, &ada.ctx, &ada.person, request).await.unwrap();
        assert_eq!((after.name.as_str(), after.email.as_str()), ("Ada <b>", "Ada@Example.com"));
        assert!(after.updated_at > before.updated_at && !after.email_verified);
        // The form that was shown before.
        let stale = to("Eve", "", before.updated_at);
        refused!(update(&core, &ada.ctx, &ada.person, stale), Error::Outdated);
        let nothing = update(&core, &ada.ctx, &ada.person, to("", "", after.updated_at)).await.unwrap();
        assert_eq!((nothing.name.as_str(), nothing.email.as_str()), ("", ""));
        let same = update(&core, &ada.ctx, &ada.person, to("", "", nothing.updated_at)).await.unwrap();
        assert_eq!(same.updated_at, nothing.updated_at);
    }

    async fn of_many_at_once_one_changes_it(database: Database) {
        let (core, ada, _) = two_people(database).await;
        let tries = (0..8).map(|number| {
            let (core, ctx, person) = (core.clone(), ada.ctx.clone(), ada.person.clone());
            let request = to(&format!("Ada {number}"), "", START.0);
            tokio::spawn(async move { update(&core, &ctx, &person, request).await })
        });
        let tries: Vec<_> = tries.collect();
        let mut changed = 0;
        for tried in tries {
            match tried.await.unwrap() {
                Ok(_) => changed += 1,
                Err(error) => assert!(matches!(error, Error::Outdated), "{error}"),
            }
        }
        assert_eq!(changed, 1);
    }

    async fn only_another_address_has_to_be_proved_again(database: Database) {
        let (core, ada, _) = two_people(database).await;
        let user = User { email: Some("ada@example.com".to_owned()), email_verified: true, ..ada.person.user.clone() };
        save(&core, &user).await;
        let named = update(&core, &ada.ctx, &ada.person, to("Ada", "ada@example.com", START.0)).await.unwrap();
        assert!(named.email_verified);
        let moved = update(&core, &ada.ctx, &ada.person, to("Ada", "ada@example.org", named.updated_at)).await.unwrap();
        assert!(!moved.email_verified);
    }

    async fn what_does_not_fit_changes_nothing(database: Database) {
        let (core, ada, bob) = two_people(database).await;
        save(&core, &User { email: Some("Bob@example.com".to_owned()), ..bob.person.user.clone() }).await;
        let taken = to("Ada", "bob@EXAMPLE.com", START.0);
        refused!(update(&core, &ada.ctx, &ada.person, taken), Error::Exists(_));
        for (name, email) in [("x\u{202e}", ""), ("a\0", ""), ("Ada", "none"), ("Ada", "a@b@c")] {
            refused!(update(&core, &ada.ctx, &ada.person, to(name, email, START.0)), Error::Invalid(_));
        }
        refused!(update(&core, &ada.ctx, &ada.person, to(&"x".repeat(256), "", START.0)), Error::Invalid(_));
        let mut connection = core.store.read().await.unwrap();
        let stored = users::by_id(&mut connection, &ada.person.user.id).await.unwrap().unwrap();
        assert!(stored.name().is_none() && stored.email.is_none());
    }

    async fn what_another_source_keeps_is_not_changed_here(database: Database) {
        let (core, ada, _) = two_people(database).await;
        let user = User { auth_source: "ldap".to_owned(), external_id: Some("cn=ada".to_owned()), ..ada.person.user.clone() };
        save(&core, &user).await;
        let person = session::required(&core, &ada.ctx).await.unwrap();
        let shown = get(&core, &ada.ctx, &person, v1::GetProfileRequest {}).await.unwrap();
        assert!(shown.managed_elsewhere && !shown.has_password);
        assert_eq!((shown.identities[0].source.as_str(), shown.identities[0].external_id.as_str()), ("ldap", "cn=ada"));
        let request = to("Ada", "", shown.updated_at);
        refused!(update(&core, &ada.ctx, &person, request), Error::Precondition(_));
    }
}
