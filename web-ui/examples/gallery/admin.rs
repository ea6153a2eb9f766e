//! The administration, with everything in it, with nothing in it, and refused.

use authgate_proto::v1::{Dashboard, ListClientsResponse, ListConsentsResponse};
use tonic::Status;

use crate::{
    samples::{self, admin},
    scripted_core::Script,
};

/// Each page state: a name, the path to open, and what the core answers.
pub fn scenes() -> Vec<(&'static str, &'static str, Script)> {
    let pending = Script {
        get_client: Some(Ok(admin::pending_client())),
        ..admin::script()
    };
    let hostile = Script {
        get_client: Some(Ok(admin::hostile_client())),
        ..admin::script()
    };
    let refused = Script {
        create_client: Some(Err(Status::invalid_argument(
            "redirect_uris[0]: must be https, except for loopback addresses; grant_types: \
             refresh_token alone gives nothing",
        ))),
        approve_client: Some(Err(Status::failed_precondition(
            "the client is not pending",
        ))),
        ..admin::script()
    };
    let registrations = Script {
        list_clients: Some(Ok(admin::registrations())),
        ..admin::script()
    };
    vec![
        ("admin", "/admin", admin::script()),
        ("admin-empty", "/admin", empty()),
        (
            "admin-clients",
            "/admin/clients?status=active",
            admin::script(),
        ),
        ("admin-clients-none", "/admin/clients", empty()),
        ("admin-clients-nothing", "/admin/clients?search=x", empty()),
        (
            "admin-client",
            "/admin/clients/notes?done=saved",
            admin::script(),
        ),
        ("admin-client-pending", "/admin/clients/x", pending),
        ("admin-client-hostile", "/admin/clients/x", hostile),
        ("admin-client-new", "/admin/clients/new", admin::script()),
        ("admin-client-refused", "/post-bad-client", refused),
        ("admin-client-created", "/post-client", admin::script()),
        (
            "admin-client-edit",
            "/admin/clients/notes/edit",
            admin::script(),
        ),
        (
            "admin-client-delete",
            "/admin/clients/notes/delete",
            admin::script(),
        ),
        (
            "admin-authorizations",
            "/admin/clients/notes/authorizations",
            admin::script(),
        ),
        ("admin-registrations", "/admin/registrations", registrations),
        ("admin-registrations-none", "/admin/registrations", empty()),
        ("admin-keys", "/admin/keys", admin::script()),
        (
            "admin-keys-now",
            "/admin/keys/rotate-now?algorithm=ES256",
            admin::script(),
        ),
        ("admin-for-others", "/admin", for_others()),
    ]
}

/// Nothing is there yet.
fn empty() -> Script {
    Script {
        get_dashboard: Some(Ok(Dashboard::default())),
        list_clients: Some(Ok(ListClientsResponse::default())),
        list_all_consents: Some(Ok(ListConsentsResponse::default())),
        ..admin::script()
    }
}

/// Somebody who is no admin.
fn for_others() -> Script {
    use authgate_proto::error::{ErrorCode, OAuthError};

    let refused = OAuthError::new(ErrorCode::AccessDenied, "for admins only");
    Script {
        view_browser: Some(Ok(samples::plain_surroundings())),
        get_dashboard: Some(Err(refused.into())),
        ..admin::script()
    }
}
