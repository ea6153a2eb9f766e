"""The throw-away PostgreSQL that scripts/with-postgres started."""

import os
import re
import shlex
import socket
import subprocess
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from urllib.parse import urlsplit


class Postgres:
    """Databases on it, and its end."""

    def __init__(self):
        self.url = os.environ.get("AUTHGATE_TEST_POSTGRES_URL")
        control = os.environ.get("AUTHGATE_TEST_POSTGRES_CTL")
        assert self.url and control, "run scripts/with-postgres pytest tests/process"
        self._control = shlex.split(control)

    def database(self) -> dict[str, str]:
        """The settings of a new database."""
        name = f"process_{uuid.uuid4().hex}"
        self.query(self.url, f"CREATE DATABASE {name}")
        return {"DATABASE_DRIVER": "postgres", "DATABASE_DSN": f"{self.url.rsplit('/', 1)[0]}/{name}"}

    def query(self, url: str, statement: str) -> None:
        subprocess.run(["psql", "-q", url, "-c", statement], check=True, stdout=subprocess.DEVNULL)

    @contextmanager
    def again_and_again(self, url: str, statement: str) -> Iterator[None]:
        """Runs the statement every 20 milliseconds as long as the block lasts."""
        psql = subprocess.Popen(["psql", "-q", url], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
        psql.stdin.write(f"{statement} \\watch 0.02\n".encode())
        psql.stdin.flush()
        try:
            yield
            assert psql.poll() is None, "psql ended"
        finally:
            psql.kill()
            psql.communicate()

    @contextmanager
    def without_notifications(self, url: str) -> Iterator[str]:
        """Gives a URL that leads to the same database, and from where no notification comes."""
        target = urlsplit(url)
        with socket.create_server(("127.0.0.1", 0)) as listener:
            address = (target.hostname, target.port)
            threading.Thread(target=_accept, args=(listener, address), daemon=True).start()
            port = listener.getsockname()[1]
            yield target._replace(netloc=f"{target.username}@127.0.0.1:{port}").geturl()
            # Wakes the thread that accepts.
            listener.shutdown(socket.SHUT_RDWR)

    def stop(self) -> None:
        self._run("stop", "-m", "immediate")

    def start(self) -> None:
        self._run("start")

    def restart(self) -> None:
        self._run("restart", "-m", "immediate")

    def _run(self, *arguments: str) -> None:
        # Not captured: the server would keep the pipe open.
        subprocess.run([*self._control, *arguments], check=True, stdout=subprocess.DEVNULL)


def _accept(listener: socket.socket, address: tuple[str, int]) -> None:
    with suppress(OSError):
        while True:
            client, _ = listener.accept()
            wire = _Wire(client, socket.create_connection(address))
            threading.Thread(target=wire.carry_questions, daemon=True).start()
            threading.Thread(target=wire.carry_answers, daemon=True).start()


class _Wire:
    """A connection to PostgreSQL. Once it listens, only the answer to LISTEN comes back on it."""

    def __init__(self, client: socket.socket, server: socket.socket):
        self._client = client
        self._server = server
        self._listens = False
        self._answers_due = 0

    def carry_questions(self) -> None:
        with suppress(OSError):
            while data := self._client.recv(65536):
                if re.search(rb"\bLISTEN\b", data, re.IGNORECASE):
                    self._listens = True
                    self._answers_due += 1
                self._server.sendall(data)
        self._end(self._server)

    def carry_answers(self) -> None:
        with suppress(OSError):
            while data := self._server.recv(65536):
                if self._listens and not self._answers_due:
                    continue
                if self._listens:
                    self._answers_due -= 1
                self._client.sendall(data)
        self._end(self._client)

    def _end(self, other: socket.socket) -> None:
        with suppress(OSError):
            other.shutdown(socket.SHUT_RDWR)
