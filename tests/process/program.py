"""The real program as a process that tests start, end and kill."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

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


class Client(NamedTuple):
    """An application, and what it proves itself with; without a secret it is a public one."""

    id: str
    secret: str | None = None

    @staticmethod
    def seeded(client_id: str) -> Client:
        return Client(client_id, seeds.client(client_id).get("client_secret"))


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

    def post(self, path: str, client: str | Client, form: dict[str, str]) -> requests.Response:
        """A request of a client; a seeded one is known by its id."""
        if isinstance(client, str):
            client = Client.seeded(client)
        if client.secret is None:
            authentication, form = None, {**form, "client_id": client.id}
        else:
            authentication = tuple(client)
        return requests.post(self.issuer + path, data=form, auth=authentication, timeout=30)

    def token(self, client: str | Client, **form: str) -> requests.Response:
        return self.post("/oauth/token", client, form)

    def service_token(self) -> requests.Response:
        return self.token("service-basic", grant_type="client_credentials")

    def revoke(self, client: str | Client, token: str) -> requests.Response:
        return self.post("/oauth/revoke", client, {"token": token})

    def is_active(self, token: str) -> bool:
        answer = self.post("/oauth/introspect", "service-basic", {"token": token})
        assert answer.status_code == 200, answer.text
        return answer.json()["active"]


@contextmanager
def programs(folder: Path) -> Iterator[Callable[..., Program]]:
    """Makes programs that end with the block, and prints the ends of their logs then."""
    made = []

    def make(name: str = "authgate", **settings: str) -> Program:
        made.append(Program(folder / name, **settings))
        return made[-1]

    try:
        yield make
    finally:
        for each in made:
            each.close()
            print(f"-- log of {each.folder.name}", *each.log().splitlines()[-40:], sep="\n")
