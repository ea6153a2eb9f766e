"""Memory that was needed for a moment is given back."""

import re
from pathlib import Path

import seeds
from program import Program, eventually

HASH = 19 * 1024
"""KiB that Argon2id takes for a password (`core-service/src/config.rs`)."""


def kibibytes(program: Program, name: str) -> int:
    status = Path(f"/proc/{program.process.pid}/status").read_text()
    return int(re.search(rf"^{name}:\s+(\d+) kB", status, re.MULTILINE)[1])


def test_what_a_password_takes_is_given_back(program):
    browser = seeds.visitor(program.issuer)
    browser.submit(browser.open("/login").form("input[type=password]"), browser.credentials)

    def given_back() -> bool:
        return kibibytes(program, "VmRSS") < kibibytes(program, "VmHWM") - HASH * 3 // 4

    eventually(given_back, "less memory")
