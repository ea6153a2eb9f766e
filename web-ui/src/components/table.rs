//! Tables, whose rows become cards on a small screen.

use leptos::prelude::*;

/// A table with its caption, which only screen readers show, and its columns.
#[component]
pub fn Table(
    caption: &'static str,
    columns: Vec<&'static str>,
    children: Children,
) -> impl IntoView {
    let columns: Vec<_> = columns
        .into_iter()
        .map(|label| view! { <th scope="col">{label}</th> })
        .collect();
    view! {
        <div class="card table">
            <table>
                <caption class="unseen">{caption}</caption>
                <thead>
                    <tr>{columns}</tr>
                </thead>
                <tbody>{children()}</tbody>
            </table>
        </div>
    }
    .into_any()
}

/// What a row is about: its first cell.
#[component]
pub fn RowHead(children: Children) -> impl IntoView {
    view! { <th scope="row">{children()}</th> }
}

/// A cell; a card shows the column's `label` beside it.
#[component]
pub fn Cell(label: &'static str, children: Children) -> impl IntoView {
    view! { <td data-label=label>{children()}</td> }
}

/// The cell of a row's buttons and links.
#[component]
pub fn Actions(children: Children) -> impl IntoView {
    view! {
        <td class="row-actions">
            <div>{children()}</div>
        </td>
    }
    .into_any()
}
