"""kill -9 in the middle: what was acknowledged stands, what was used stays used."""

import threading

import requests
import seeds
from flows import code, refresh
from program import Program, eventually


def test_every_token_that_was_handed_out_is_known_after(program: Program):
    tokens = []

    def ask():
        try:
            while True:
                answer = program.service_token()
                assert answer.status_code == 200, answer.text
                tokens.append(answer.json()["access_token"])
        except requests.RequestException:
            return

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    eventually(lambda: len(tokens) > 200, "tokens")
    program.kill()
    for thread in threads:
        thread.join()

    program.started()
    lost = [token for token in tokens if not program.is_active(token)]
    assert not lost, f"{len(lost)} of {len(tokens)} tokens are lost"


def test_a_redeemed_code_stays_redeemed(program: Program):
    browser = seeds.visitor(program.issuer)
    codes = [code(program, browser) for _ in range(8)]
    answers = {}

    def redeem(index: int):
        try:
            answers[index] = codes[index].redeem(program)
        except requests.RequestException:
            return

    # The first is surely answered, the others are under way.
    redeem(0)
    threads = [threading.Thread(target=redeem, args=(index,)) for index in range(1, len(codes))]
    for thread in threads:
        thread.start()
    program.kill()
    for thread in threads:
        thread.join()

    program.started()
    assert answers[0].status_code == 200
    granted = answers[0].json()
    assert program.is_active(granted["access_token"])
    for index, answer in answers.items():
        assert answer.status_code == 200
        replay = codes[index].redeem(program)
        assert (replay.status_code, replay.json()["error"]) == (400, "invalid_grant")
    # RFC 6749 section 4.1.2: the replay revoked what the code gave.
    assert not program.is_active(granted["access_token"])


def test_a_rotated_refresh_token_has_the_same_successor_after(program: Program):
    first = code(program).redeem(program).json()["refresh_token"]
    second = refresh(program, first).json()["refresh_token"]
    program.kill()
    program.started()
    # The answer was lost with the process: the client asks again and gets no second branch.
    assert refresh(program, first).json()["refresh_token"] == second
    assert refresh(program, second).status_code == 200
