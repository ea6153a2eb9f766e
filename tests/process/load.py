"""A mixed load that writes down what was acknowledged, and checks it after a restart."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import requests
import seeds
from flows import code, device, refresh
from ledger import Ledger, Presented, told
from program import Program
from visitor import Visitor

UNUSED = 3
"""So many codes, and as many approved devices, are kept for the moment of the kill."""


@dataclass
class Revocation:
    """A revocation that was asked for, and what ends with it."""

    client: str
    token: str
    ends: list[str]
    name: str


class Chain:
    """A refresh token and its successors: a public client's, so it rotates."""

    def __init__(self, name: str, program: Program, browser: Visitor, ledger: Ledger):
        self.name = name
        self._program = program
        self._ledger = ledger
        self._tokens: list[str] = []
        granted = self._take(code(program, browser).redeem(program))
        self._links = [self._link(granted["refresh_token"])]
        self.advance()

    def advance(self) -> None:
        """Refreshes, twice at once as a client with two tabs does."""
        tip = self._links[-1]
        for answer in at_once([tip.present, tip.present]):
            self._take(answer)
        self._links.append(self._link(self._successor(tip)))

    def resume(self) -> None:
        """A client that lost an answer asks again, and gets what it would have got. If none
        was lost, the last one is as good as lost."""
        tip, before = self._links[-1], self._links[-2]
        last = tip if tip.cut_off else before
        last.present()
        last.present()
        for answer in last.answers:
            self._take(answer)
        successor = self._successor(last)
        if last is tip:
            self._links.append(self._link(successor))

    def end(self) -> None:
        """The oldest refresh token comes back: two parties hold the chain, so it ends."""
        for link in (self._links[0], self._links[-1]):
            answer = link.present()
            assert answer.status_code == 400, f"{link.name}, after the chain's end: {told(answer)}"
        for token in self._tokens:
            self._ledger.end(token, f"token of {self.name}, which ended")

    def _link(self, token: str) -> Presented:
        return Presented(f"refresh token of {self.name}", lambda: refresh(self._program, token))

    def _take(self, answer: requests.Response) -> dict:
        assert answer.status_code == 200, f"{self.name} is broken: {told(answer)}"
        granted = answer.json()
        self._tokens.append(granted["access_token"])
        self._ledger.give(granted["access_token"], f"token of {self.name}")
        return granted

    def _successor(self, link: Presented) -> str:
        successors = {granted["refresh_token"] for granted in link.given}
        assert len(successors) == 1, f"{self.name} was forked: one token has {len(successors)} successors"
        return successors.pop()


