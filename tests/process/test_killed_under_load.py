"""kill -9 again and again while everything is in use: what was acknowledged stands."""

import time

import pytest
from load import Load
from program import eventually

ROUNDS, SECONDS = 6, 30
"""So many kills; on a busy machine fewer, but two, so that none is prepared after so many seconds."""


def settings(database: str, request) -> dict[str, str]:
    return request.getfixturevalue("postgres").database() if database == "postgres" else {}


@pytest.mark.parametrize("database", ["sqlite", "postgres"])
def test_what_was_acknowledged_stands(database: str, start, request):
    # A client that lost an answer asks again once the program is back, however long that takes.
    program = start(**settings(database, request), REFRESH_TOKEN_ROTATION_GRACE="10m").started()
    load = Load(program)
    cut_off = 0
    began = time.monotonic()
    for number in range(1, ROUNDS + 1):
        if number > 2 and time.monotonic() - began > SECONDS:
            break
        load.start()
        eventually(load.is_warm, "everybody had some turns", seconds=90)
        answered = load.burst()
        assert answered.wait(30)
        program.kill()
        load.join()
        cut_off += sum(each.cut_off > 0 for each in load.used)

        program.started()
        faults = load.check()
        assert not faults, "\n".join([f"round {number}, {len(faults)} faults:", *faults[:20]])

    faults = load.last_check()
    assert not faults, "\n".join([f"in the end, {len(faults)} faults:", *faults[:20]])
    assert cut_off, "no kill came in the middle of a redemption"
    print(f"{number} rounds, {len(load.ledger)} tokens, {cut_off} redemptions cut off")
