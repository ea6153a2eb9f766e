"""SIGTERM: what was begun is finished, nothing new is begun."""

import signal
import socket
import time

import seeds
from program import Program, eventually


def accepts(program: Program) -> bool:
    try:
        socket.create_connection(("127.0.0.1", program.port), timeout=5).close()
    except (ConnectionRefusedError, ConnectionResetError):
        # Reset: it was in the queue of the socket that was closed just then.
        return False
    return True


def test_a_request_in_flight_is_answered(program: Program):
    client = seeds.client("service-post")
    body = f"grant_type=client_credentials&client_id={client['client_id']}&client_secret={client['client_secret']}"
    head = (
        "POST /oauth/token HTTP/1.1\r\n"
        f"Host: 127.0.0.1:{program.port}\r\n"
        "Content-Type: application/x-www-form-urlencoded\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", program.port), timeout=30) as connection:
        connection.sendall((head + body[:20]).encode())
        # The program has to see the request before it is told to end.
        time.sleep(0.5)
        program.send(signal.SIGTERM)
        eventually(lambda: not accepts(program), "no new connections", seconds=4)
        connection.sendall(body[20:].encode())
        answer = connection.makefile("rb").readline()
    assert answer.startswith(b"HTTP/1.1 200"), answer
    assert program.ended() == 0


def test_an_idle_connection_does_not_hold_it_up(program: Program):
    with socket.create_connection(("127.0.0.1", program.port), timeout=30) as connection:
        connection.sendall(f"GET /health/live HTTP/1.1\r\nHost: 127.0.0.1:{program.port}\r\n\r\n".encode())
        assert connection.recv(4096).startswith(b"HTTP/1.1 200")
        program.send(signal.SIGTERM)
        assert program.ended() == 0


def test_tokens_outlive_the_process(program: Program):
    token = program.service_token().json()["access_token"]
    keys = program.get("/.well-known/jwks.json").json()
    program.send(signal.SIGTERM)
    assert program.ended() == 0
    program.started()
    assert program.is_active(token)
    assert program.get("/.well-known/jwks.json").json() == keys
