//! Services that answer the same to every call.

use authgate_proto::v1::{self, introspection_server::Introspection, o_auth_server::OAuth};
use tonic::{Request, Response, Status};

/// The canned answers.
#[derive(Clone)]
pub struct Canned {
    /// Of `Introspect`, without what makes it as long as it should be.
    introspection: v1::IntrospectResponse,
    tokeninfo: v1::TokenInfoResponse,
    token: v1::TokenResponse,
}

/// Bytes of the JSON made of an answer without its filling.
const AROUND: usize = 210;

impl Canned {
    /// Answers of which JSON of about `size` bytes is made.
    pub fn of_size(size: usize) -> Self {
        let filling = |around: usize| "a".repeat(size.saturating_sub(around));
        Self {
            introspection: v1::IntrospectResponse {
                active: true,
                scope: "read write".to_owned(),
                client_id: "service".to_owned(),
                username: String::new(),
                token_type: "Bearer".to_owned(),
                exp: 1_800_003_600,
                iat: 1_800_000_000,
                sub: "client:service".to_owned(),
                aud: vec!["http://127.0.0.1:8080".to_owned()],
                iss: "http://127.0.0.1:8080".to_owned(),
                jti: filling(AROUND),
                token_use: "access_token".to_owned(),
                claims: String::new(),
            },
            tokeninfo: v1::TokenInfoResponse {
                user_id: filling(150),
                client_id: "service".to_owned(),
                scope: "read write".to_owned(),
                exp: 1_800_003_600,
                iss: "http://127.0.0.1:8080".to_owned(),
                subject_type: "client".to_owned(),
                aud: vec!["http://127.0.0.1:8080".to_owned()],
            },
            token: v1::TokenResponse {
                access_token: filling(60),
                token_type: "Bearer".to_owned(),
                expires_in: 3600,
                scope: String::new(),
                refresh_token: None,
                id_token: None,
            },
        }
    }
}

#[tonic::async_trait]
impl Introspection for Canned {
    /// An empty answer to an empty question, else the canned one.
    async fn introspect(
        &self,
        request: Request<v1::IntrospectTokenRequest>,
    ) -> Result<Response<v1::IntrospectResponse>, Status> {
        if request.get_ref().token.is_empty() {
            return Ok(Response::new(v1::IntrospectResponse::default()));
        }
        Ok(Response::new(self.introspection.clone()))
    }

    async fn introspect_batch(
        &self,
        request: Request<v1::IntrospectBatchRequest>,
    ) -> Result<Response<v1::IntrospectBatchResponse>, Status> {
        let tokens = request.get_ref().tokens.iter();
        let tokens = tokens.map(|_| self.introspection.clone()).collect();
        Ok(Response::new(v1::IntrospectBatchResponse { tokens }))
    }
}

/// The OAuth service: each method with what it answers.
macro_rules! oauth {
    ($($method:ident: $request:ident => $response:ident = $answer:expr),+ $(,)?) => {
        #[tonic::async_trait]
        impl OAuth for Canned {
            $(
                async fn $method(
                    &self,
                    _: Request<v1::$request>,
                ) -> Result<Response<v1::$response>, Status> {
                    let answer: fn(&Self) -> Result<v1::$response, Status> = $answer;
                    answer(self).map(Response::new)
                }
            )+
        }
    };
}

oauth! {
    token: TokenRequest => TokenResponse = |canned| Ok(canned.token.clone()),
    introspect: IntrospectRequest => IntrospectResponse = |canned| Ok(canned.introspection.clone()),
    token_info: TokenInfoRequest => TokenInfoResponse = |canned| Ok(canned.tokeninfo.clone()),
    authorize_device: DeviceAuthorizationRequest => DeviceAuthorizationResponse = unused,
    authorize: AuthorizeRequest => AuthorizeResponse = unused,
    decide_consent: ConsentDecision => AuthorizeResponse = unused,
    revoke: RevokeRequest => RevokeResponse = unused,
    user_info: UserInfoRequest => UserInfoResponse = unused,
    register_client: RegisterClientRequest => ClientInformation = unused,
    read_client: ReadClientRequest => ClientInformation = unused,
    update_client: UpdateClientRequest => ClientInformation = unused,
    delete_client: DeleteClientRequest => DeleteClientResponse = unused,
    metadata: MetadataRequest => JsonDocument = unused,
    jwks: JwksRequest => JsonDocument = unused,
}

/// No floor asks for it.
fn unused<T>(_: &Canned) -> Result<T, Status> {
    Err(Status::unimplemented("a floor"))
}
