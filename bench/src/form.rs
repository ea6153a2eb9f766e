//! Forms of a page, and how somebody fills them in who has never seen the page.

use scraper::{ElementRef, Html, Selector};
use url::Url;

use crate::{error::Result, load::Failure};

/// Words on buttons that say yes. Their order is that of preference.
const YES: [&str; 9] = [
    "approve",
    "allow",
    "accept",
    "authorize",
    "grant",
    "consent",
    "confirm",
    "yes",
    "continue",
];
/// Words on buttons that say no, or something else.
const NO: [&str; 8] = [
    "deny", "cancel", "reject", "refuse", "decline", "disallow", "no", "logout",
];

/// A form as the page filled it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Form {
    /// Where it is sent.
    pub action: Url,
    /// Whether it is a `POST`.
    pub post: bool,
    /// What is sent: names and values.
    pub fields: Vec<(String, String)>,
    username: Option<String>,
    password: Option<String>,
    buttons: Vec<Button>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Button {
    name: String,
    value: String,
    label: String,
}

/// The forms of the page at `here`.
///
/// # Errors
/// When a form leads nowhere.
pub fn forms(html: &str, here: &Url) -> Result<Vec<Form>, Failure> {
    let document = Html::parse_document(html);
    let form = selector("form")?;
    document
        .select(&form)
        .map(|element| Form::read(element, here))
        .collect()
}

impl Form {
    fn read(form: ElementRef<'_>, here: &Url) -> Result<Self, Failure> {
        let action = form.attr("action").unwrap_or_default();
        let action = here.join(action);
        let mut read = Self {
            action: action
                .map_err(|error| Failure::new(format!("a form leads nowhere: {error}")))?,
            post: form
                .attr("method")
                .is_some_and(|method| method.eq_ignore_ascii_case("post")),
            fields: Vec::new(),
            username: None,
            password: None,
            buttons: Vec::new(),
        };
        for input in form.select(&selector("input, button")?) {
            read.add(input);
        }
        Ok(read)
    }

    fn add(&mut self, element: ElementRef<'_>) {
        let attribute = |name| element.attr(name).unwrap_or_default().to_owned();
        let (name, value) = (attribute("name"), attribute("value"));
        let is_button = element.value().name() == "button";
        let kind = match element.attr("type") {
            Some(kind) => kind.to_ascii_lowercase(),
            None if is_button => "submit".to_owned(),
            None => "text".to_owned(),
        };
        if matches!(kind.as_str(), "submit" | "image") {
            let label = if is_button {
                element.text().collect::<String>()
            } else {
                value.clone()
            };
            self.buttons.push(Button { name, value, label });
            return;
        }
        let unchecked =
            matches!(kind.as_str(), "checkbox" | "radio") && element.attr("checked").is_none();
        if is_button || name.is_empty() || unchecked {
            return;
        }
        match kind.as_str() {
            "password" if self.password.is_none() => self.password = Some(name.clone()),
            "text" | "email" if self.username.is_none() => self.username = Some(name.clone()),
            _ => {}
        }
        self.fields.push((name, value));
    }

    /// Whether this is where people sign in.
    pub const fn asks_for_password(&self) -> bool {
        self.password.is_some()
    }

    /// The form with user name and password.
    #[must_use]
    pub fn signed_in(mut self, username: &str, password: &str) -> Self {
        for (field, value) in [(&self.username, username), (&self.password, password)] {
            let of_that_name = |(name, _): &&mut (String, String)| field.as_ref() == Some(name);
            if let Some((_, filled)) = self.fields.iter_mut().find(of_that_name) {
                value.clone_into(filled);
            }
        }
        if let Some(button) = self.buttons.first().cloned() {
            self.press(button);
        }
        self
    }

    /// The form with the button pressed that says yes; none when there is no such button.
    #[must_use]
    pub fn approved(mut self) -> Option<Self> {
        let says = |button: &Button, words: &[&str]| {
            let text = format!("{} {} {}", button.value, button.name, button.label);
            let text = text.to_ascii_lowercase();
            let mut tokens = text.split(|c: char| !c.is_ascii_alphanumeric());
            tokens.any(|token| words.contains(&token))
        };
        let willing = |button: &&Button| !says(button, &NO);
        let button = YES.iter().find_map(|word| {
            let mut buttons = self.buttons.iter().filter(willing);
            buttons.find(|button| says(button, &[word]))
        });
        let button = button.cloned()?;
        self.press(button);
        Some(self)
    }

    fn press(&mut self, button: Button) {
        if !button.name.is_empty() {
            self.fields.push((button.name, button.value));
        }
    }
}

fn selector(text: &str) -> Result<Selector, Failure> {
    Selector::parse(text).map_err(|error| Failure::new(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn only_form(html: &str) -> Form {
        let here = Url::parse("http://as.example/login?next=x").unwrap();
        forms(html, &here).unwrap().remove(0)
    }

    fn pairs(form: &Form) -> Vec<(&str, &str)> {
        let fields = form.fields.iter();
        fields.map(|(name, value)| (&**name, &**value)).collect()
    }

    #[test]
    fn a_sign_in_form_is_filled_and_hidden_fields_are_kept() {
        let form = only_form(
            r#"<form method="POST" action="/login">
                <input type="hidden" name="csrf" value="t">
                <input name="user"><input type="password" name="pass">
                <input type="checkbox" name="remember" value="1">
                <input type="submit" name="go" value="Sign in">
            </form>"#,
        );
        assert!(form.post && form.asks_for_password());
        assert_eq!(form.action.as_str(), "http://as.example/login");
        let filled = form.signed_in("ada", "secret");
        let expected = [
            ("csrf", "t"),
            ("user", "ada"),
            ("pass", "secret"),
            ("go", "Sign in"),
        ];
        assert_eq!(pairs(&filled), expected);
    }

    #[test]
    fn the_button_that_says_yes_is_pressed() {
        let form = only_form(
            r#"<form method="post">
                <button name="action" value="deny">No, do not allow</button>
                <button name="action" value="approve">Allow</button>
            </form>"#,
        );
        assert_eq!(form.action.as_str(), "http://as.example/login?next=x");
        assert!(!form.asks_for_password());
        assert_eq!(pairs(&form.approved().unwrap()), [("action", "approve")]);
        let form = only_form(
            r#"<form><input type="submit" name="accept" value="Yes">
                <input type="submit" name="cancel" value="Cancel"></form>"#,
        );
        assert_eq!(
            pairs(&form.clone().approved().unwrap()),
            [("accept", "Yes")]
        );
        assert!(!form.post);
    }

    #[test]
    fn a_form_without_a_yes_is_left_alone() {
        let form = only_form(r#"<form action="/logout"><button>Sign out</button></form>"#);
        assert_eq!(form.approved(), None);
    }
}
