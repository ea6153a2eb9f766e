"""A web application on Flask that signs people in by Authlib, as its manual shows."""

from urllib.parse import urlsplit

import pytest
import seeds
from authlib.integrations.base_client import OAuthError
from authlib.integrations.flask_client import OAuth
from flask import Flask
from visitor import CALLBACK


@pytest.fixture(params=["web-basic", "web-post", "native"])
def app(request, issuer: str) -> Flask:
    client = seeds.client(request.param)
    app = Flask("relying-party")
    app.secret_key = "only for these tests"
    app.config["SERVER_NAME"] = urlsplit(CALLBACK).netloc
    app.testing = True
    authgate = OAuth(app).register(
        "authgate",
        client_id=client["client_id"],
        client_secret=client.get("client_secret"),
        server_metadata_url=f"{issuer}/.well-known/openid-configuration",
        client_kwargs={
            "scope": "openid profile email",
            "code_challenge_method": "S256",
            "token_endpoint_auth_method": client["token_endpoint_auth_method"],
        },
    )

    @app.get("/login")
    def login():
        return authgate.authorize_redirect(CALLBACK)

    @app.get("/callback")
    def callback():
        # Checks state and nonce, redeems the code, verifies the ID token.
        token = authgate.authorize_access_token()
        return {"id_token": token["userinfo"], "userinfo": authgate.userinfo(token=token)}

    return app


def test_a_person_signs_in(app: Flask, issuer: str):
    browser, person = seeds.visitor(issuer), seeds.person("alice")
    with app.test_client() as site:
        authorization_url = site.get("/login").location
        answer = site.get(browser.authorize(authorization_url))

    assert answer.status_code == 200
    assert answer.json["id_token"]["iss"] == issuer
    assert answer.json["userinfo"]["sub"] == answer.json["id_token"]["sub"]
    assert answer.json["userinfo"]["name"] == person["name"]
    assert answer.json["userinfo"]["email"] == person["email"]


def test_a_person_says_no(app: Flask, issuer: str):
    browser = seeds.visitor(issuer, "bob")
    with app.test_client() as site:
        # What is asked goes beyond what bob may have allowed before.
        authorization_url = site.get("/login").location + "&prompt=consent"
        callback = browser.authorize(authorization_url, "deny")
        with pytest.raises(OAuthError) as refusal:
            site.get(callback)
    assert refusal.value.error == "access_denied"


def test_an_answer_for_another_browser_is_refused(app: Flask, issuer: str):
    with app.test_client() as site:
        authorization_url = site.get("/login").location
    callback = seeds.visitor(issuer).authorize(authorization_url)
    with app.test_client() as other_site, pytest.raises(OAuthError) as refusal:
        other_site.get(callback)
    assert refusal.value.error == "mismatching_state"
