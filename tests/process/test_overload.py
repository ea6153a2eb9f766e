"""More than there is room for: slow clients, bodies without end, idle connections, floods.

Memory stays within the bounds below, whoever behaves is served meanwhile, and nothing is left
behind. All of it is about the listener, so SQLite is enough.
"""

from __future__ import annotations

import asyncio
import base64
import json
import re
import resource
import socket
import time
from collections import Counter
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path
from urllib.parse import urlencode

import pytest
import requests
import seeds
from program import Program, eventually

MEBIBYTE = 1024 * 1024
CAPACITY = 1024
"""Requests under way at once (`src/edge/overload.rs`)."""
PER_CONNECTION = 32 * 1024
"""Bytes that a connection may cost, whatever its client does."""
PATIENCE = 5
"""Seconds within which those who behave are answered; a debug build on a busy machine needs some."""


@pytest.fixture(scope="module", autouse=True)
def many_files():
    """Thousands of connections are thousands of files, here and in the program."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    assert hard >= 8192, f"at most {hard} open files are allowed here: too few to test with"
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@pytest.fixture
def program(start) -> Program:
    program = start().started()
    # The start that applies the seed hashes passwords, and the allocator keeps what that took.
    program.kill()
    del program.environment["SEED_FILE"]
    program.started()
    # What is made at first use is made.
    for _ in range(50):
        assert program.service_token().ok
    return program


def memory(program: Program) -> int:
    """Bytes that are its own: resident or swapped out, without the program's file."""
    status = Path(f"/proc/{program.process.pid}/status").read_text()
    kilobytes = {
        name: int(value.split()[0]) for name, value in re.findall(r"^(\w+):\s+(\d+ kB)$", status, re.MULTILINE)
    }
    return 1024 * (kilobytes["RssAnon"] + kilobytes["VmSwap"])


def open_files(program: Program) -> int:
    return len(list(Path(f"/proc/{program.process.pid}/fd").iterdir()))


