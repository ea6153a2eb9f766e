"""Two processes on one PostgreSQL, as pods behind a load balancer: it does not matter which one answers."""

from concurrent.futures import ThreadPoolExecutor

import pytest
import requests
import seeds
from flows import code, refresh
from program import Program, eventually


@pytest.fixture
def pods(start, postgres) -> tuple[Program, Program]:
    shared = postgres.database() | {"ENCRYPTION_SECRET": "vQ8rT2kX7mZ4pL9wB6nH3cJ5sD1fG0aY"}
    one = start("one", **shared).started()
    two = start("two", **shared, BASE_URL=one.issuer).started()
    return one, two


def test_what_one_gave_the_other_knows(pods):
    one, two = pods
    granted = code(one).redeem(two).json()
    assert one.is_active(granted["access_token"])
    assert two.is_active(granted["access_token"])
    assert two.get("/.well-known/jwks.json").json() == one.get("/.well-known/jwks.json").json()

    refreshed = refresh(one, granted["refresh_token"]).json()
    revoked = requests.post(
        f"{two.issuer}/oauth/revoke",
        data={"token": refreshed["refresh_token"], "client_id": "native"},
        timeout=30,
    )
    assert revoked.status_code == 200
    eventually(lambda: not one.is_active(refreshed["access_token"]), "the revocation is known")
    assert refresh(one, refreshed["refresh_token"]).status_code == 400


def test_of_32_redemptions_at_both_exactly_one_wins(pods):
    unused = code(pods[0])
    with ThreadPoolExecutor(32) as threads:
        answers = list(threads.map(lambda index: unused.redeem(pods[index % 2]), range(32)))
    statuses = [answer.status_code for answer in answers]
    assert sorted(set(statuses)) == [200, 400], statuses
    assert statuses.count(200) == 1


def test_32_refreshes_at_both_lead_to_one_successor(pods):
    first = code(pods[0]).redeem(pods[0]).json()["refresh_token"]
    with ThreadPoolExecutor(32) as threads:
        answers = list(threads.map(lambda index: refresh(pods[index % 2], first), range(32)))
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.json()["refresh_token"] for answer in answers}) == 1


def test_failures_to_sign_in_are_counted_together(pods):
    browsers = [seeds.visitor(pods[0].issuer, "carol"), seeds.visitor(pods[1].issuer, "carol")]
    statuses = []
    for attempt in range(6):
        browser = browsers[attempt % 2]
        form = browser.open("/login").form("input[type=password]")
        statuses.append(browser.submit(form, {"username": "carol", "password": "wrong"}).status)
    assert statuses == [401] * 5 + [429]
