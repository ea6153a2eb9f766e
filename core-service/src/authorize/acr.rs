//! Authentication context classes (OpenID Connect Core section 2, `acr`).

use crate::domain::claims::ClaimsRequest;

/// One factor, a password: level 1 of ISO/IEC 29115.
pub(crate) const PASSWORD: &str = "1";

/// Whether a sign-in here can reach what the request insists on (section
/// 5.5.1.1). `acr_values` only states a wish and never fails.
pub(crate) fn can_be_met(request: &ClaimsRequest) -> bool {
    request
        .essential_acr()
        .is_none_or(|wanted| wanted.contains(&PASSWORD))
}
