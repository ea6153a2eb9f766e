//! Users: round trips, uniqueness, lists.

use super::{conformance, fixtures::*};
use crate::{
    domain::{
        id::UserId,
        user::{Role, User},
    },
    store::{Column, Cursor, Store, StoreError, users},
};

conformance! {
    async fn a_user_comes_back_as_it_was_stored(store: Store) {
        let full = user("Zoe");
        let bare = User { email: None, password_hash: None, external_id: None, ..user("bare") };
        for user in [&full, &bare] {
            commit!(store, |tx| users::insert(tx, user));
            let found = read!(store, |c| users::by_id(c, &user.id)).unwrap();
            assert_eq!(found.contents(), user.contents());
        }
        for name in ["zoe", "ZOE", " Zoe "] {
            let found = read!(store, |c| users::by_username(c, name)).unwrap();
            assert_eq!(found.id, full.id, "{name:?}");
        }
        let found = read!(store, |c| users::by_email(c, "ZOE@example.COM")).unwrap();
        assert_eq!(found.id, full.id);
        assert!(read!(store, |c| users::by_username(c, "nobody")).is_none());
        assert!(read!(store, |c| users::by_email(c, "nobody@example.com")).is_none());
        assert!(read!(store, |c| users::by_id(c, &UserId::from("nobody"))).is_none());
    }

    async fn an_update_changes_all_but_the_first_day(store: Store) {
        let before = user("zoe");
        commit!(store, |tx| users::insert(tx, &before));
        let after = User {
            id: before.id.clone(),
            email: None,
            email_verified: false,
            password_hash: None,
            role: Role::User,
            active: false,
            claims: serde_json::Map::new(),
            auth_source: "local".to_owned(),
            external_id: None,
            created_at: NOW + HOUR,
            updated_at: NOW + HOUR,
            ..user("Zoë")
        };
        assert!(commit!(store, |tx| users::update(tx, &after)));
        let found = read!(store, |c| users::by_username(c, "zoë")).unwrap();
        let expected = User { created_at: before.created_at, ..after };
        assert_eq!(found.contents(), expected.contents());
        assert!(read!(store, |c| users::by_username(c, "zoe")).is_none());
        assert!(!commit!(store, |tx| users::update(tx, &user("nobody"))));
    }

    async fn a_new_password_hash_takes_the_old_ones_place(store: Store) {
        let user = user("zoe");
        commit!(store, |tx| users::insert(tx, &user));
        let later = NOW + HOUR;
        assert!(commit!(store, |tx| users::set_password_hash(tx, &user.id, "$new", later)));
        let found = read!(store, |c| users::by_id(c, &user.id)).unwrap();
        assert_eq!(found.password_hash.as_deref(), Some("$new"));
        assert_eq!(found.updated_at, later);
        let nobody = UserId::from("nobody");
        assert!(!commit!(store, |tx| users::set_password_hash(tx, &nobody, "$new", later)));
    }

    async fn a_hash_is_renewed_only_while_it_is_the_hash(store: Store) {
        let user = user("zoe");
        commit!(store, |tx| users::insert(tx, &user));
        commit!(store, |tx| users::set_password_hash(tx, &user.id, "$old", NOW));
        assert!(commit!(store, |tx| users::renew_password_hash(tx, &user.id, "$old", "$new")));
        assert!(!commit!(store, |tx| users::renew_password_hash(tx, &user.id, "$old", "$late")));
        let found = read!(store, |c| users::by_id(c, &user.id)).unwrap();
        assert_eq!(found.password_hash.as_deref(), Some("$new"));
    }

    async fn names_addresses_and_ids_belong_to_one_user(store: Store) {
        let first = user("zoe");
        commit!(store, |tx| users::insert(tx, &first));
        let same_name = User { email: None, external_id: None, ..user("ZOE") };
        let same_email = User { email: Some("Zoe@EXAMPLE.com".to_owned()), ..user("other") };
        let same_source = User { external_id: first.external_id.clone(), ..user("third") };
        let same_id = User { id: first.id.clone(), ..user("fourth") };
        for (user, column) in [
            (same_name, Column::Username),
            (same_email, Column::Email),
            (same_source, Column::Other),
            (same_id, Column::Id),
        ] {
            let mut transaction = store.begin().await.unwrap();
            let result = users::insert(&mut transaction, &user).await;
            assert!(matches!(result, Err(StoreError::Conflict(c)) if c == column), "{result:?}, not {column:?}");
        }
        let second = user("second");
        commit!(store, |tx| users::insert(tx, &second));
        let mut transaction = store.begin().await.unwrap();
        let result = users::update(&mut transaction, &User { username: "Zoe".to_owned(), ..second }).await;
        assert!(matches!(result, Err(StoreError::Conflict(Column::Username))), "{result:?}");
    }

    async fn lists_go_page_by_page_in_order_of_bytes(store: Store) {
        // Locales sort these in other ways.
        let names = ["a-b", "a_b", "aa", "ab", "b", "zz", "é"];
        for name in names.iter().rev() {
            commit!(store, |tx| users::insert(tx, &user(name)));
        }
        let (mut seen, mut token) = (Vec::new(), String::new());
        loop {
            let cursor = Cursor::parse(&token).unwrap();
            let page = read!(store, |c| users::list(c, &users::Filter::default(), &cursor, 3));
            assert!(page.items.len() <= 3);
            seen.extend(page.items.iter().map(|user| User::key(&user.username)));
            token = page.next;
            if token.is_empty() {
                break;
            }
        }
        assert_eq!(seen, names);
    }

    async fn people_are_found_by_how_they_begin(store: Store) {
        for (username, email, name, role, source) in [
            ("ada", "lovelace@app.example", "Ada King", Role::Admin, "local"),
            ("Adam", "adam@app.example", "", Role::User, "ldap"),
            ("bob", "b%b@app.example", "Ada Yonath", Role::User, "local"),
        ] {
            let mut user = User {
                email: Some(email.to_owned()),
                role,
                auth_source: source.to_owned(),
                active: username != "bob",
                external_id: Some(username.to_owned()),
                ..user(username)
            };
            user.set_name(name);
            commit!(store, |tx| users::insert(tx, &user));
        }
        let found = async |filter: users::Filter| {
            let page = read!(store, |c| users::list(c, &filter, &Cursor::First, 9));
            page.items.into_iter().map(|user| user.username).collect::<Vec<_>>()
        };
        let search = |text: &str| users::Filter { search: text.to_owned(), ..users::Filter::default() };
        for (text, names) in [
            ("ADA", vec!["ada", "Adam", "bob"]),
            ("ada k", vec!["ada"]),
            ("love", vec!["ada"]),
            ("b%", vec!["bob"]),
            ("%", vec![]),
            ("king", vec![]),
        ] {
            assert_eq!(found(search(text)).await, names, "{text}");
        }
        let id = read!(store, |c| users::by_username(c, "adam")).unwrap().id;
        assert_eq!(found(search(id.as_str())).await, ["Adam"]);
        let all = users::Filter::default;
        assert_eq!(found(users::Filter { role: Some(Role::Admin), ..all() }).await, ["ada"]);
        assert_eq!(found(users::Filter { active: Some(false), ..all() }).await, ["bob"]);
        assert_eq!(found(users::Filter { auth_source: Some("ldap".to_owned()), ..search("ad") }).await, ["Adam"]);
        assert_eq!(read!(store, |c| users::auth_sources(c)), ["ldap", "local"]);
        assert_eq!(read!(store, |c| users::counts(c)), [3, 1, 1]);
    }

    async fn admins_are_counted_while_they_may_sign_in(store: Store) {
        assert!(read!(store, |c| first_users(c, 1)).is_empty());
        assert_eq!(read!(store, |c| users::count_active_admins(c)), 0);
        for user in [
            user("admin"),
            User { active: false, ..user("gone") },
            User { role: Role::User, ..user("plain") },
        ] {
            commit!(store, |tx| users::insert(tx, &user));
        }
        assert!(!read!(store, |c| first_users(c, 1)).is_empty());
        assert_eq!(read!(store, |c| users::count_active_admins(c)), 1);
    }

    /// Each of four admins takes the role from itself unless it is the last, all at once.
    async fn of_admins_that_leave_at_once_one_stays(store: Store) {
        assert!(!read!(store, |c| users::any_admin(c)));
        let mut leaving = tokio::task::JoinSet::new();
        let admins = ["a", "b", "c", "d"].map(user);
        for admin in &admins {
            commit!(store, |tx| users::insert(tx, admin));
        }
        for admin in admins {
            let store = store.clone();
            leaving.spawn(async move {
                let mut tx = store.begin().await.unwrap();
                users::lock_admins(&mut tx).await.unwrap();
                if users::count_active_admins(&mut tx).await.unwrap() > 1 {
                    let plain = User { role: Role::User, ..admin };
                    users::update(&mut tx, &plain).await.unwrap();
                }
                tx.commit().await.unwrap();
            });
        }
        leaving.join_all().await;
        assert!(read!(store, |c| users::any_admin(c)));
        assert_eq!(read!(store, |c| users::count_active_admins(c)), 1);
    }

    async fn a_value_that_is_not_known_names_its_place(store: Store) {
        let user = user("zoe");
        let mut transaction = store.begin().await.unwrap();
        users::insert(&mut transaction, &user).await.unwrap();
        let _: crate::store::connection::Executed = crate::store::sql!(&mut transaction, |conn| {
            sqlx::query("UPDATE users SET role = 'king'").execute(conn)
        }).unwrap();
        let Err(StoreError::Internal(cause)) = users::by_id(&mut transaction, &user.id).await else {
            panic!("an unknown role was read");
        };
        let cause = cause.0.to_string();
        assert!(cause.contains("users.role") && cause.contains(user.id.as_str()), "{cause}");
    }
}
