//! `/admin/audit`: what happened, newest first, by what is asked for.

use authgate_proto::v1::{
    AuditEntry, GetAuditStatisticsRequest, ListAuditRequest, ListAuditResponse,
};
use axum::{Extension, extract::State, response::Response};
use futures_util::future::try_join;
use leptos::prelude::*;

use super::{
    filter,
    statistics::{ByEvent, Numbers},
};
use crate::{
    components::{
        button::Kind,
        empty::Empty,
        event::{Sentence, event_name, severity_name},
        fact::Fact,
        filter::{Choice, FilterBar, FilterSelect},
        heading::Heading,
        instant::Instant,
        navigation::Section,
        pager::Pager,
    },
    document::{Page, with_query},
    error::Failure,
    export, foreign,
    form::Query,
    listing::{Listing, PAGE},
    shell::Shell,
    texts::{
        Texts,
        events::{EVENT_TYPES, SEVERITIES},
    },
    visitor::{Site, Visitor},
};

const PAGE_SIZE: u32 = 20;
/// Filters that have no field: links in the details set them.
const SET_BY_LINKS: [&str; 4] = ["actor_user_id", "actor_ip", "resource_type", "resource_id"];

/// `GET /admin/audit?<filters>&page_token=`.
pub async fn show(
    State(site): State<Site>,
    Extension(visitor): Extension<Visitor>,
    Query(query): Query,
) -> Result<Response, Failure> {
    let listing = filter::listing(visitor.path(filter::PATH), &query);
    let request = ListAuditRequest {
        filter: Some(filter::of(&listing)),
        page_size: PAGE_SIZE,
        page_token: query.get(PAGE).to_owned(),
        offset: 0,
        count: false,
    };
    let (mut list, mut statistics) = (site.admin(), site.admin());
    let call = async {
        let list = list.list_audit(visitor.context.request(request));
        let month = GetAuditStatisticsRequest::default();
        let statistics = statistics.get_audit_statistics(visitor.context.request(month));
        let (list, statistics) = try_join(list, statistics).await?;
        Ok(tonic::Response::new((
            list.into_inner(),
            statistics.into_inner(),
        )))
    };
    let (shell, (view, statistics)) = Shell::with(&site, &visitor, &listing.url(), call).await?;
    let texts = &visitor.texts.admin.audit;
    let page = Page::new(texts.title)
        .console(&shell, Section::Audit)
        .here(listing.page(query.get(PAGE)));
    Ok(page.respond(&visitor, || {
        let export = visitor.path("/admin/audit/export");
        let files = [("csv", texts.csv), ("jsonl", texts.json_lines)].map(|(format, label)| {
            let href = address_of(&export, &listing, format);
            view! {
                <a class=Kind::Small.class() href=href download="">
                    {label}
                </a>
            }
        });
        let off = statistics.off.then(|| texts.off.to_owned());
        let wrong = filter::nonsense(&query);
        let wrong = (!wrong.is_empty()).then(|| {
            let names: Vec<_> = wrong
                .iter()
                .map(|name| label_of(name, visitor.texts))
                .collect();
            format!("{} {}", texts.not_understood, names.join(", "))
        });
        let notice = [off, wrong]
            .into_iter()
            .flatten()
            .map(|text| view! { <p class="notice" role="status">{text}</p> })
            .collect_view();
        view! {
            <Heading title=|| texts.title>
                <div class="row-actions">
                    <div>{files.into_iter().collect_view()}</div>
                </div>
            </Heading>
            {notice}
            <Numbers statistics=&statistics texts=visitor.texts />
            <ByEvent statistics=&statistics visitor=&visitor />
            <Filters listing=&listing texts=visitor.texts />
            <Chips listing=&listing texts=visitor.texts />
            <Entries view=&view listing=&listing texts=visitor.texts />
            <Pager
                listing=&listing
                previous=&view.previous_page_token
                next=&view.next_page_token
                texts=&visitor.texts.console.listing
            />
        }
    }))
}

