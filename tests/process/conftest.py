"""The program on either database, and a PostgreSQL that tests may stop."""

import os
import shlex
import subprocess
import uuid

import pytest
from program import Program


class Postgres:
    """The throw-away server that scripts/with-postgres started."""

    def __init__(self):
        self.url = os.environ.get("AUTHGATE_TEST_POSTGRES_URL")
        control = os.environ.get("AUTHGATE_TEST_POSTGRES_CTL")
        assert self.url and control, "run scripts/with-postgres pytest tests/process"
        self._control = shlex.split(control)

    def database(self) -> dict[str, str]:
        """The settings of a new database."""
        name = f"process_{uuid.uuid4().hex}"
        subprocess.run(["psql", "-q", self.url, "-c", f"CREATE DATABASE {name}"], check=True)
        return {"DATABASE_DRIVER": "postgres", "DATABASE_DSN": f"{self.url.rsplit('/', 1)[0]}/{name}"}

    def stop(self) -> None:
        self._run("stop", "-m", "immediate")

    def start(self) -> None:
        self._run("start")

    def _run(self, *arguments: str) -> None:
        # Not captured: the server would keep the pipe open.
        subprocess.run([*self._control, *arguments], check=True, stdout=subprocess.DEVNULL)


@pytest.fixture(scope="session")
def postgres():
    return Postgres()


@pytest.fixture
def stoppable_postgres(postgres):
    """Runs again after the test, whatever happened."""
    yield postgres
    postgres._run("restart", "-m", "immediate")


@pytest.fixture
def start(tmp_path, request):
    """Makes programs that end with the test; their logs are shown when it fails."""
    programs = []

    def make(name: str = "authgate", **settings: str) -> Program:
        programs.append(Program(tmp_path / name, **settings))
        return programs[-1]

    yield make
    for each in programs:
        each.close()
        print(f"-- log of {each.folder.name}", *each.log().splitlines()[-40:], sep="\n")


@pytest.fixture(params=["sqlite", "postgres"])
def program(request, start) -> Program:
    """One process with all roles, on each database."""
    settings = request.getfixturevalue("postgres").database() if request.param == "postgres" else {}
    return start(**settings).started()
