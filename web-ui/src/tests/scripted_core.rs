//! A core that answers the pages from a script and remembers what it was asked.
//! The gallery uses it too.

use std::{
    future::{Future, ready},
    pin::Pin,
    sync::{Arc, Mutex},
};

use authgate_proto::{
    transport::{Transport, in_process},
    v1::{
        admin_server::{Admin, AdminServer},
        self_service_server::{SelfService, SelfServiceServer},
        web_server::{Web, WebServer},
        *,
    },
};
use tonic::{Request, Response, Status, service::Routes};

/// What a call is answered with; a call without one is UNIMPLEMENTED.
pub type Answer<T> = Option<Result<T, Status>>;

/// The messages of a streaming answer.
type Stream<T> = futures_util::stream::Iter<std::vec::IntoIter<Result<T, Status>>>;

/// What `#[tonic::async_trait]` makes of an async method, which it can't where a macro
/// makes the method.
type Later<'a, T> = Pin<Box<dyn Future<Output = Result<Response<T>, Status>> + Send + 'a>>;

/// Makes the script, the record of calls and the services, from the methods of each.
/// Their names must differ between services too.
macro_rules! scripted {
    ($($service:ident {
        $($(#[stream($stream:ident)])? $method:ident = $call:ident: $request:ty => $answer:ty;)*
    })*) => {
        /// The answers, a call each.
        #[derive(Clone, Default)]
        pub struct Script {
            $($(pub $method: Answer<scripted!(@kept $($stream)? $answer)>,)*)*
        }

        /// What the core was asked.
        #[derive(Debug, Clone, PartialEq)]
        pub enum Call {
            $($($call($request),)*)*
        }

        $(
            impl $service for ScriptedCore {
                $(scripted! { @method $($stream)? $method, $call, $request, $answer })*
            }
        )*
    };
    (@kept $answer:ty) => { $answer };
    (@kept $stream:ident $answer:ty) => { Vec<$answer> };
    (@method $method:ident, $call:ident, $request:ty, $answer:ty) => {
        fn $method<'life0, 'async_trait>(
            &'life0 self,
            request: Request<$request>,
        ) -> Later<'async_trait, $answer>
        where
            'life0: 'async_trait,
            Self: 'async_trait,
        {
            let answer = self.answer(request, Call::$call, &self.script.$method);
            Box::pin(ready(answer))
        }
    };
    (@method $stream:ident $method:ident, $call:ident, $request:ty, $answer:ty) => {
        type $stream = Stream<$answer>;

        fn $method<'life0, 'async_trait>(
            &'life0 self,
            request: Request<$request>,
        ) -> Later<'async_trait, Self::$stream>
        where
            'life0: 'async_trait,
            Self: 'async_trait,
        {
            let answer = self.answer(request, Call::$call, &self.script.$method);
            Box::pin(ready(answer.map(|messages| {
                let messages: Vec<_> = messages.into_inner().into_iter().map(Ok).collect();
                Response::new(futures_util::stream::iter(messages))
            })))
        }
    };
}

scripted! {
    Web {
        view_sign_in = ViewSignIn: ViewSignInRequest => SignInView;
        sign_in = SignIn: SignInRequest => SignInResponse;
        sign_out = SignOut: SignOutRequest => SignOutResponse;
        view_home = ViewHome: ViewHomeRequest => HomeView;
        view_browser = ViewBrowser: ViewBrowserRequest => BrowserView;
        view_consent = ViewConsent: ViewConsentRequest => ConsentView;
        view_device = ViewDevice: ViewDeviceRequest => DeviceView;
        decide_device = DecideDevice: DecideDeviceRequest => DeviceDecided;
    }
    SelfService {
        list_sign_ins = ListSignIns: ListSignInsRequest => ListSignInsResponse;
        end_sign_in = EndSignIn: EndSignInRequest => EndSignInResponse;
        list_grants = ListGrants: ListGrantsRequest => ListGrantsResponse;
        revoke_grant = RevokeGrant: GrantRequest => Grant;
        disable_grant = DisableGrant: GrantRequest => Grant;
        enable_grant = EnableGrant: GrantRequest => Grant;
        revoke_all = RevokeAll: RevokeAllRequest => RevokeAllResponse;
        list_consents = ListConsents: ListConsentsRequest => ListConsentsResponse;
        revoke_consent = RevokeConsent: RevokeConsentRequest => Consent;
        list_apps = ListApps: ListAppsRequest => ListAppsResponse;
        get_app = GetApp: GetAppRequest => OwnApp;
        create_app = CreateApp: CreateAppRequest => OwnApp;
        update_app = UpdateApp: UpdateAppRequest => OwnApp;
        delete_app = DeleteApp: DeleteAppRequest => DeleteAppResponse;
        regenerate_app_secret = RegenerateAppSecret: RegenerateAppSecretRequest => OwnApp;
        get_profile = GetProfile: GetProfileRequest => Profile;
        update_profile = UpdateProfile: UpdateProfileRequest => Profile;
        change_password = ChangePassword: ChangePasswordRequest => ChangePasswordResponse;
    }
    Admin {
        get_dashboard = GetDashboard: GetDashboardRequest => Dashboard;
        create_client = CreateClient: CreateClientRequest => AdminClient;
        get_client = GetClient: GetClientRequest => AdminClient;
        list_clients = ListClients: ListClientsRequest => ListClientsResponse;
        update_client = UpdateClient: AdminUpdateClientRequest => AdminClient;
        approve_client = ApproveClient: ApproveClientRequest => AdminClient;
        reject_client = RejectClient: RejectClientRequest => AdminClient;
        deactivate_client = DeactivateClient: DeactivateClientRequest => AdminClient;
        delete_client = DeleteClient: AdminDeleteClientRequest => AdminDeleteClientResponse;
        regenerate_client_secret = RegenerateClientSecret:
            RegenerateClientSecretRequest => AdminClient;
        revoke_client_tokens = RevokeClientTokens: RevokeClientTokensRequest => RevokedResponse;
        create_user = CreateUser: CreateUserRequest => CreateUserResponse;
        get_user = GetUser: UserRequest => AdminUser;
        list_users = ListUsers: ListUsersRequest => ListUsersResponse;
        update_user = UpdateUser: UpdateUserRequest => AdminUser;
        set_password = SetPassword: SetPasswordRequest => SetPasswordResponse;
        disable_user = DisableUser: UserRequest => AdminUser;
        enable_user = EnableUser: UserRequest => AdminUser;
        delete_user = DeleteUser: UserRequest => DeleteUserResponse;
        revoke_user_tokens = RevokeUserTokens: UserRequest => RevokedResponse;
        list_user_connections = ListUserConnections: UserRequest => ListUserConnectionsResponse;
        list_user_sign_ins = ListUserSignIns: UserRequest => ListSignInsResponse;
        end_user_sign_in = EndUserSignIn: EndSignInRequest => EndSignInResponse;
        list_all_consents = ListAllConsents: ListAllConsentsRequest => ListConsentsResponse;
        revoke_any_consent = RevokeAnyConsent: RevokeConsentRequest => Consent;
        list_tokens = ListTokens: ListTokensRequest => ListTokensResponse;
        revoke_token = RevokeToken: AdminTokenRequest => AdminToken;
        disable_token = DisableToken: AdminTokenRequest => AdminToken;
        enable_token = EnableToken: AdminTokenRequest => AdminToken;
        list_keys = ListKeys: ListKeysRequest => ListKeysResponse;
        rotate_keys = RotateKeys: RotateKeysRequest => RotateKeysResponse;
        withdraw_key = WithdrawKey: WithdrawKeyRequest => WithdrawKeyResponse;
        list_audit = ListAudit: ListAuditRequest => ListAuditResponse;
        get_audit_entry = GetAuditEntry: GetAuditEntryRequest => AuditEntry;
        get_audit_statistics = GetAuditStatistics: GetAuditStatisticsRequest => AuditStatistics;
        #[stream(ExportAuditStream)]
        export_audit = ExportAudit: ExportAuditRequest => ExportAuditResponse;
        verify_audit = VerifyAudit: VerifyAuditRequest => VerifyAuditResponse;
    }
}

/// The core itself; clones share the memory.
#[derive(Clone, Default)]
pub struct ScriptedCore {
    script: Script,
    calls: Arc<Mutex<Vec<(RequestContext, Call)>>>,
}

impl ScriptedCore {
    /// A core that follows `script`.
    pub fn new(script: Script) -> Self {
        Self {
            script,
            calls: Arc::default(),
        }
    }

    /// The way to it.
    pub fn transport(&self) -> Transport {
        let services = Routes::new(WebServer::new(self.clone()))
            .add_service(SelfServiceServer::new(self.clone()))
            .add_service(AdminServer::new(self.clone()));
        in_process(services.prepare())
    }

    /// All it was asked so far, each with its context.
    pub fn calls(&self) -> Vec<(RequestContext, Call)> {
        match self.calls.lock() {
            Ok(calls) => calls.clone(),
            Err(poisoned) => poisoned.into_inner().clone(),
        }
    }

    fn answer<M, T: Clone>(
        &self,
        request: Request<M>,
        call: impl FnOnce(M) -> Call,
        answer: &Answer<T>,
    ) -> Result<Response<T>, Status> {
        let context = RequestContext::of(&request)?;
        if let Ok(mut calls) = self.calls.lock() {
            calls.push((context, call(request.into_inner())));
        }
        answer
            .clone()
            .unwrap_or_else(|| Err(Status::unimplemented("not in the script")))
            .map(Response::new)
    }
}