/// The file of everything that `listing` lets through.
fn address_of(path: &str, listing: &Listing, format: &str) -> String {
    let filters = listing.filters().iter();
    let filters = filters.map(|(name, value)| (*name, value.as_str()));
    let parameters: Vec<_> = [("format", format)].into_iter().chain(filters).collect();
    with_query(path, &parameters)
}

#[component]
fn Filters<'a>(listing: &'a Listing, texts: &'static Texts) -> impl IntoView + use<> {
    let text = &texts.admin.audit;
    let types = std::iter::once(Choice::new("", text.any_type))
        .chain(EVENT_TYPES.iter().map(|name| {
            let words = texts.events.of(name);
            Choice::new(name, words.unwrap_or(name))
        }))
        .collect();
    let severities = std::iter::once(Choice::new("", text.any_severity))
        .chain(SEVERITIES.map(|name| {
            let word = texts.severities.of(name);
            Choice::new(name, word.unwrap_or(name))
        }))
        .collect();
    let outcomes = vec![
        Choice::new("", text.any_outcome),
        Choice::new("true", text.succeeded),
        Choice::new("false", text.failed),
    ];
    let fields = {
        let listing = listing.clone();
        move || {
            view! {
                <FilterSelect listing=&listing name="event_type" label=text.event_type choices=types />
                <FilterSelect listing=&listing name="severity" label=text.severity choices=severities />
                <FilterSelect listing=&listing name="success" label=text.outcome choices=outcomes />
                <DayField listing=&listing name="start_time" label=text.from />
                <DayField listing=&listing name="end_time" label=text.until />
            }
            .into_any()
        }
    };
    view! {
        <FilterBar listing=listing keep=&SET_BY_LINKS hint=text.search_hint texts=&texts.console>
            {fields()}
        </FilterBar>
    }
    .into_any()
}

/// A day of a range.
#[component]
fn DayField<'a>(
    listing: &'a Listing,
    name: &'static str,
    label: &'static str,
) -> impl IntoView + use<> {
    // An instant can't stand in the field; its day can.
    let value: String = listing.filter(name).chars().take(10).collect();
    view! {
        <label class="day">
            <span>{label}</span>
            <input type="date" name=name value=value />
        </label>
    }
    .into_any()
}

/// What the list is filtered by, each with a link that takes it away.
#[component]
fn Chips<'a>(listing: &'a Listing, texts: &'static Texts) -> impl IntoView + use<> {
    let text = &texts.admin.audit;
    let chips: Vec<_> = listing
        .filters()
        .iter()
        .map(|(name, value)| {
            let label = label_of(name, texts);
            let shown = match (*name, value.as_str()) {
                ("success", "true") => text.succeeded.to_owned(),
                ("success", _) => text.failed.to_owned(),
                ("event_type", value) => event_name(value, texts),
                ("severity", value) => severity_name(value, texts),
                (_, value) => foreign::word(value),
            };
            let href = listing.clone().with(name, "").url();
            view! {
                <li>
                    <a class="chip" href=href>
                        <span class="unseen">{text.remove}" "</span>
                        {label}
                        ": "
                        <bdi>{shown}</bdi>
                        <span aria-hidden="true">" ×"</span>
                    </a>
                </li>
            }
        })
        .collect();
    (!chips.is_empty()).then(|| view! { <ul class="chips" aria-label=text.filters>{chips}</ul> })
}

