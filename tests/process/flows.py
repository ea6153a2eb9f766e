"""A person's sign-in at an app, up to the code and beyond."""

import base64
import hashlib
import secrets
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlencode, urlsplit

import requests
import seeds
from program import Program
from visitor import CALLBACK


@dataclass
class Code:
    """An authorization code and what its redemption needs."""

    code: str
    verifier: str = field(repr=False)

    def redeem(self, program: Program) -> requests.Response:
        return program.token(
            "native",
            grant_type="authorization_code",
            code=self.code,
            redirect_uri=CALLBACK,
            code_verifier=self.verifier,
        )


def code(program: Program, browser=None) -> Code:
    """Alice allows the native app what it asks for."""
    verifier = secrets.token_urlsafe(48)
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=")
    query = {
        "response_type": "code",
        "client_id": "native",
        "redirect_uri": CALLBACK,
        "scope": "openid offline_access",
        "state": secrets.token_urlsafe(16),
        "code_challenge": challenge.decode(),
        "code_challenge_method": "S256",
    }
    browser = browser or seeds.visitor(program.issuer)
    callback = browser.authorize(f"{program.issuer}/oauth/authorize?{urlencode(query)}")
    return Code(parse_qs(urlsplit(callback).query)["code"][0], verifier)


def refresh(program: Program, refresh_token: str) -> requests.Response:
    return program.token("native", grant_type="refresh_token", refresh_token=refresh_token)
