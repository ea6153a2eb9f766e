//! Fields of longer forms, each with its label, hint and problem, and the list of
//! problems above them.

use leptos::prelude::*;

use crate::{problems::Problems, texts::Console};

/// What is wrong, above the form, with a link to each field.
#[component]
pub fn ErrorSummary<'a>(problems: &'a Problems, texts: &'static Console) -> impl IntoView + use<> {
    let items: Vec<_> = problems
        .iter()
        .map(|problem| {
            let about = problem.text.about().map(|about| match &about.number {
                Some(number) => (texts.form.numbered)(about.label, number),
                None => about.label.to_owned(),
            });
            let about = about.map(|label| format!("{label}: "));
            let text = problem.text.in_list();
            let text = match problem.text.lang() {
                Some(lang) => view! { <span lang=lang>{text}</span> }.into_any(),
                None => text.into_any(),
            };
            let text = view! {
                {about}
                {text}
            };
            match problem.field {
                Some(field) => view! {
                    <li>
                        <a href=format!("#{field}")>{text}</a>
                    </li>
                }
                .into_any(),
                None => view! { <li>{text}</li> }.into_any(),
            }
        })
        .collect();
    (!items.is_empty()).then(|| {
        view! {
            <div class="alert" role="alert">
                <h2>{texts.form.problems}</h2>
                <ul>{items}</ul>
            </div>
        }
    })
}

/// What the labelled fields share.
#[derive(Clone, Copy)]
pub struct Field {
    /// `id` and `name`.
    pub name: &'static str,
    pub label: &'static str,
    /// Below the label.
    pub hint: Option<&'static str>,
    pub required: bool,
    pub max_length: u32,
}

impl Field {
    /// A field that may stay empty.
    pub const fn new(name: &'static str, label: &'static str) -> Self {
        Self {
            name,
            label,
            hint: None,
            required: false,
            max_length: 255,
        }
    }

    /// With a hint below the label.
    pub const fn hint(mut self, hint: &'static str) -> Self {
        self.hint = Some(hint);
        self
    }

    /// Which must be filled in.
    pub const fn required(mut self) -> Self {
        self.required = true;
        self
    }

    /// With another bound than 255 characters.
    pub const fn max_length(mut self, length: u32) -> Self {
        self.max_length = length;
        self
    }
}

/// A label with everything that goes before the field itself, and the ids that
/// describe it.
fn around(
    field: Field,
    problems: &Problems,
    texts: &'static Console,
) -> (AnyView, Option<String>, Option<&'static str>) {
    let Field { name, label, .. } = field;
    let problem = problems.at(name);
    let ids: Vec<String> = [
        field.hint.map(|_| format!("{name}-hint")),
        problem.map(|_| format!("{name}-problem")),
    ]
    .into_iter()
    .flatten()
    .collect();
    let described_by = (!ids.is_empty()).then(|| ids.join(" "));
    let hint = field.hint.map(|hint| {
        view! {
            <p class="hint" id=format!("{name}-hint")>
                {hint}
            </p>
        }
    });
    let wrong = problem.map(|problem| {
        view! {
            <p class="wrong" id=format!("{name}-problem") lang=problem.text.lang()>
                {problem.text.at_field()}
            </p>
        }
    });
    let optional = (!field.required)
        .then(|| view! { " " <span class="optional">"(" {texts.form.optional} ")"</span> });
    let before = view! {
        <label for=name>{label} {optional}</label>
        {hint}
        {wrong}
    }
    .into_any();
    (before, described_by, problem.map(|_| "true"))
}

/// A field of one line.
#[component]
pub fn TextField<'a>(
    field: Field,
    value: String,
    problems: &'a Problems,
    texts: &'static Console,
    /// The type of the input; `text` when not given.
    #[prop(default = "text")]
    kind: &'static str,
    #[prop(optional)] autocomplete: Option<&'static str>,
) -> impl IntoView + use<> {
    let (before, described_by, invalid) = around(field, problems, texts);
    view! {
        <div class="field">
            {before}
            <input
                type=kind
                id=field.name
                name=field.name
                value=value
                maxlength=field.max_length.to_string()
                required=field.required
                autocomplete=autocomplete.unwrap_or("off")
                autocapitalize="none"
                spellcheck="false"
                aria-invalid=invalid
                aria-describedby=described_by
            />
        </div>
    }
    .into_any()
}

/// A field of several lines.
#[component]
pub fn TextArea<'a>(
    field: Field,
    value: String,
    rows: u8,
    problems: &'a Problems,
    texts: &'static Console,
) -> impl IntoView + use<> {
    let (before, described_by, invalid) = around(field, problems, texts);
    view! {
        <div class="field">
            {before}
            <textarea
                id=field.name
                name=field.name
                rows=rows.to_string()
                maxlength=field.max_length.to_string()
                required=field.required
                spellcheck="false"
                aria-invalid=invalid
                aria-describedby=described_by
            >
                // A line end at the beginning would be lost.
                {format!("\n{value}")}
            </textarea>
        </div>
    }
    .into_any()
}

/// One of several.
#[component]
pub fn Select<'a>(
    field: Field,
    value: &'a str,
    /// Values and their labels.
    options: Vec<(&'static str, &'static str)>,
    problems: &'a Problems,
    texts: &'static Console,
) -> impl IntoView + use<> {
    let (before, described_by, invalid) = around(field.required(), problems, texts);
    let options: Vec<_> = options
        .into_iter()
        .map(|(word, label)| {
            view! {
                <option value=word selected=word == value>
                    {label}
                </option>
            }
        })
        .collect();
    view! {
        <div class="field">
            {before}
            <select
                id=field.name
                name=field.name
                aria-invalid=invalid
                aria-describedby=described_by
            >
                {options}
            </select>
        </div>
    }
    .into_any()
}

/// Fields that belong together, under a heading of their own.
#[component]
pub fn Group<'a>(
    /// The `id` of the group, which problems may name.
    name: &'static str,
    legend: &'static str,
    #[prop(optional)] hint: Option<&'static str>,
    problems: &'a Problems,
    children: Children,
) -> impl IntoView + use<> {
    let wrong = problems.at(name).map(|problem| {
        view! {
            <p class="wrong" id=format!("{name}-problem") lang=problem.text.lang()>
                {problem.text.at_field()}
            </p>
        }
    });
    let hint = hint.map(|hint| view! { <p class="hint">{hint}</p> });
    view! {
        <fieldset class="group-of-fields" id=name tabindex="-1">
            <legend>{legend}</legend>
            {hint}
            {wrong}
            {children()}
        </fieldset>
    }
    .into_any()
}

/// One thing of several that may hold at once. Checked, its form has `name=1`.
#[component]
pub fn Check(
    name: &'static str,
    label: &'static str,
    #[prop(optional)] hint: Option<&'static str>,
    checked: bool,
) -> impl IntoView {
    let hint_id = hint.map(|_| format!("{name}-hint"));
    let hint = hint.map(|hint| {
        view! {
            <span class="hint" id=format!("{name}-hint")>
                {hint}
            </span>
        }
    });
    view! {
        <div class="check">
            <input
                type="checkbox"
                id=name
                name=name
                value="1"
                checked=checked
                aria-describedby=hint_id
            />
            <div>
                <label for=name>{label}</label>
                {hint}
            </div>
        </div>
    }
    .into_any()
}