class Load:
    """Clients, people and devices that keep on until the program goes."""

    def __init__(self, program: Program):
        self.program = program
        self.ledger = Ledger()
        self.turns: Counter[str] = Counter()
        """How often each actor came to the end of what it does, since the start."""
        self.used: list[Presented] = []
        """Codes and device codes that were presented and not yet replayed."""
        self._unused: dict[str, list[Presented]] = {"code": [], "device": []}
        self._unanswered: list[Revocation] = []
        self._faults: list[str] = []
        self._threads: list[threading.Thread] = []
        # One for each actor that needs a person.
        self._browsers = [seeds.visitor(program.issuer) for _ in range(4)]
        self._chains = [Chain(f"chain {n}", program, self._browsers[n], self.ledger) for n in range(2)]

    def start(self) -> None:
        self.turns.clear()
        one, two, three, four = self._browsers
        self._run(self._again("token", self._take_token) for _ in range(3))
        self._run(
            [
                self._again("revocation", self._revoke_token),
                self._again("family", lambda: self._revoke_family(one)),
                self._again("code", lambda: self._use_code(two)),
                self._again("device", lambda: self._use_device(three)),
                self._again("device", lambda: self._use_device(four)),
                *(self._again("refresh", chain.advance) for chain in self._chains),
            ]
        )

    def is_warm(self) -> bool:
        """Everybody had some turns, and there is enough for `burst`."""
        assert not self._faults, self._faults
        actors = ("token", "revocation", "family", "code", "device", "refresh")
        return all(self.turns[actor] > UNUSED for actor in actors)

    def burst(self) -> threading.Event:
        """Presents all that is unused at once, half of it twice; tells when the first is answered."""
        answered = threading.Event()

        def presenting(each: Presented) -> Callable[[], None]:
            def present() -> None:
                try:
                    each.present()
                finally:
                    answered.set()

            return present

        works = []
        for unused in self._unused.values():
            for number, each in enumerate(unused):
                works += [presenting(each)] * (1 + number % 2)
            self.used += unused
            unused.clear()
        self._run(works)
        return answered

    def join(self) -> None:
        """Waits until everybody has noticed that the program is gone."""
        for thread in self._threads:
            thread.join()
        self._threads.clear()

    def check(self) -> list[str]:
        """After a restart: what is wrong."""
        faults, self._faults = self._faults, []
        for each in self.used:
            faults += each.faults()
            self._enter(each)
        faults += self.ledger.faults(self.program)
        for browser in self._browsers:
            if browser.open("/").form("input[type=password]"):
                faults.append("a person who was signed in is asked to sign in")
        # Every other one is left for the last check, so that its token lives through several kills.
        kept, replayed = self.used[::2], self.used[1::2]
        self.used = kept
        return faults + self._replay(replayed) + self._resume()

    def last_check(self) -> list[str]:
        """Everything once more."""
        faults = self.ledger.faults(self.program, everything=True) + self._replay(self.used)
        for chain in self._chains:
            chain.end()
        return faults + self.ledger.faults(self.program)

    # What is checked.

    def _enter(self, each: Presented) -> None:
        """Whether its tokens must count. Of a code that was presented a second time none does
        (RFC 6749 section 4.1.2), and while the second answer is missing nobody knows."""
        for granted in each.given:
            token = granted["access_token"]
            if each.name == "device code" or not (each.refused or each.cut_off):
                self.ledger.give(token, f"token of a {each.name}")
            elif each.refused:
                self.ledger.end(token, f"token of a {each.name} that was presented twice")

    def _replay(self, used: list[Presented]) -> list[str]:
        faults = []
        for each in used:
            faults += each.faults_of_replay()
            self._enter(each)
        return faults

    def _resume(self) -> list[str]:
        """People and clients whose answers got lost ask again."""
        faults = []
        unanswered, self._unanswered = self._unanswered, []
        for each in unanswered:
            self._revoke(each)
        for chain in self._chains:
            try:
                chain.resume()
            except AssertionError as fault:
                faults.append(str(fault))
        return faults + self.ledger.faults(self.program)

    # Who asks. An actor does one thing from its beginning to its end.

    def _take_token(self) -> str:
        answer = self.program.service_token()
        assert answer.status_code == 200, told(answer)
        token = answer.json()["access_token"]
        self.ledger.give(token, "token of a service")
        return token

    def _revoke_token(self) -> None:
        token = self._take_token()
        self._revoke(Revocation("service-basic", token, [token], "revoked token of a service"))

    def _revoke_family(self, browser: Visitor) -> None:
        answer = code(self.program, browser).redeem(self.program)
        assert answer.status_code == 200, told(answer)
        granted = answer.json()
        family = [granted["access_token"], granted["refresh_token"]]
        for token in family:
            self.ledger.give(token, "token of a family")
        self._revoke(Revocation("native", granted["refresh_token"], family, "token of a revoked family"))

    def _use_code(self, browser: Visitor) -> None:
        given = code(self.program, browser)
        self._use("code", Presented("code", lambda: given.redeem(self.program)))

    def _use_device(self, browser: Visitor) -> None:
        waiting = device(self.program)
        waiting.decide(self.program, browser)
        self._use("device", Presented("device code", lambda: waiting.poll(self.program)))

    def _use(self, kind: str, each: Presented) -> None:
        """Keeps it for the burst, or presents it, every other one twice at once."""
        if len(self._unused[kind]) < UNUSED:
            self._unused[kind].append(each)
            return
        self.used.append(each)
        at_once([each.present] * (1 + self.turns[kind] % 2))

    def _revoke(self, revocation: Revocation) -> None:
        self._unanswered.append(revocation)
        for token in revocation.ends:
            self.ledger.doubt(token)
        answer = self.program.revoke(revocation.client, revocation.token)
        assert answer.status_code == 200, f"{revocation.name}: {told(answer)}"
        self._unanswered.remove(revocation)
        for token in revocation.ends:
            self.ledger.end(token, revocation.name)

    # Their threads.

    def _again(self, actor: str, work: Callable[[], object]) -> Callable[[], None]:
        def repeat() -> None:
            while True:
                try:
                    work()
                except AssertionError as fault:
                    if not is_busy(fault):
                        raise
                else:
                    self.turns[actor] += 1

        return repeat

    def _run(self, works: Iterable[Callable[[], None]]) -> None:
        """Each in a thread that ends when the program can't be reached; all else is a fault."""

        def run(work: Callable[[], None]) -> None:
            try:
                work()
            except requests.RequestException:
                return
            except Exception as fault:
                if not is_busy(fault):
                    self._faults.append(repr(fault)[:300])

        threads = [threading.Thread(target=run, args=(work,)) for work in works]
        self._threads += threads
        for thread in threads:
            thread.start()


def is_busy(fault: Exception) -> bool:
    """Whether the answer was 503, as JSON, as a page or as a redirect: honest, and nothing acknowledged."""
    return any(sign in str(fault) for sign in ("temporarily_unavailable", "status=503", "but 503"))


def at_once(works: list[Callable[[], requests.Response]]) -> list[requests.Response]:
    """The answers of works that run side by side; raises when one of them did."""
    with ThreadPoolExecutor(len(works)) as threads:
        return [each.result() for each in [threads.submit(work) for work in works]]
