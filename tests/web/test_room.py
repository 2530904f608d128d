"""Bodies that are on their way for long, or never end: strangers keep only each other out."""

from __future__ import annotations

import base64
import json
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager

import pytest
from sending import KEY, Tracking, track

from tests.servers import until

WRONG = b"Authorization: Basic " + base64.b64encode(b"wrong:") + b"\r\n"
BATCH = 480_000
STRANGERS = 4 * 1024 * 1024  # bytes that may be on their way from one address without a key


@contextmanager
def unfinished(tracking: Tracking, many: int, path: bytes, size: int, *headers: bytes) -> Iterator[None]:
    """Have requests that have sent so much of their bodies, and one byte is missing."""
    head = b"POST %s HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n%s\r\n" % (
        path,
        size + 1,
        b"".join(headers),
    )
    with ExitStack() as open_ones:
        for _ in range(many):
            one = socket.create_connection(("127.0.0.1", tracking.front.port))
            open_ones.enter_context(one)
            one.sendall(head)
            try:
                one.sendall(b"x" * size)
            except ConnectionError:
                continue  # turned away before all of it was sent
        yield


def known(tracking: Tracking) -> int:
    return tracking.send("track", track()).status


def stranger(tracking: Tracking, *, items: int = 1) -> int:
    """Send as a browser does that has the key in its body alone."""
    batch = [track(properties={"text": "x" * 30_000}) for _ in range(items)]
    return tracking.send("batch", {"writeKey": KEY, "batch": batch}, key=None).status


@pytest.mark.parametrize(
    ("path", "headers"), [(b"/nowhere", b""), (b"/api/openapi.json", b""), (b"/v1/track", WRONG)]
)
def test_bodies_that_nobody_has_a_use_for_keep_nobody_out(
    tracking: Tracking, path: bytes, headers: bytes
) -> None:
    with unfinished(tracking, 15, path, 10_000_000, headers):
        assert (known(tracking), stranger(tracking)) == (200, 200)


def test_strangers_who_fill_their_room_keep_no_known_client_out(tracking: Tracking) -> None:
    def known_while_strangers_are_turned_away() -> bool:
        # Whoever stops sending is given up after a while: on a slow machine before all the others have come.
        with unfinished(tracking, STRANGERS // BATCH + 2, b"/v1/batch", BATCH):
            if stranger(tracking, items=16) != 429:
                return False
            assert known(tracking) == 200
            return True

    until(known_while_strangers_are_turned_away, says="strangers have room without end")
    until(lambda: stranger(tracking, items=16) == 200, says="the room is never given back")


def test_a_body_that_stops_coming_is_waited_for_no_longer_than_it_deserves(tracking: Tracking) -> None:
    body = json.dumps(track(writeKey=KEY)).encode()
    head = b"POST /v1/track HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % len(body)
    with socket.create_connection(("127.0.0.1", tracking.front.port)) as one:
        one.sendall(head + body[:-1])
        assert one.recv(65_536).startswith(b"HTTP/1.1 408")
    assert tracking.events() == []


CHUNKED = b"POST /v1/%s HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n%s\r\n"


def answered(tracking: Tracking, sent: bytes, *, whole: bool) -> bytes:
    with socket.create_connection(("127.0.0.1", tracking.front.port)) as one:
        one.sendall(sent)
        if not whole:
            one.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: one.recv(65_536), b""))


@pytest.mark.parametrize("call", [b"t", b"batch"])
@pytest.mark.parametrize("missing", [b"\r\n0\r\n\r\n", b"}\r\n0\r\n\r\n"])
def test_a_body_in_chunks_that_breaks_off_is_turned_away_and_nothing_of_it_kept(
    tracking: Tracking, call: bytes, missing: bytes
) -> None:
    item = track(writeKey=KEY)
    body = json.dumps(item if call == b"t" else {"writeKey": KEY, "batch": [item]}).encode()
    sent = CHUNKED % (call, b"") + b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)
    assert answered(tracking, sent.removesuffix(missing), whole=False).startswith(b"HTTP/1.1 400")
    assert (tracking.events(), tracking.rejects()) == ([], [])
    assert answered(tracking, sent, whole=True).startswith(b"HTTP/1.1 200")
    assert len(tracking.events()) == 1


def test_a_body_in_chunks_may_have_trailers(tracking: Tracking) -> None:
    body = json.dumps(track(writeKey=KEY)).encode()
    sent = CHUNKED % (b"t", b"Trailer: X-Told\r\n") + b"%x\r\n%s\r\n0\r\nX-Told: 1\r\n\r\n" % (
        len(body),
        body,
    )
    assert answered(tracking, sent, whole=True).startswith(b"HTTP/1.1 200")


def test_what_is_sent_to_an_address_that_is_not_there_is_answered_so(tracking: Tracking) -> None:
    assert tracking.ask("POST", "/nowhere", b"x" * 300_000).status == 404


def test_explanations_that_take_long_keep_nothing_else_waiting(tracking: Tracking) -> None:
    if tracking.database.vendor == "sqlite":
        pytest.skip("nobody who reads waits for anybody there")
    tracking.add_key("reader", scope="read")
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
    with closing(tracking.database.connect()) as connection, ThreadPoolExecutor(12) as clients:
        connection.execute("LOCK TABLE store_person")
        asked = [
            clients.submit(tracking.ask, "GET", "/api/leads/1/explanation", Authorization="Bearer reader")
            for _ in range(12)
        ]
        until(lambda: tracking.database.one(waiting) >= 2, says="nobody waits")
        for _ in range(8):
            assert tracking.ask("GET", "/api/agreements", Authorization="Bearer reader").status == 200
        connection.rollback()
        assert {each.result().status for each in asked} == {404}
