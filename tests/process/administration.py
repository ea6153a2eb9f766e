"""An administrator, who works through the gRPC service `Admin` on the public listener."""

import json
import subprocess

import requests
from flows import DEVICE_GRANT
from program import Program
from visitor import Visitor

PASSWORD = "the password of the only administrator"
"""DEFAULT_ADMIN_PASSWORD of the program."""


class Administrator:
    """Signed in; acts at whichever process is named."""

    def __init__(self, program: Program):
        options = ["--name", "Administration", "--public", "--grant", "device_code", "--scope", "admin", "--json"]
        made = program.run("client", "create", *options)
        assert made.returncode == 0, made.stderr
        client = {"client_id": json.loads(made.stdout)["client_id"]}
        waiting = requests.post(
            f"{program.issuer}/oauth/device/code", data={**client, "scope": "admin"}, timeout=30
        ).json()
        browser = Visitor(program.issuer, "admin", PASSWORD)
        browser.decide_device(f"{program.issuer}/device?user_code={waiting['user_code']}")
        form = {**client, "grant_type": DEVICE_GRANT, "device_code": waiting["device_code"]}
        answer = requests.post(f"{program.issuer}/oauth/token", data=form, timeout=30)
        assert answer.status_code == 200, answer.text
        self._token = answer.json()["access_token"]

    def disable_user(self, program: Program, username: str) -> None:
        self._call(program, "DisableUser", username)

    def deactivate_client(self, program: Program, client_id: str) -> None:
        self._call(program, "DeactivateClient", client_id)

    def _call(self, program: Program, method: str, name: str) -> None:
        """A call whose message has one field, a text: what it takes fits into a few bytes."""
        text = name.encode()
        message = b"\x0a" + bytes([len(text)]) + text
        answer = subprocess.run(
            [
                *("curl", "--silent", "--show-error", "--http2-prior-knowledge", "--max-time", "30"),
                *("--header", "content-type: application/grpc", "--header", "te: trailers"),
                *("--header", f"authorization: Bearer {self._token}"),
                *("--data-binary", "@-", "--output", "/dev/null", "--dump-header", "-"),
                f"http://127.0.0.1:{program.port}/authgate.v1.Admin/{method}",
            ],
            input=b"\0" + len(message).to_bytes(4, "big") + message,
            capture_output=True,
            check=True,
        )
        assert b"grpc-status: 0" in answer.stdout, answer.stdout
