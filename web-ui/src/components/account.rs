//! The account that somebody is signed in to.

use authgate_proto::v1::Account;
use leptos::prelude::*;

use crate::foreign;

/// The user name, and the email address where there is one.
#[component]
pub fn AccountName(account: Option<Account>) -> impl IntoView {
    let Account {
        username, email, ..
    } = account.unwrap_or_default();
    let email = foreign::host(&email);
    let email = (!email.is_empty()).then(|| view! { " " <bdi class="hint">{email}</bdi> });
    view! {
        <b>
            <bdi>{foreign::name(&username)}</bdi>
        </b>
        {email}
    }
}
