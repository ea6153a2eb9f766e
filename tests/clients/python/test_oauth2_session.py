"""Authlib's sessions on requests and httpx: every grant, and tokens in use."""

import time

import pytest
import seeds
from authlib.common.security import generate_token
from authlib.integrations.base_client import OAuthError
from authlib.integrations.httpx_client import OAuth2Client
from authlib.integrations.requests_client import OAuth2Session
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.jwk import KeySet
from visitor import CALLBACK

DEVICE_CODE = "urn:ietf:params:oauth:grant-type:device_code"


def session(client_id: str, library=OAuth2Session, **settings):
    client = seeds.client(client_id)
    method = client["token_endpoint_auth_method"]
    return library(
        client_id,
        client.get("client_secret"),
        token_endpoint_auth_method=method,
        revocation_endpoint_auth_method=method,
        redirect_uri=CALLBACK,
        code_challenge_method="S256",
        **settings,
    )


def sign_in(client, metadata: dict, scope: str) -> dict:
    """The authorization code flow; the nonce stands in the result."""
    verifier, nonce = generate_token(64), generate_token()
    url, state = client.create_authorization_url(
        metadata["authorization_endpoint"], code_verifier=verifier, nonce=nonce, scope=scope
    )
    callback = seeds.visitor(metadata["issuer"]).authorize(url)
    token = client.fetch_token(
        metadata["token_endpoint"],
        authorization_response=callback,
        state=state,
        code_verifier=verifier,
    )
    return {**token, "nonce": nonce}


def verified(id_token: str, metadata: dict, **expected) -> CodeIDToken:
    """The ID token's claims after signature, issuer, audience, times, nonce and at_hash were checked."""
    with OAuth2Session() as plain:
        keys = plain.get(metadata["jwks_uri"], withhold_token=True).json()
    algorithms = metadata["id_token_signing_alg_values_supported"]
    token = jwt.decode(id_token, KeySet.import_key_set(keys), algorithms=algorithms)
    options = {"iss": {"essential": True, "value": metadata["issuer"]}}
    claims = CodeIDToken(token.claims, token.header, options, expected)
    claims.validate()
    return claims


@pytest.mark.parametrize("library", [OAuth2Session, OAuth2Client])
@pytest.mark.parametrize("client_id", ["web-basic", "web-post", "native"])
def test_code_then_refresh_then_revocation(client_id, library, metadata):
    client = session(client_id, library)
    token = sign_in(client, metadata, "openid profile offline_access")
    claims = verified(
        token["id_token"],
        metadata,
        client_id=client_id,
        nonce=token["nonce"],
        access_token=token["access_token"],
    )

    def userinfo():
        return client.get(metadata["userinfo_endpoint"])

    assert userinfo().json()["sub"] == claims["sub"]

    refreshed = client.refresh_token(
        metadata["token_endpoint"], refresh_token=token["refresh_token"], scope="openid profile"
    )
    rotates = client_id == "native"
    assert (refreshed["refresh_token"] != token["refresh_token"]) == rotates
    assert refreshed["access_token"] != token["access_token"]
    again = verified(refreshed["id_token"], metadata, client_id=client_id)
    assert again["sub"] == claims["sub"]
    assert again["auth_time"] == claims["auth_time"]
    assert userinfo().status_code == 200

    answer = client.revoke_token(
        metadata["revocation_endpoint"],
        token=refreshed["refresh_token"],
        token_type_hint="refresh_token",
    )
    assert answer.status_code == 200
    assert userinfo().status_code == 401
    with pytest.raises(OAuthError) as refusal:
        client.refresh_token(metadata["token_endpoint"], refresh_token=refreshed["refresh_token"])
    assert refusal.value.error == "invalid_grant"


@pytest.mark.parametrize("client_id", ["service-basic", "service-post"])
def test_client_credentials_and_introspection(client_id, metadata):
    client = session(client_id)
    token = client.fetch_token(metadata["token_endpoint"], grant_type="client_credentials", scope="read")
    assert token["scope"] == "read"
    assert "refresh_token" not in token

    def introspected():
        return client.introspect_token(metadata["introspection_endpoint"], token=token["access_token"]).json()

    assert introspected()["active"] is True
    assert introspected()["client_id"] == client_id
    client.revoke_token(metadata["revocation_endpoint"], token=token["access_token"])
    assert introspected() == {"active": False}


def test_a_wrong_verifier_is_refused(metadata):
    client = session("native")
    url, state = client.create_authorization_url(
        metadata["authorization_endpoint"], code_verifier=generate_token(64), scope="openid"
    )
    callback = seeds.visitor(metadata["issuer"]).authorize(url)
    with pytest.raises(OAuthError) as refusal:
        client.fetch_token(
            metadata["token_endpoint"],
            authorization_response=callback,
            state=state,
            code_verifier=generate_token(64),
        )
    assert refusal.value.error == "invalid_grant"


def test_a_device(metadata):
    client = session("native")
    device = client.post(
        metadata["device_authorization_endpoint"],
        data={"client_id": "native", "scope": "openid read"},
        withhold_token=True,
    ).json()

    def poll():
        return client.fetch_token(
            metadata["token_endpoint"], grant_type=DEVICE_CODE, device_code=device["device_code"]
        )

    with pytest.raises(OAuthError) as refusal:
        poll()
    assert refusal.value.error == "authorization_pending"

    seeds.visitor(metadata["issuer"]).decide_device(device["verification_uri_complete"])
    time.sleep(device["interval"])
    token = poll()
    assert token["scope"] == "openid read"
    assert verified(token["id_token"], metadata, client_id="native")["sub"]
