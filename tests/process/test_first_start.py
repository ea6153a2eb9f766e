"""The first start without any configuration, as a stranger meets it."""

import json
import re
import shlex
import subprocess

from program import eventually
from visitor import Visitor


def credentials(program) -> dict[str, str]:
    text = (program.folder / "data/credentials.txt").read_text()
    return dict(re.findall(r"^([\w ]+): +(\S+)", text, re.MULTILINE))


def test_it_says_what_to_do_and_that_works(start):
    program = start()
    # Only the address differs from what is set when nothing is set.
    program.environment = {name: program.environment[name] for name in ("SERVER_ADDR", "BASE_URL")}
    program.started()
    given = credentials(program)

    browser = Visitor(program.issuer, given["User name"], given["Password"])
    page = browser.submit(browser.open("/login").form("input[type=password]"), browser.credentials)
    assert page.url == f"{program.issuer}/"
    assert "admin" in page.text

    eventually(lambda: "curl" in program.log(), "something to try")
    command = re.search(r"curl .*", program.log())[0]
    answer = json.loads(subprocess.run(shlex.split(command), check=True, capture_output=True).stdout)
    page = browser.decide_device(answer["verification_uri_complete"])
    assert "AuthGate CLI" in page.text

    assert f"{program.issuer}/login" in program.log()
    assert "data/credentials.txt" in program.log()
    assert given["Password"] not in program.log()
    assert answer["device_code"] not in program.log()


def test_only_the_owner_may_read_what_it_creates(start):
    program = start()
    del program.environment["SEED_FILE"]
    program.started()
    data = program.folder / "data"
    assert data.stat().st_mode & 0o777 == 0o700
    files = [file for file in data.iterdir() if file.is_file()]
    assert {"credentials.txt", "authgate.db"} <= {file.name for file in files}
    for file in files:
        assert file.stat().st_mode & 0o777 == 0o600, file.name


def test_the_second_start_changes_nothing(start):
    program = start()
    del program.environment["SEED_FILE"]
    program.started()
    kept = {file.name: file.read_bytes() for file in (program.folder / "data").iterdir() if ".db" not in file.name}
    keys = program.get("/.well-known/jwks.json").json()
    program.kill()
    program.started()
    for name, content in kept.items():
        assert (program.folder / "data" / name).read_bytes() == content, name
    assert program.get("/.well-known/jwks.json").json() == keys
