"""A person with a browser that only knows HTTP, cookies and HTML forms."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

import requests
from bs4 import BeautifulSoup, Tag

CALLBACK = "http://127.0.0.1:49152/callback"
"""Where the answers of the authorization endpoint are sent: nobody listens."""


@dataclass
class Form:
    """A form ready to be sent: where to, and its fields as the page filled them."""

    action: str
    method: str
    fields: dict[str, str]
    asks_for_password: bool


@dataclass
class Page:
    """What the browser shows."""

    url: str
    status: int
    headers: Mapping[str, str]
    document: BeautifulSoup

    @property
    def text(self) -> str:
        return (self.document.find("main") or self.document).get_text(" ", strip=True)

    def form(self, selector: str) -> Form | None:
        """The form that has an element like `selector`."""
        for form in self.document.select("form"):
            if form.select_one(selector):
                return self._filled(form)
        return None

    def _filled(self, form: Tag) -> Form:
        inputs = [
            each
            for each in form.select("input[name]")
            if each.get("type") not in ("checkbox", "radio") or each.has_attr("checked")
        ]
        return Form(
            action=urljoin(self.url, form.get("action", "")),
            method=form.get("method", "get").upper(),
            fields={each["name"]: each.get("value", "") for each in inputs},
            asks_for_password=form.select_one("input[type=password]") is not None,
        )


@dataclass
class Callback:
    """The browser was sent back to the app."""

    url: str


class Visitor:
    """One person's browser."""

    def __init__(self, issuer: str, username: str, password: str):
        self.issuer = issuer
        self.credentials = {"username": username, "password": password}
        self._session = requests.Session()
        self._session.headers["accept"] = "text/html"
        self.cookies = self._session.cookies

    def authorize(self, authorization_url: str, decision: str = "approve") -> str:
        """Signs in and decides as asked; gives the URL that the app is called back at."""
        here = self.open(authorization_url)
        for _ in range(3):
            if isinstance(here, Callback):
                return here.url
            if form := here.form("input[type=password]"):
                here = self.submit(form, self.credentials)
            elif form := here.form(f"button[value={decision}]"):
                here = self.submit(form, {"action": decision})
            else:
                break
        raise AssertionError(f"neither sign-in nor consent but {here}")

    def decide_device(self, verification_uri_complete: str, decision: str = "approve") -> Page:
        """Opens a device's link, signs in when asked, and presses `decision`."""
        page = self.open(verification_uri_complete)
        if form := page.form("input[type=password]"):
            page = self.submit(form, self.credentials)
        form = page.form(f"button[value={decision}]")
        assert form, f"no decision asked but {page.status}: {page.text}"
        page = self.submit(form, {"action": decision})
        assert page.status == 200, page.text
        return page

    def open(self, url: str) -> Page | Callback:
        return self._go("GET", urljoin(self.issuer, url), None)

    def submit(self, form: Form, fields: dict[str, str]) -> Page | Callback:
        return self._go(form.method, form.action, {**form.fields, **fields})

    def _go(self, method: str, url: str, body: dict[str, str] | None) -> Page | Callback:
        for _ in range(10):
            if urlsplit(url)[:2] != urlsplit(self.issuer)[:2]:
                return Callback(url)
            answer = self._session.request(method, url, data=body, allow_redirects=False, timeout=30)
            if "location" not in answer.headers:
                return Page(url, answer.status_code, answer.headers, BeautifulSoup(answer.text, "html.parser"))
            method, url, body = "GET", urljoin(url, answer.headers["location"]), None
        raise AssertionError(f"too many redirects, last to {url}")
