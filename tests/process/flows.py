"""What people and their apps and devices do, up to the token and beyond."""

import base64
import hashlib
import secrets
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlencode, urlsplit

import requests
import seeds
from program import Client, Program
from visitor import CALLBACK, Visitor

DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code"


@dataclass
class Code:
    """An authorization code and what its redemption needs."""

    code: str
    verifier: str = field(repr=False)
    client: str | Client = "native"

    def redeem(self, program: Program) -> requests.Response:
        return program.token(
            self.client,
            grant_type="authorization_code",
            code=self.code,
            redirect_uri=CALLBACK,
            code_verifier=self.verifier,
        )


@dataclass
class Device:
    """A device that waits for a person, as RFC 8628 section 3.2 tells it to."""

    device_code: str = field(repr=False)
    user_code: str

    def poll(self, program: Program) -> requests.Response:
        return program.token("native", grant_type=DEVICE_GRANT, device_code=self.device_code)

    def decide(self, program: Program, browser: Visitor, decision: str = "approve") -> None:
        browser.decide_device(f"{program.issuer}/device?user_code={self.user_code}", decision)


def code(program: Program, browser: Visitor | None = None, client: str | Client = "native") -> Code:
    """Alice, or whose browser it is, allows an app what it asks for."""
    verifier = secrets.token_urlsafe(48)
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=")
    query = {
        "response_type": "code",
        "client_id": client if isinstance(client, str) else client.id,
        "redirect_uri": CALLBACK,
        "scope": "openid offline_access",
        "state": secrets.token_urlsafe(16),
        "code_challenge": challenge.decode(),
        "code_challenge_method": "S256",
    }
    browser = browser or seeds.visitor(program.issuer)
    callback = browser.authorize(f"{program.issuer}/oauth/authorize?{urlencode(query)}")
    answer = parse_qs(urlsplit(callback).query)
    assert "code" in answer, f"no code but {callback}"
    return Code(answer["code"][0], verifier, client)


def device(program: Program) -> Device:
    """A device asks for its codes."""
    answer = requests.post(
        f"{program.issuer}/oauth/device/code", data={"client_id": "native", "scope": "read"}, timeout=30
    )
    assert answer.status_code == 200, answer.text
    return Device(answer.json()["device_code"], answer.json()["user_code"])


def refresh(program: Program, refresh_token: str, client: str | Client = "native") -> requests.Response:
    return program.token(client, grant_type="refresh_token", refresh_token=refresh_token)