fn label_of(filter: &str, texts: &'static Texts) -> &'static str {
    let text = &texts.admin.audit;
    match filter {
        "search" => texts.console.listing.search,
        "event_type" => text.event_type,
        "severity" => text.severity,
        "success" => text.outcome,
        "actor_ip" => text.address,
        "actor_user_id" => text.actor,
        "resource_type" => text.kind,
        "resource_id" => text.resource,
        "start_time" => text.from,
        _ => text.until,
    }
}

#[component]
fn Entries<'a>(
    view: &'a ListAuditResponse,
    listing: &'a Listing,
    texts: &'static Texts,
) -> impl IntoView + use<> {
    let text = &texts.admin.audit;
    let incomplete = view.incomplete.then(|| {
        view! {
            <p class="hint" role="status">
                {texts.console.listing.incomplete}
            </p>
        }
    });
    if view.entries.is_empty() {
        let nothing = if listing.is_filtered() {
            &texts.console.listing.nothing_found
        } else {
            &text.none
        };
        return view! {
            {incomplete}
            <Empty message=nothing />
        }
        .into_any();
    }
    let entries: Vec<_> = view
        .entries
        .iter()
        .map(|entry| line(entry, listing, texts))
        .collect();
    view! {
        {incomplete}
        <section class="card">
            <ol class="events log" aria-label=text.title>
                {entries}
            </ol>
        </section>
    }
    .into_any()
}

/// An entry as a sentence, which opens to all that is known.
fn line(entry: &AuditEntry, listing: &Listing, texts: &'static Texts) -> impl IntoView + use<> {
    let text = &texts.admin.audit;
    let fact = |name: &'static str, value: &str| {
        let value = foreign::message(value);
        (!value.is_empty()).then(|| view! { <Fact name=name><bdi>{value}</bdi></Fact> })
    };
    // A value and the list of everything with the same one.
    let like = |name: &'static str, filter: &'static str, value: &str| {
        let shown = foreign::message(value);
        let href = listing.clone().with(filter, value).url();
        (!shown.is_empty()).then(|| {
            view! {
                <Fact name=name>
                    <a href=href>
                        <bdi>{shown}</bdi>
                    </a>
                </Fact>
            }
        })
    };
    let kind = (
        event_name(&entry.event_type, texts),
        foreign::word(&entry.event_type),
    );
    let of_kind = listing.clone().with("event_type", &entry.event_type).url();
    let kind = view! {
        <Fact name=text.event_type>
            <a href=of_kind>{kind.0}</a>
            " "
            <code>{kind.1}</code>
        </Fact>
    };
    let action = foreign::message(&entry.action);
    let recorded = view! {
        <Fact name=text.recorded>
            <span lang="en">{action}</span>
        </Fact>
    };
    let request = format!("{} {}", entry.request_method, entry.request_path);
    let details = match entry.details.as_str() {
        "" | "{}" => None,
        json => Some(pretty(json)),
    };
    let details = details.map(|json| {
        view! {
            <Fact name=text.details>
                <pre tabindex="0">{json}</pre>
            </Fact>
        }
    });
    let chain = format!("{} #{}", entry.chain, entry.sequence);
    let severe = entry.severity != "INFO";
    view! {
        <li>
            <details>
                <summary>
                    <Sentence entry=entry texts />
                    <span class="hint">
                        {severe.then(|| format!("{} ", severity_name(&entry.severity, texts)))}
                        <Instant at=entry.event_time texts />
                    </span>
                </summary>
                <dl class="facts">
                    {fact(text.time, &export::instant(entry.event_time))}
                    {kind}
                    {recorded}
                    {fact(text.error, &entry.error_message)}
                    {like(text.actor, "actor_user_id", &entry.actor_user_id)}
                    {like(text.address, "actor_ip", &entry.actor_ip)}
                    {fact(text.user_agent, &entry.user_agent)}
                    {like(text.kind, "resource_type", &entry.resource_type)}
                    {like(text.resource, "resource_id", &entry.resource_id)}
                    {details}
                    {fact(text.request, &request)}
                    {fact(text.request_id, &entry.request_id)}
                    {fact(text.place, &chain)}
                    {fact(text.hash, &entry.hash)}
                </dl>
            </details>
        </li>
    }
    .into_any()
}

/// JSON over several lines, without characters that deceive.
fn pretty(json: &str) -> String {
    let value = serde_json::from_str::<serde_json::Value>(json).ok();
    let text = value.and_then(|value| serde_json::to_string_pretty(&value).ok());
    foreign::document(text.as_deref().unwrap_or(json))
}
