//! The administration, with everything in it, with nothing in it, and refused.

use authgate_proto::v1::{
    AdminClient, Dashboard, ListClientsResponse, ListConsentsResponse, RotateKeysResponse,
};
use tonic::Status;

use crate::{
    samples::{self, admin},
    scripted_core::Script,
};

/// Each page state: a name, the path to open, and what the core answers.
pub fn scenes() -> Vec<(&'static str, &'static str, Script)> {
    let pending = Script {
        get_client: Some(Ok(admin::pending_client())),
        ..full()
    };
    let hostile = Script {
        get_client: Some(Ok(admin::hostile_client())),
        ..full()
    };
    let refused = Script {
        create_client: Some(Err(Status::invalid_argument(
            "redirect_uris[0]: must be https, except for loopback addresses; grant_types: \
             refresh_token alone gives nothing",
        ))),
        approve_client: Some(Err(Status::failed_precondition(
            "the client is not pending",
        ))),
        ..full()
    };
    let registrations = Script {
        list_clients: Some(Ok(admin::registrations())),
        ..full()
    };
    vec![
        ("admin", "/admin", full()),
        ("admin-empty", "/admin", empty()),
        ("admin-clients", "/admin/clients?status=active", full()),
        ("admin-clients-none", "/admin/clients", empty()),
        ("admin-clients-nothing", "/admin/clients?search=x", empty()),
        ("admin-client", "/admin/clients/notes?done=saved", full()),
        ("admin-client-pending", "/admin/clients/x", pending),
        ("admin-client-hostile", "/admin/clients/x", hostile),
        ("admin-client-new", "/admin/clients/new", full()),
        ("admin-client-refused", "/post-bad-client", refused),
        ("admin-client-created", "/post-client", full()),
        ("admin-client-edit", "/admin/clients/notes/edit", full()),
        ("admin-client-delete", "/admin/clients/notes/delete", full()),
        (
            "admin-authorizations",
            "/admin/clients/notes/authorizations",
            full(),
        ),
        ("admin-registrations", "/admin/registrations", registrations),
        ("admin-registrations-none", "/admin/registrations", empty()),
        ("admin-keys", "/admin/keys", full()),
        (
            "admin-keys-now",
            "/admin/keys/rotate-now?algorithm=ES256",
            full(),
        ),
        ("admin-for-others", "/admin", for_others()),
    ]
}

/// Everything is there.
fn full() -> Script {
    let client = admin::client();
    let with_secret = AdminClient {
        client_secret: "ago_k5fz2q7x3m4hn6trw8pvy1jd9bce0sla5fz2q7x3m4hn6trw8pvy".to_owned(),
        ..client.clone()
    };
    Script {
        view_browser: Some(Ok(samples::surroundings())),
        get_dashboard: Some(Ok(admin::dashboard())),
        list_clients: Some(Ok(admin::clients())),
        get_client: Some(Ok(client.clone())),
        create_client: Some(Ok(with_secret.clone())),
        update_client: Some(Ok(client.clone())),
        approve_client: Some(Ok(client.clone())),
        reject_client: Some(Ok(client.clone())),
        deactivate_client: Some(Ok(client)),
        regenerate_client_secret: Some(Ok(with_secret)),
        list_all_consents: Some(Ok(admin::consents())),
        list_keys: Some(Ok(admin::keys())),
        rotate_keys: Some(Ok(RotateKeysResponse::default())),
        ..Script::default()
    }
}

/// Nothing is there yet.
fn empty() -> Script {
    Script {
        get_dashboard: Some(Ok(Dashboard::default())),
        list_clients: Some(Ok(ListClientsResponse::default())),
        list_all_consents: Some(Ok(ListConsentsResponse::default())),
        ..full()
    }
}

/// Somebody who is no admin.
fn for_others() -> Script {
    use authgate_proto::error::{ErrorCode, OAuthError};

    let refused = OAuthError::new(ErrorCode::AccessDenied, "for admins only");
    Script {
        view_browser: Some(Ok(samples::plain_surroundings())),
        get_dashboard: Some(Err(refused.into())),
        ..full()
    }
}
