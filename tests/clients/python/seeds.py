"""The people and applications of tests/seed.json."""

from __future__ import annotations

import json
from pathlib import Path

from visitor import Visitor

PATH = Path(__file__).parents[2] / "seed.json"
_SEED = json.loads(PATH.read_text())


def person(username: str) -> dict:
    return next(each for each in _SEED["users"] if each["username"] == username)


def client(client_id: str) -> dict:
    return next(each for each in _SEED["clients"] if each["client_id"] == client_id)


def visitor(issuer: str, username: str = "alice") -> Visitor:
    """A new browser of the person."""
    return Visitor(issuer, username, person(username)["password"])
