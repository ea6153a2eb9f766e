//! Who may call: whoever is signed in in this browser, and to change something with a
//! form of it.

use authgate_proto::{
    transport,
    v1::{RequestContext, self_service_client::SelfServiceClient},
};
use tonic::Code;

use super::*;
use crate::{
    account::{
        session::Proof,
        test_support::{add_user, core_with, request},
    },
    config::Database,
    domain::user::User,
    store::conformance::conformance,
};

/// The context of a request of `user`, in a browser of its own.
async fn signed_in_as(core: &Core, user: &User) -> RequestContext {
    let proof = Proof {
        user,
        amr: "pwd",
        remember: true,
    };
    let ctx = request(std::time::Duration::ZERO, None);
    let (_, cookie) = session::open(core, &ctx, proof).await.unwrap();
    let presented = crate::domain::secret::PlainToken::presented(&cookie.value);
    RequestContext {
        user_agent: ctx.user_agent,
        csrf_token: core.derived.csrf_token(&presented),
        session_cookie: cookie.value,
        ..RequestContext::default()
    }
}

/// What looking at the profile, and changing it, answer.
async fn tries(core: &Core, context: &RequestContext) -> [Code; 2] {
    let mut client = SelfServiceClient::new(transport::in_process(core.trusted_routes().prepare()));
    let look = client
        .get_profile(context.request(v1::GetProfileRequest {}))
        .await;
    let updated_at = look
        .as_ref()
        .map_or(0, |profile| profile.get_ref().updated_at);
    let change = v1::UpdateProfileRequest {
        name: "Ada".to_owned(),
        email: String::new(),
        updated_at,
    };
    let change = client.update_profile(context.request(change)).await;
    let code = |status: Option<Status>| status.map_or(Code::Ok, |status| status.code());
    [code(look.err()), code(change.err())]
}

conformance! {
    async fn a_change_takes_a_form_of_this_browser(database: Database) {
        let (core, ada) = core_with(database, |_| ()).await;
        let bob = add_user(&core, "bob").await;
        let own = signed_in_as(&core, &ada).await;
        let elsewhere = signed_in_as(&core, &bob).await;
        for stale in [String::new(), "x".to_owned(), elsewhere.csrf_token] {
            let context = RequestContext { csrf_token: stale, ..own.clone() };
            assert_eq!(tries(&core, &context).await, [Code::Ok, Code::PermissionDenied]);
        }
        assert_eq!(tries(&core, &own).await, [Code::Ok, Code::Ok]);
    }

    async fn nobody_has_no_account(database: Database) {
        let (core, ada) = core_with(database, |_| ()).await;
        let own = signed_in_as(&core, &ada).await;
        for session_cookie in [String::new(), "x".repeat(43), format!("{}x", own.session_cookie)] {
            let context = RequestContext { session_cookie, ..own.clone() };
            assert_eq!(tries(&core, &context).await, [Code::Unauthenticated; 2]);
        }
    }
}
