"""The program's commands, some of them beside a server that runs on the same database."""

import json

import requests
import seeds
from authlib.integrations.requests_client import OAuth2Session
from flows import code
from joserfc import jwt, jws
from joserfc.jwk import KeySet
from program import Program, eventually
from visitor import Visitor


def test_a_client_from_the_command_line_gets_tokens(program: Program):
    options = ["--name", "Report", "--grant", "client_credentials", "--scope", "read", "--json"]
    made = program.run("client", "create", *options)
    assert made.returncode == 0, made.stderr
    client = json.loads(made.stdout)
    assert client["client_secret"] not in made.stderr

    session = OAuth2Session(client["client_id"], client["client_secret"])
    token = session.fetch_token(f"{program.issuer}/oauth/token", grant_type="client_credentials")
    assert token["scope"] == "read"

    shown = program.run("client", "show", client["client_id"])
    assert shown.returncode == 0 and "Report" in shown.stdout
    assert client["client_secret"] not in shown.stdout
    assert client["client_id"] in program.run("client", "list").stdout


def test_a_new_password_ends_what_the_old_one_began(program: Program):
    first, second = "the first of two long passwords", "the second of two long passwords"
    made = program.run("user", "create", "dora", "--password-stdin", stdin=f"{first}\n")
    assert made.returncode == 0, made.stderr

    def signs_in(password: str) -> Visitor | None:
        browser = Visitor(program.issuer, "dora", password)
        page = browser.submit(browser.open("/login").form("input[type=password]"), browser.credentials)
        return browser if page.status == 200 else None

    browser = signs_in(first)
    token = code(program, browser).redeem(program).json()["access_token"]
    changed = program.run("user", "set-password", "dora", "--password-stdin", stdin=f"{second}\n")
    assert changed.returncode == 0, changed.stderr

    assert browser.open("/").form("input[type=password]"), "the session has ended"
    assert not program.is_active(token)
    assert signs_in(first) is None
    assert signs_in(second)


def test_no_verifier_notices_that_keys_rotate(program: Program):
    metadata = program.get("/.well-known/openid-configuration").json()
    algorithms = metadata["id_token_signing_alg_values_supported"]

    def published() -> KeySet:
        return KeySet.import_key_set(requests.get(metadata["jwks_uri"], timeout=30).json())

    def key_id(token: str) -> str:
        return jws.extract_compact(token.encode()).headers()["kid"]

    browser = seeds.visitor(program.issuer)
    before = code(program, browser).redeem(program).json()["id_token"]
    known = {key.kid for key in published()}

    # By schedule: the new keys are published long before they sign.
    rotated = program.run("keys", "rotate", "--json")
    assert rotated.returncode == 0, rotated.stderr
    fresh = set(json.loads(rotated.stdout)["key_ids"])
    eventually(lambda: fresh <= {key.kid for key in published()}, "the new keys are published")
    meanwhile = code(program, browser).redeem(program).json()["id_token"]
    assert key_id(meanwhile) in known

    # In need: the new keys sign at once.
    rotated = program.run("keys", "rotate", "--now", "--json")
    assert rotated.returncode == 0, rotated.stderr
    fresh = set(json.loads(rotated.stdout)["key_ids"])

    def signed_by_a_fresh_key() -> bool:
        return key_id(code(program, browser).redeem(program).json()["id_token"]) in fresh

    eventually(signed_by_a_fresh_key, "the new keys sign")
    after = code(program, browser).redeem(program).json()["id_token"]
    for token in (before, meanwhile, after):
        assert jwt.decode(token, published(), algorithms=algorithms).claims["iss"] == program.issuer


def test_every_problem_of_the_configuration_is_named_at_once(start):
    program = start(JWT_EXPIRATION="soon", ENABLE_RATE_LIMIT="perhaps", PEER_SECRET="changeme")
    for command in (["config", "check"], ["serve"]):
        refused = program.run(*command)
        assert refused.returncode == 1
        for name in ("JWT_EXPIRATION", "ENABLE_RATE_LIMIT", "PEER_SECRET"):
            assert name in refused.stderr, name
        assert "changeme" not in refused.stderr
    assert not (program.folder / "data").exists(), "nothing is made before the configuration is right"


def test_a_wrong_seed_file_says_where_and_changes_nothing(start):
    program = start()
    seed = program.folder / "seed.json"
    program.environment["SEED_FILE"] = str(seed)
    user = {"username": "eve", "password": "a password that nobody guesses"}
    misspelt = {"username": "mallory", "passwort": "x"}
    unknown = {"client_id": "a", "grant_types": ["magic"]}
    seed.write_text(json.dumps({"users": [user, misspelt], "clients": [unknown]}))
    refused = program.run("serve")
    assert refused.returncode == 1
    assert "users[1].passwort" in refused.stderr
    assert "clients[0].grant_types[0]" in refused.stderr

    assert "eve" not in program.run("user", "list").stdout
    seed.write_text(json.dumps({"users": [user]}))
    program.started()
    assert "eve" in program.run("user", "list").stdout


def test_a_taken_port_is_named(program: Program):
    refused = program.run("serve")
    assert refused.returncode == 1
    assert str(program.port) in refused.stderr
    assert program.ready()
