use authgate_proto::{
    transport,
    v1::{RequestContext, admin_client::AdminClient},
};
use secrecy::SecretString;
use serde_json::json;
use tonic::{Code, service::Routes};

use super::*;
use crate::{
    admin::test_support::{NOW, add_client, add_grant, add_user},
    config::Algorithm,
    domain::{
        id::time_ordered, scope::ScopeSet, secret::PlainToken, time::Timestamp, token::AccessToken,
    },
    store::{access_tokens, conformance::conformance, users as table},
};

/// An access token that `user` allowed some client.
async fn token(core: &Core, user: &User, scope: &str) -> String {
    let client = add_client(core).await;
    let (_, grant) = add_grant(core, user, &client, scope).await;
    let token = AccessToken {
        id: time_ordered(NOW).into(),
        client_id: client.id,
        grant_id: Some(grant.id),
        scope: ScopeSet::parse(scope).unwrap(),
        expires_at: grant.expires_at,
    };
    let mut transaction = core.store.begin().await.unwrap();
    access_tokens::insert(&mut transaction, &token)
        .await
        .unwrap();
    transaction.commit().await.unwrap();
    let claims = json!({
        "jti": token.id,
        "iss": core.settings.issuer,
        "sub": user.id,
        "client_id": token.client_id,
        "exp": token.expires_at.seconds(),
        "type": "access",
    });
    core.keys
        .sign(NOW, Algorithm::Es256, Some("at+jwt"), &claims)
        .unwrap()
}

/// What listing users through `routes` answers to this `authorization`.
async fn list(routes: Routes, authorization: Option<&str>) -> Result<usize, Status> {
    let mut request = Request::new(v1::ListUsersRequest::default());
    if let Some(authorization) = authorization {
        request
            .metadata_mut()
            .insert("authorization", authorization.parse().unwrap());
    }
    let mut client = AdminClient::new(transport::in_process(routes.prepare()));
    let answer = client.list_users(request).await?;
    Ok(answer.into_inner().users.len())
}

conformance! {
    async fn the_command_line_may_administer(core: Core) {
        add_user(&core, "ada", Role::User).await;
        assert_eq!(list(core.operator_routes(""), None).await.unwrap(), 1);
    }

    async fn the_pages_need_a_signed_in_admin(core: Core) {
        let refused = list(core.trusted_routes(), None).await.unwrap_err();
        assert_eq!(refused.code(), Code::Unauthenticated);
        let change = v1::CreateUserRequest { username: "x".to_owned(), ..v1::CreateUserRequest::default() };
        for (name, role, shows) in [("ada", Role::User, Code::PermissionDenied), ("root", Role::Admin, Code::Ok)] {
            let user = add_user(&core, name, role).await;
            let ctx = crate::admin::test_support::ctx();
            let proof = session::Proof { user: &user, amr: "pwd", remember: false };
            let (_, cookie) = session::open(&core, &ctx, proof).await.unwrap();
            let mut context = RequestContext {
                user_agent: ctx.user_agent.clone(),
                session_cookie: cookie.value.clone(),
                ..RequestContext::default()
            };
            let mut client = AdminClient::new(transport::in_process(core.trusted_routes()));
            let looked = client.list_users(context.request(v1::ListUsersRequest::default())).await;
            assert_eq!(looked.err().map_or(Code::Ok, |status| status.code()), shows, "{name}");

            // Without its form nothing is changed, whoever asks.
            let refused = client.create_user(context.request(change.clone())).await.unwrap_err();
            assert_eq!((refused.code(), refused.details().is_empty()), (Code::PermissionDenied, role == Role::Admin));
            context.csrf_token = core.derived.csrf_token(&PlainToken::presented(&cookie.value));
            let changed = client.create_user(context.request(change.clone())).await;
            assert_eq!(changed.err().map_or(Code::Ok, |status| status.code()), shows, "{name}");
        }
    }

    async fn others_need_the_token_of_an_admin(core: Core) {
        let peer_secret = SecretString::from("a peer secret of some length");
        let admin = add_user(&core, "root", Role::Admin).await;
        let user = add_user(&core, "ada", Role::User).await;
        let good = token(&core, &admin, "openid admin").await;
        let narrow = token(&core, &admin, "openid").await;
        let of_user = token(&core, &user, "openid admin").await;
        for routes in [core.public_routes(), core.network_routes(&peer_secret)] {
            for scheme in ["Bearer", "bearer"] {
                let authorization = format!("{scheme} {good}");
                assert_eq!(list(routes.clone(), Some(&authorization)).await.unwrap(), 2);
            }
            for (authorization, code) in [
                (None, Code::Unauthenticated),
                (Some(String::new()), Code::Unauthenticated),
                (Some("Bearer".to_owned()), Code::Unauthenticated),
                (Some("Bearer x".to_owned()), Code::Unauthenticated),
                (Some(good.clone()), Code::Unauthenticated),
                (Some(format!("Basic {good}")), Code::Unauthenticated),
                (Some(format!("Bearer {good}x")), Code::Unauthenticated),
                (Some(format!("Bearer {narrow}")), Code::PermissionDenied),
                (Some(format!("Bearer {of_user}")), Code::PermissionDenied),
            ] {
                let refused = list(routes.clone(), authorization.as_deref()).await.unwrap_err();
                assert_eq!(refused.code(), code, "{authorization:?}");
            }
        }
    }

    async fn who_is_no_admin_any_more_is_refused_at_once(core: Core) {
        let mut admin = add_user(&core, "root", Role::Admin).await;
        let authorization = format!("Bearer {}", token(&core, &admin, "admin").await);
        assert_eq!(list(core.public_routes(), Some(&authorization)).await.unwrap(), 1);
        for (role, active, code) in [
            (Role::User, true, Code::PermissionDenied),
            (Role::Admin, false, Code::Unauthenticated),
        ] {
            (admin.role, admin.active, admin.updated_at) = (role, active, Timestamp(0));
            let mut transaction = core.store.begin().await.unwrap();
            table::update(&mut transaction, &admin).await.unwrap();
            transaction.commit().await.unwrap();
            let refused = list(core.public_routes(), Some(&authorization)).await.unwrap_err();
            assert_eq!(refused.code(), code, "{role:?} {active}");
        }
    }
}
