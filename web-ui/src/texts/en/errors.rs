//! What error pages say.

use super::super::errors::{Errors, Message};
use super::duration;

pub const ERRORS: Errors = Errors {
    reference: "Reference",
    code: "Error code",
    home: "Go to the start page",
    again: "Load the page again",
    back: "Back to the page",
    retry_after: |seconds| format!("Try again in {}.", duration(seconds)),
    turn_app: "The app made a mistake; you did nothing wrong. If it happens again, tell the \
               people who make the app.",
    turn_server: "The fault is ours; you did nothing wrong. If it happens again, tell your \
                  administrator the reference below.",
    bad_request: Message {
        title: "That request was not understood",
        text: "Something in the address or the form is not as it should be. Go back and try \
               again.",
    },
    stale: Message {
        title: "This page is out of date",
        text: "It was open for too long, or you signed in or out elsewhere since. Nothing was \
               changed. Load the page again and repeat what you did.",
    },
    gone: Message {
        title: "This request is no longer valid",
        text: "It has expired or was answered already. Go back to the app and start again \
               from there.",
    },
    missing: Message {
        title: "There is no such thing",
        text: "It was deleted meanwhile, or the address is wrong. Nothing was changed.",
    },
    admins_only: Message {
        title: "For administrators only",
        text: "Your account does not have the administrator role. If you need it, ask an \
               administrator of this server.",
    },
    refused: Message {
        title: "That is not possible",
        text: "Nothing was changed.",
    },
    changed: Message {
        title: "Somebody else was faster",
        text: "This was changed while you were looking at it, so nothing of yours was saved. \
               Load it again and see whether it still needs to be done.",
    },
    not_found: Message {
        title: "Page not found",
        text: "There is nothing at this address.",
    },
    method: Message {
        title: "That does not work here",
        text: "This address cannot be used in that way. Go back and try again.",
    },
    too_large: Message {
        title: "That is too much text",
        text: "The form is longer than anything this page needs. Go back and shorten it.",
    },
    filters: Message {
        title: "These filters can't be understood",
        text: "Nothing was put into a file: without them it would hold what you did not ask for.",
    },
    search_too_long: Message {
        title: "That is too much to search for",
        text: "A search may have 200 characters at most. Shorten it and try again.",
    },
    throttled: Message {
        title: "Too many requests",
        text: "This happens when something is tried many times in a row.",
    },
    unavailable: Message {
        title: "Not available right now",
        text: "A part of this server is not answering. Nothing was lost or half done.",
    },
    internal: Message {
        title: "Something went wrong",
        text: "The server could not finish what you asked for.",
    },
    form_encoding: "The text of the form is broken. Go back and type it again.",
    form_content_type: "Only the forms of these pages can be sent here.",
    form_repeated: "The same field came twice, so it is not clear which one counts. Go back \
                    and try again.",
    form_incomplete: "The form did not arrive whole. Go back and send it again.",
};
