"""The real program as a process that tests start, end and kill."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import requests
import seeds

REPOSITORY = Path(__file__).parents[2]
PROGRAM = Path(os.environ.get("AUTHGATE_PROGRAM", REPOSITORY / "target/debug/authgate"))


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def eventually(check: Callable[[], bool], what: str, seconds: float = 30) -> None:
    """Waits until `check` holds."""
    end = time.monotonic() + seconds
    while not check():
        assert time.monotonic() < end, f"{what}: not within {seconds} seconds"
        time.sleep(0.05)


class Program:
    """`authgate serve` with its environment; the address stays when it is started again."""

    def __init__(self, folder: Path, roles: str = "all", **environment: str):
        self.folder = folder
        self.folder.mkdir(parents=True)
        self.roles = roles
        self.port = free_port()
        self.issuer = f"http://127.0.0.1:{self.port}"
        self.environment = {
            "BASE_URL": self.issuer,
            "SERVER_ADDR": f"127.0.0.1:{self.port}",
            "DATA_DIR": str(folder / "data"),
            "SEED_FILE": str(seeds.PATH),
            "ENABLE_RATE_LIMIT": "false",
            **environment,
        }
        self.process: subprocess.Popen | None = None

    def start(self) -> Program:
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [PROGRAM, "serve", "--roles", self.roles],
                cwd=self.folder,
                env={**os.environ, **self.environment},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        return self

    def run(self, *arguments: str, stdin: str = "") -> subprocess.CompletedProcess:
        """One of the program's other commands, with the same environment."""
        return subprocess.run(
            [PROGRAM, *arguments],
            cwd=self.folder,
            env={**os.environ, **self.environment},
            input=stdin,
            capture_output=True,
            text=True,
            timeout=60,
        )

    def ready(self) -> bool:
        assert self.process.poll() is None, f"the program ended:\n{self.log()}"
        try:
            return self.get("/health/ready").ok
        except requests.ConnectionError:
            return False

    def started(self) -> Program:
        """Starts and waits until requests are served."""
        self.start()
        eventually(self.ready, "ready")
        return self

    def send(self, number: signal.Signals) -> None:
        self.process.send_signal(number)

    def kill(self) -> None:
        """The power goes."""
        self.process.kill()
        self.process.wait()

    def ended(self) -> int:
        """Waits for the end; gives the exit code."""
        return self.process.wait(timeout=30)

    def close(self) -> None:
        if self.process and self.process.poll() is None:
            self.kill()

    def log(self) -> str:
        log = self.folder / "log"
        return log.read_text(errors="replace") if log.exists() else ""

    # What clients do.

    def get(self, path: str, **options) -> requests.Response:
        return requests.get(self.issuer + path, timeout=30, allow_redirects=False, **options)

    def token(self, client_id: str, **form: str) -> requests.Response:
        """A token request of a seeded client."""
        client = seeds.client(client_id)
        if client["token_endpoint_auth_method"] == "none":
            authentication, form = None, {**form, "client_id": client_id}
        else:
            authentication = (client_id, client["client_secret"])
        return requests.post(f"{self.issuer}/oauth/token", data=form, auth=authentication, timeout=30)

    def service_token(self) -> requests.Response:
        return self.token("service-basic", grant_type="client_credentials")

    def is_active(self, token: str) -> bool:
        client = seeds.client("service-basic")
        answer = requests.post(
            f"{self.issuer}/oauth/introspect",
            data={"token": token},
            auth=(client["client_id"], client["client_secret"]),
            timeout=30,
        )
        assert answer.status_code == 200, answer.text
        return answer.json()["active"]