def processor_seconds(program: Program) -> float:
    fields = Path(f"/proc/{program.process.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / 100


def request(path: str, *headers: str) -> bytes:
    return "\r\n".join([f"POST {path} HTTP/1.1", "Host: 127.0.0.1", *headers, "", ""]).encode()


def token_request() -> tuple[bytes, bytes]:
    """Head and body of a token request that succeeds."""
    client = seeds.client("service-basic")
    credentials = base64.b64encode(f"{client['client_id']}:{client['client_secret']}".encode()).decode()
    body = urlencode({"grant_type": "client_credentials", "scope": "read write"}).encode()
    head = request(
        "/oauth/token",
        f"Authorization: Basic {credentials}",
        "Content-Type: application/x-www-form-urlencoded",
        f"Content-Length: {len(body)}",
    )
    return head, body


class Connection:
    """A client that does as it likes."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter):
        self.reader = reader
        self.writer = writer

    async def send(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()

    async def trickle(self, data: bytes) -> None:
        """A byte a second, until the program has had enough."""
        with suppress(OSError):
            for byte in data:
                await self.send(bytes([byte]))
                await asyncio.sleep(1)

    async def answer(self) -> tuple[int, dict[str, str], bytes]:
        """Status, headers and body of the next answer."""
        status = int((await self.reader.readline()).split()[1])
        headers = {}
        while line := (await self.reader.readline()).strip():
            name, _, value = line.decode().partition(":")
            headers[name.lower()] = value.strip()
        body = await self.reader.readexactly(int(headers.get("content-length", 0)))
        return status, headers, body

    async def is_let_go(self) -> None:
        """Waits for the end of the connection."""
        with suppress(OSError):
            while await self.reader.read(65536):
                pass


@asynccontextmanager
async def connections(program: Program, count: int):
    """So many at once."""
    opened = []

    async def connect() -> None:
        opened.append(Connection(*await asyncio.open_connection("127.0.0.1", program.port)))

    try:
        # A few at a time: the queue of those who wait to be accepted is short.
        for start in range(0, count, 100):
            await asyncio.gather(*(connect() for _ in range(min(100, count - start))))
        yield opened
    finally:
        for each in opened:
            each.writer.transport.abort()


async def is_served(program: Program, times: int = 10) -> None:
    """Somebody who behaves gets tokens, each on a new connection."""
    for _ in range(times):
        began = time.monotonic()
        answer = await asyncio.to_thread(program.service_token)
        assert answer.ok, f"{answer.status_code} {answer.text}"
        assert time.monotonic() - began < PATIENCE


def is_refusal(status: int, headers: dict[str, str], body: bytes) -> bool:
    """503 with Retry-After and an error that programs understand."""
    return status == 503 and int(headers["retry-after"]) > 0 and bool(json.loads(body)["error"])


def test_slow_and_silent_clients_cost_little(program: Program):
    before, files = memory(program), open_files(program)
    idle, slow, deafs = 2000, 200, 3

    async def run() -> None:
        head, body = token_request()
        async with (
            connections(program, idle),
            connections(program, slow) as kept_alive,
            connections(program, slow) as slow_heads,
            connections(program, slow) as slow_bodies,
            connections(program, deafs) as deaf,
        ):
            tasks = [asyncio.create_task(each.trickle(head)) for each in slow_heads]
            for each in kept_alive:
                await each.send(b"GET /health/live HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
                assert (await each.answer())[0] == 200
            for each in slow_bodies:
                await each.send(head)
                tasks.append(asyncio.create_task(each.trickle(body)))
            answers = [asyncio.create_task(each.answer()) for each in slow_bodies]
            for each in deaf:
                # Never reads: no more than what the sockets hold can be answered.
                each.writer.transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
                each.writer.transport.pause_reading()
                ask = b"GET /.well-known/openid-configuration HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
                tasks.append(asyncio.create_task(each.send(ask * 20_000)))
            try:
                await is_served(program)
                # A head has ten seconds, and so has a body.
                await asyncio.wait_for(asyncio.gather(*(each.is_let_go() for each in slow_heads)), 20)
                await is_served(program)
                cost = (memory(program) - before) / (idle + 3 * slow + deafs)
                print(f"{before / MEBIBYTE:.1f} MiB before, {cost / 1024:.1f} KiB a connection")
                assert cost < PER_CONNECTION
                for status, _, answer in await asyncio.wait_for(asyncio.gather(*answers), 20):
                    assert (status, json.loads(answer)["error"]) == (408, "invalid_request")
                await is_served(program)
            finally:
                for task in tasks:
                    task.cancel()

    asyncio.run(run())
    # A few more connections to the database than before may be open.
    eventually(lambda: open_files(program) < files + 20, "every connection is let go")
    assert memory(program) - before < (idle + 3 * slow + deafs) * PER_CONNECTION
    asyncio.run(is_served(program))


def test_a_body_without_end_is_cut(program: Program):
    before, count = memory(program), 32
    content = "Content-Type: application/x-www-form-urlencoded"
    chunk = b"10000\r\n" + b"x" * 0x10000 + b"\r\n"

    async def pour(each: Connection, head: bytes) -> int:
        """Sends until nobody listens any more; gives how many bytes went out."""
        sent = 0
        with suppress(OSError):
            await each.send(head)
            while sent < 256 * MEBIBYTE and not each.reader.at_eof():
                await each.send(chunk)
                sent += len(chunk)
        return sent

    async def run() -> None:
        async with connections(program, 2 * count) as clients:
            pouring = asyncio.gather(
                *(
                    pour(each, request("/oauth/token", content, "Transfer-Encoding: chunked"))
                    for each in clients[:count]
                ),
                *(
                    pour(each, request("/oauth/token", content, f"Content-Length: {1 << 40}"))
                    for each in clients[count:]
                ),
            )
            await is_served(program)
            sent = await asyncio.wait_for(pouring, 30)
            print(f"at most {max(sent) / MEBIBYTE:.1f} MiB went out")
            # The limit of a body, and what is under way in the sockets.
            assert max(sent) < 16 * MEBIBYTE
        growth = memory(program) - before
        print(f"{growth / MEBIBYTE:.1f} MiB more")
        assert growth < 32 * MEBIBYTE

    asyncio.run(run())
    asyncio.run(is_served(program))


def test_messages_without_end_share_a_bounded_memory(program: Program):
    """A gRPC message may be 4 MiB, and who sends it is known only when it is whole."""
    before, count, size = memory(program), 100, 4 * MEBIBYTE - 64
    head = request("/authgate.v1.Introspection/Introspect", "Content-Type: application/grpc", f"Content-Length: {size}")

    async def send_most(each: Connection) -> None:
        with suppress(OSError):
            await each.send(head + b"\0" + (size - 5).to_bytes(4, "big") + bytes(size - 4096))

    async def run() -> None:
        async with connections(program, count) as clients:
            sending = asyncio.gather(*(send_most(each) for each in clients))
            most = 0
            while not sending.done():
                most = max(most, memory(program) - before)
                await asyncio.sleep(0.02)
            print(f"{most / MEBIBYTE:.1f} MiB more")
            assert most < 128 * MEBIBYTE
            assert program.get("/health/live").ok

    asyncio.run(run())
    eventually(lambda: program.service_token().ok, "there is room again")
    asyncio.run(is_served(program))


def test_above_the_most_connections_the_answer_is_a_quick_no(start):
    most = 50
    program = start(MAX_CONNECTIONS=str(most)).started()

    async def run() -> None:
        async with AsyncExitStack() as taken:
            # The connections that the start took may still be there, and leave places later.
            refused = 0
            while refused < 20:
                refused += 1
                if program.service_token().ok:
                    await taken.enter_async_context(connections(program, most))
                    refused = 0
            for _ in range(10):
                everybody_is_refused(program)

    asyncio.run(run())
    eventually(lambda: program.service_token().ok, "there are places again")
    asyncio.run(is_served(program))


def everybody_is_refused(program: Program) -> None:
    """At once, and each in its language."""
    for path in ("/oauth/token", "/oauth/introspect", "/oauth/device/code", "/oauth/revoke"):
        began = time.monotonic()
        answer = requests.post(program.issuer + path, data={"client_id": "native"}, timeout=PATIENCE)
        assert is_refusal(answer.status_code, answer.headers, answer.content), answer.text
        assert time.monotonic() - began < 1
    page = program.get("/login", headers={"accept": "text/html"})
    assert (page.status_code, page.headers["content-type"]) == (503, "text/html; charset=utf-8")
    assert int(page.headers["retry-after"]) > 0
    assert program.get("/health/live").ok, "a busy program is alive"


def test_a_flood_is_answered_and_over(program: Program):
    head, body = token_request()

    async def run() -> None:
        async with connections(program, CAPACITY + 500) as clients:
            began = time.monotonic()
            for each in clients:
                each.writer.write(head + body)
            answers = await asyncio.wait_for(asyncio.gather(*(each.answer() for each in clients)), 40)
            took = time.monotonic() - began
            for answer in answers:
                assert answer[0] == 200 or is_refusal(*answer), answer
            counts = Counter(status for status, _, _ in answers)
            print(f"{dict(counts)} in {took:.1f} s")
            assert counts[200] > 0
            await is_served(program)

    asyncio.run(run())


def test_more_connections_than_files(program: Program):
    """The system's limit, not the program's: it waits until there are files again."""
    files = open_files(program) + 50
    resource.prlimit(program.process.pid, resource.RLIMIT_NOFILE, (files, files))
    client = seeds.client("service-basic")
    authentication = (client["client_id"], client["client_secret"])

    async def run() -> None:
        with requests.Session() as kept:

            def ask() -> requests.Response:
                return kept.post(
                    f"{program.issuer}/oauth/token",
                    data={"grant_type": "client_credentials"},
                    auth=authentication,
                    timeout=30,
                )

            assert ask().ok
            # Half of them get one; the others wait to be accepted.
            async with connections(program, 100):
                eventually(lambda: open_files(program) == files, "all files are used")
                began, used = time.monotonic(), processor_seconds(program)
                while time.monotonic() - began < 2:
                    assert ask().ok, "who is connected is served"
                    await asyncio.sleep(0.1)
                share = (processor_seconds(program) - used) / (time.monotonic() - began)
                print(f"{share:.0%} of a processor")
                assert share < 0.5, "it does not turn around"
        await is_served(program)

    asyncio.run(run())
