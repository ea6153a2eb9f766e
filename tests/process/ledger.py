"""What the program acknowledged: it must know that for ever after, however it ended."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import requests
from program import Program


def is_invalid_grant(answer: requests.Response) -> bool:
    return answer.status_code == 400 and answer.json()["error"] == "invalid_grant"


def told(answer: requests.Response) -> str:
    """An answer for a failure's text, without its tokens."""
    return f"{answer.status_code} {'tokens' if answer.ok else answer.text}"


class Presented:
    """A code, device code or refresh token, and every time that it was presented.

    `refresh_token`s are rotated: they may be presented again, and lead to one successor.
    """

    def __init__(self, name: str, present: Callable[[], requests.Response]):
        self.name = name
        self.answers: list[requests.Response] = []
        self.cut_off = 0
        self._present = present
        self._lock = threading.Lock()

    def present(self) -> requests.Response:
        with self._lock:
            self.cut_off += 1
        answer = self._present()
        # 503 acknowledges nothing: whether it was redeemed is as open as if the answer had got lost.
        assert answer.status_code != 503, f"{self.name}: {told(answer)}"
        with self._lock:
            self.cut_off -= 1
            self.answers.append(answer)
        return answer

    @property
    def given(self) -> list[dict]:
        """The tokens of each success."""
        return [answer.json() for answer in self.answers if answer.status_code == 200]

    @property
    def refused(self) -> list[requests.Response]:
        return [answer for answer in self.answers if answer.status_code != 200]

    def faults(self) -> list[str]:
        """What is wrong with the answers of a thing that is good for one success."""
        faults = [f"{self.name}: {told(each)}" for each in self.refused if not is_invalid_grant(each)]
        if len(self.given) > 1:
            faults.append(f"{self.name} was redeemed {len(self.given)} times")
        if self.refused and not self.given and not self.cut_off:
            faults.append(f"{self.name} was refused, and nobody ever redeemed it")
        return faults

    def faults_of_replay(self) -> list[str]:
        """Presents it again: what was redeemed stays so, and what was cut off is good for one success."""
        may_succeed = not self.given and not self.refused
        again = self.present()
        if again.status_code == 200:
            if not may_succeed:
                return [f"{self.name} was redeemed, and again after the restart"]
            again = self.present()
        return [] if is_invalid_grant(again) else [f"{self.name} after its redemption: {told(again)}"]


class Ledger:
    """Access tokens and refresh tokens that must count, and those that must not any more."""

    def __init__(self):
        self._lock = threading.Lock()
        self._entries: dict[str, tuple[bool, str]] = {}
        self._unchecked: set[str] = set()

    def give(self, token: str, name: str) -> None:
        """It was handed out."""
        self._enter(token, True, name)

    def doubt(self, token: str) -> None:
        """Its end was asked for: until that is answered nobody knows."""
        with self._lock:
            self._entries.pop(token, None)
            self._unchecked.discard(token)

    def end(self, token: str, name: str) -> None:
        """Its end was acknowledged."""
        self._enter(token, False, name)

    def _enter(self, token: str, active: bool, name: str) -> None:
        with self._lock:
            self._entries[token] = (active, name)
            self._unchecked.add(token)

    def __len__(self) -> int:
        return len(self._entries)

    def faults(self, program: Program, everything: bool = False) -> list[str]:
        """Asks `program` about what is new since the last time, or about everything."""
        tokens = list(self._entries) if everything else list(self._unchecked)
        self._unchecked.clear()
        with ThreadPoolExecutor(4) as threads:
            answers = list(threads.map(program.is_active, tokens))
        faults = []
        for token, is_active in zip(tokens, answers, strict=True):
            must_be_active, name = self._entries[token]
            if is_active != must_be_active:
                faults.append(f"lost: {name}" if must_be_active else f"active again: {name}")
        return faults
