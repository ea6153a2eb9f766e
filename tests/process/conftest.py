"""The program on either database, and a PostgreSQL that tests may stop."""

import pytest
from postgres import Postgres
from program import Program, programs


@pytest.fixture(scope="session")
def postgres():
    return Postgres()


@pytest.fixture
def stoppable_postgres(postgres):
    """Runs again after the test, whatever happened."""
    yield postgres
    postgres.restart()


@pytest.fixture
def start(tmp_path):
    """Makes programs that end with the test."""
    with programs(tmp_path) as make:
        yield make


@pytest.fixture(params=["sqlite", "postgres"])
def program(request, start) -> Program:
    """One process with all roles, on each database."""
    settings = request.getfixturevalue("postgres").database() if request.param == "postgres" else {}
    return start(**settings).started()
