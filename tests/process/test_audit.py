"""`authgate audit` on the trail that a server left: verified, tampered with, exported."""

import csv
import io
import json
import signal
import sqlite3
from pathlib import Path

import pytest
import seeds
from flows import code
from program import Program

FORMULA = '=HYPERLINK("https://evil.example","open")'
"""A client's name that a spreadsheet would run."""


@pytest.fixture
def trail(program: Program) -> Program:
    """A server that has ended, and what it wrote: a chain of the commands and one of its own."""
    options = ["--name", FORMULA, "--grant", "client_credentials", "--json"]
    made = program.run("client", "create", *options)
    assert made.returncode == 0, made.stderr
    code(program, seeds.visitor(program.issuer)).redeem(program)
    assert program.service_token().status_code == 200
    program.send(signal.SIGTERM)
    assert program.ended() == 0
    return program


@pytest.fixture
def database(start) -> tuple[Program, sqlite3.Connection]:
    """The same on SQLite, with its file opened behind the program's back."""
    program = start().started()
    code(program, seeds.visitor(program.issuer)).redeem(program)
    program.send(signal.SIGTERM)
    assert program.ended() == 0
    [file] = Path(program.environment["DATA_DIR"]).glob("*.db")
    connection = sqlite3.connect(file, isolation_level=None)
    yield program, connection
    connection.close()


def exported(program: Program, *options: str) -> str:
    answer = program.run("audit", "export", *options)
    assert answer.returncode == 0, answer.stderr
    return answer.stdout


def objects(program: Program, *options: str) -> list[dict]:
    return [json.loads(line) for line in exported(program, "--format", "jsonl", *options).splitlines()]


def test_an_untouched_trail_is_whole(trail: Program):
    entries = len(objects(trail))
    answer = trail.run("audit", "verify")
    assert answer.returncode == 0, answer.stderr
    # What the export wrote down of itself is one more.
    assert f"the audit trail is whole: {entries + 1} entries in " in answer.stdout

    answer = trail.run("audit", "verify", "--json")
    assert answer.returncode == 0, answer.stderr
    outcome = json.loads(answer.stdout)
    assert outcome["whole"] and outcome["breaks"] == []
    assert outcome["entries"] > entries and outcome["chains"] > 1


def test_the_first_break_is_named(database: tuple[Program, sqlite3.Connection]):
    program, rows = database
    entries = [entry for entry in objects(program) if entry["event_type"] != "AUDIT_LOG_EXPORTED"]
    chain = max({entry["chain"] for entry in entries}, key=[entry["chain"] for entry in entries].count)
    by_sequence = {entry["sequence"]: entry for entry in entries if entry["chain"] == chain}
    middle = len(by_sequence) // 2
    assert 1 < middle < len(by_sequence)
    assert program.run("audit", "verify").returncode == 0

    def broken() -> tuple[str, list[dict]]:
        answer = program.run("audit", "verify")
        assert answer.returncode == 1
        assert answer.stdout == ""
        as_json = program.run("audit", "verify", "--json")
        assert as_json.returncode == 1
        outcome = json.loads(as_json.stdout)
        assert not outcome["whole"]
        return answer.stderr, outcome["breaks"]

    def change(sequence: int, statement: str, *values: str) -> None:
        key = bytes.fromhex(by_sequence[sequence]["id"].replace("-", ""))
        assert rows.execute(f"{statement} WHERE id = ?", (*values, key)).rowcount == 1

    # One row says something else.
    change(middle, "UPDATE audit_log SET actor_username = ?", "mallory")
    said, breaks = broken()
    assert f"chain {chain} at {middle} (entry {by_sequence[middle]['id']}): the entry was changed" in said
    assert [(found["chain"], found["sequence"]) for found in breaks] == [(chain, middle)]
    change(middle, "UPDATE audit_log SET actor_username = ?", by_sequence[middle]["actor_username"])
    assert program.run("audit", "verify").returncode == 0, "as it was"

    # One is missing in the middle, and one after it was changed: the first is named.
    change(middle + 1, "UPDATE audit_log SET severity = ?", "DEBUG")
    change(middle, "DELETE FROM audit_log")
    said, breaks = broken()
    assert f"chain {chain} at {middle}: an entry is missing" in said
    assert [(found["chain"], found["sequence"], found["entry_id"]) for found in breaks] == [(chain, middle, "")]


def test_an_export_is_all_entries_and_nothing_else(trail: Program):
    # The log is as talkative as it can be: it belongs on standard error.
    trail.environment["LOG_LEVEL"] = "trace"
    entries = objects(trail)
    types = {entry["event_type"] for entry in entries}
    assert {"CLIENT_CREATED", "AUTHENTICATION_SUCCESS", "AUTHORIZATION_CODE_EXCHANGED"} <= types
    assert entries == sorted(entries, key=lambda entry: entry["id"], reverse=True), "newest first"
    [created] = [entry for entry in entries if entry["resource_name"].startswith("=HYPERLINK")]
    assert created["resource_name"] == FORMULA, "no spreadsheet reads JSON"

    rows = list(csv.reader(io.StringIO(exported(trail, "--format", "csv"), newline="")))
    heading, exports, rest = rows[0], rows[1:2], rows[2:]
    assert heading[:4] == ["Event Time", "Event Type", "Severity", "Actor Username"]
    assert all(len(row) == len(heading) == 10 for row in rows)
    assert [row[1] for row in exports] == ["AUDIT_LOG_EXPORTED"], "the one before this"
    assert [(row[0], row[1]) for row in rest] == [(entry["event_time"], entry["event_type"]) for entry in entries]
    names = {row[6] for row in rest}
    assert f"'{FORMULA}" in names
    assert not any(cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row)

    [only] = objects(trail, "--event-type", "CLIENT_CREATED", "--search", "HYPERLINK")
    assert only == created
    assert objects(trail, "--event-type", "USER_DELETED") == []


def test_an_export_that_makes_no_sense_is_refused(start):
    program = start()
    for option, value in (("--format", "xml"), ("--start-time", "yesterday"), ("--severity", "LOUD")):
        answer = program.run("audit", "export", option, value)
        assert answer.returncode != 0, option
        assert answer.stdout == "", option
        assert value in answer.stderr, answer.stderr
