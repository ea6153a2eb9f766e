"""What every test needs: the program's address and what it says of itself."""

import os

import pytest
import requests


@pytest.fixture(scope="session")
def issuer() -> str:
    address = os.environ.get("AUTHGATE_ISSUER")
    assert address, "AUTHGATE_ISSUER is not set: run scripts/with-authgate sqlite pytest"
    return address


@pytest.fixture(scope="session")
def metadata(issuer: str) -> dict:
    answer = requests.get(f"{issuer}/.well-known/openid-configuration", timeout=30)
    answer.raise_for_status()
    assert answer.json()["issuer"] == issuer
    return answer.json()
