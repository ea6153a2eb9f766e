"""The database goes in the middle: honest answers, nothing half done, and no restart needed after."""

import sqlite3
import threading

import pytest
import requests
import seeds
from flows import code, refresh
from program import Program, eventually


def is_unavailable(answer: requests.Response) -> None:
    """503 with Retry-After, and not a word about why."""
    assert answer.status_code == 503, f"{answer.status_code} {answer.text}"
    assert int(answer.headers["retry-after"]) > 0
    text = answer.text.lower()
    for internal in ("sqlx", "postgres", "sqlite", "connection", "pool", "database is locked"):
        assert internal not in text, f"tells of '{internal}'"


def requests_of_each_kind(program: Program, unused, refresh_token: str):
    """What clients and people may be doing just now."""
    return {
        "client_credentials": lambda: program.service_token(),
        "authorization_code": lambda: unused.redeem(program),
        "refresh_token": lambda: refresh(program, refresh_token),
        "device": lambda: requests.post(
            f"{program.issuer}/oauth/device/code", data={"client_id": "native"}, timeout=30
        ),
    }


def test_postgres_stops_and_comes_back(start, stoppable_postgres):
    program = start(**stoppable_postgres.database()).started()
    granted = code(program).redeem(program).json()
    unused = code(program)
    kinds = requests_of_each_kind(program, unused, granted["refresh_token"])
    token = program.service_token().json()["access_token"]
    browser = seeds.visitor(program.issuer)
    sign_in = browser.open("/login").form("input[type=password]")

    stoppable_postgres.stop()
    for ask in kinds.values():
        answer = ask()
        is_unavailable(answer)
        assert answer.headers["cache-control"] == "no-store"
        assert answer.json()["error"]
    page = browser.submit(sign_in, browser.credentials)
    assert (page.status, page.document.h1.text) == (503, "Not available right now")
    assert int(page.headers["retry-after"]) > 0
    assert program.get("/health/live").status_code == 200
    assert program.get("/health/ready").status_code == 503

    stoppable_postgres.start()
    eventually(program.ready, "ready again")
    # Nothing was used up by the requests that failed.
    for kind, ask in kinds.items():
        answer = ask()
        assert answer.status_code == 200, f"{kind}: {answer.text}"
    assert program.is_active(token)
    assert browser.submit(sign_in, browser.credentials).status == 200


def test_postgres_stops_under_load(start, stoppable_postgres):
    program = start(**stoppable_postgres.database()).started()
    tokens, others, done = [], [], threading.Event()

    def ask():
        while not done.is_set():
            answer = program.service_token()
            if answer.status_code == 200:
                tokens.append(answer.json()["access_token"])
            else:
                others.append((answer.status_code, answer.text))

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    try:
        eventually(lambda: len(tokens) > 20, "tokens before")
        stoppable_postgres.stop()
        eventually(lambda: len(others) > 8, "refusals meanwhile")
        stoppable_postgres.start()
        before = len(tokens)
        eventually(lambda: len(tokens) > before + 20, "tokens after")
    finally:
        done.set()
        for thread in threads:
            thread.join()

    assert {status for status, _ in others} == {503}, others[:3]
    lost = [token for token in tokens if not program.is_active(token)]
    assert not lost, f"{len(lost)} of {len(tokens)} tokens were handed out and are not known"


def test_sqlite_is_locked_by_somebody_else(start):
    program = start().started()
    granted = code(program).redeem(program).json()
    unused = code(program)
    kinds = requests_of_each_kind(program, unused, granted["refresh_token"])

    file = next((program.folder / "data").glob("*.db"))
    other = sqlite3.connect(file, isolation_level=None)
    try:
        other.execute("BEGIN IMMEDIATE")
        for kind in ("client_credentials", "authorization_code", "refresh_token"):
            is_unavailable(kinds[kind]())
        other.execute("ROLLBACK")
    finally:
        other.close()

    for kind, ask in kinds.items():
        answer = ask()
        assert answer.status_code == 200, f"{kind}: {answer.text}"


@pytest.mark.parametrize("database", ["sqlite", "postgres"])
def test_the_core_goes_and_comes_back_behind_the_gateway(database, start, request):
    settings = request.getfixturevalue("postgres").database() if database == "postgres" else {}
    core, front = start("core", roles="core"), start("front", roles="gateway,web")
    shared = {"PEER_SECRET": "kT7vR2mX9qL4wZ8nB3yH6cJ1sD5fG0aP", "BASE_URL": front.issuer}
    core.environment |= shared | settings | {"GRPC_ADDR": f"127.0.0.1:{core.port}"}
    front.environment |= shared | {"CORE_URL": f"http://127.0.0.1:{core.port}"}
    del front.environment["SEED_FILE"]
    core.start()
    front.started()
    unused = code(front)

    core.kill()
    is_unavailable(front.service_token())
    is_unavailable(unused.redeem(front))
    is_unavailable(front.get("/login", headers={"accept": "text/html"}))

    core.start()
    eventually(front.ready, "ready again")
    assert unused.redeem(front).status_code == 200
