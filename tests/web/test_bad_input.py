"""Whatever is sent, it is turned away clearly or kept with the reason; and the next who asks is answered."""

from __future__ import annotations

import gzip
import json
import random
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import Any

import pytest
from sending import KEY, Tracking, track

from handraiser.capture.protocol import BATCH_BYTES

HUGE = b"9" * 5_000
DEEP = b"[" * 9_000 + b"]" * 9_000


def item(more: bytes) -> bytes:
    return b'{"type":"track","event":"x","userId":"ann",' + more + b"}"


BODIES = {
    "no JSON": b"{",
    "half a message": item(b'"properties":{"a":1')[:-1],
    "a list": b"[]",
    "a text": b'"track"',
    "null": b"null",
    "not UTF-8": b"\xff\xfe{}",
    "UTF-16": '{"type":"track"}'.encode("utf-16"),
    "a NUL byte": item(b'"properties":{"a":"\x00"}'),
    "a NUL byte nobody reads": item(b'"extra":"\x00"'),
    "a NUL escape in an id": item(b'"anonymousId":"\\u0000"'),
    "a NUL escape in properties": item(b'"properties":{"a":"\\u0000"}'),
    "bytes nobody reads": item(b'"extra":"\xff"'),
    "half an emoji": item(b'"properties":{"a":"\\ud83d"}'),
    "a huge number": item(b'"properties":{"a":' + HUGE + b"}"),
    "a huge number nobody reads": item(b'"extra":' + HUGE),
    "a huge power": item(b'"properties":{"a":1e999}'),
    "a huge id": item(b'"anonymousId":' + HUGE),
    "a number that is none": item(b'"properties":{"a":NaN}'),
    "deep": item(b'"properties":{"a":' + DEEP + b"}"),
    "deep where nobody reads": item(b'"extra":' + DEEP),
    "deep and endless": b"[" * 100_000,
    "the wrong type of everything": b'{"type":1,"event":[],"userId":{},"properties":"x","context":7}',
    "a long name": item(b'"event":"' + b"x" * 2_000 + b'"'),
    "a time that is none": item(b'"timestamp":"soon"'),
    "a number for a time": item(b'"timestamp":1772359200'),
    "the year 1": item(b'"timestamp":"0001-01-01T00:00:00+14:00"'),
    "the year 9999": item(b'"timestamp":"9999-12-31T23:59:59-14:00"'),
}


def kept_or_refused(tracking: Tracking, call: str, body: bytes) -> None:
    """Fail unless what was sent was kept somehow, or turned away with 400 and a reason.

    A batch that is turned away leaves nothing; a single call is kept as what was refused, either way.
    """
    before = len(tracking.events()), len(tracking.rejects())
    reply = tracking.send(call, body)
    after = len(tracking.events()), len(tracking.rejects())
    assert reply.says["success"] == (reply.status == 200)
    if reply.status == 200:
        assert sum(after) == sum(before) + 1
    else:
        assert reply.status == 400
        assert reply.says["message"]
        assert after == (before[0], before[1] + (call not in ("batch", "import")))


def answers(tracking: Tracking) -> bool:
    found = track()
    return tracking.send("track", found).status == 200 and found["messageId"] in tracking.events()


# ---- bodies


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES.keys())
def test_a_bad_body_is_turned_away_or_kept_with_the_reason(tracking: Tracking, body: bytes) -> None:
    kept_or_refused(tracking, "track", body)
    kept_or_refused(tracking, "batch", b'{"batch":[' + body + b"]}")
    kept_or_refused(tracking, "import", b'{"batch":[' + body + b'],"context":{"locale":"de"}}')
    assert answers(tracking)


NO_OBJECTS = (
    "no JSON", "half a message", "a list", "a text", "null", "not UTF-8", "UTF-16", "a NUL byte",
    "a NUL byte nobody reads", "bytes nobody reads", "a number that is none", "deep and endless",
)  # fmt: skip


@pytest.mark.parametrize("body", [*map(BODIES.get, NO_OBJECTS), b"", b'{"userId":{},"event'])
def test_a_call_that_is_no_json_object_is_a_mistake_that_its_sender_hears_of(
    tracking: Tracking, body: bytes
) -> None:
    reply = tracking.send("track", body)
    assert (reply.status, reply.says["success"]) == (400, False)
    assert reply.says["fix"]
    ((reason, kept, kind),) = tracking.rejects("reason, body, kind")
    assert (reason, bytes(kept), kind) == (reply.says["message"], body, "track")


@pytest.mark.parametrize("name", sorted(BODIES.keys() - set(NO_OBJECTS)))
def test_an_object_whatever_it_says_is_kept_and_no_mistake_of_the_request(
    tracking: Tracking, name: str
) -> None:
    assert tracking.send("track", BODIES[name]).status == 200
    assert len(tracking.events()) + len(tracking.rejects()) == 1


def test_a_bad_item_costs_nothing_but_itself(tracking: Tracking) -> None:
    good = [track() for _ in range(2)]
    for number, bad in enumerate([1, None, "x", [], {}, {"type": "trak"}, track(userId=None)]):
        batch = {
            "batch": [{**good[0], "messageId": f"a{number}"}, bad, {**good[1], "messageId": f"b{number}"}]
        }
        assert tracking.send("batch", batch).status == 200
    assert (len(tracking.events()), len(tracking.rejects())) == (14, 7)


def bitten(body: bytes, dice: random.Random) -> bytes:
    """Return a body with some of it gone, doubled or changed."""
    for _ in range(dice.randint(1, 4)):
        start = dice.randrange(len(body))
        end = min(len(body), start + dice.choice([1, 1, 2, 8, 40]))
        put = dice.choice(
            [b"", body[start:end] * 2, bytes([dice.randrange(256)]), b"null", b'"', b"1e400", b"{}"]
        )
        body = body[:start] + put + body[end:] or b" "
    return body


def test_no_damage_to_a_body_makes_the_front_fail(tracking: Tracking) -> None:
    dice = random.Random(4)
    body = json.dumps(
        {"batch": [track(), track(timestamp="2026-03-01T10:00:00Z")], "context": {"ip": "1.1.1.1"}}
    )
    for _ in range(300):
        reply = tracking.send(dice.choice(["batch", "track", "import", "alias"]), bitten(body.encode(), dice))
        assert reply.status in (200, 400), reply
    assert answers(tracking)


@pytest.mark.parametrize("year", ["1970", "2099"])
def test_a_clock_of_another_age_is_set_right(tracking: Tracking, year: str) -> None:
    stamped = {"timestamp": f"{year}-01-01T00:00:00Z", "sentAt": f"{year}-01-01T00:00:05Z"}
    tracking.send("track", track(**stamped))
    tracking.send("track", track(timestamp="2099-01-01T00:00:00Z"))
    tracking.send("track", track(timestamp="2099-01-01T00:00:00Z", sentAt="1970-01-01T00:00:00Z"))
    first, second, third = tracking.events("occurred_at, received_at")
    assert first[1] - first[0] == 5_000_000
    assert (second[0], third[0]) == (second[1], third[1])  # nothing happens after it was received


# ---- sizes and packing


def test_a_bomb_of_gzip_is_turned_away(tracking: Tracking) -> None:
    bomb = gzip.compress(b"[" * 100_000_000, mtime=0)
    assert len(bomb) < BATCH_BYTES
    assert tracking.send("batch", bomb, Content_Encoding="gzip").status == 413
    twice = gzip.compress(gzip.compress(json.dumps(track()).encode()))
    assert tracking.send("batch", twice, Content_Encoding="gzip").status == 400
    many = gzip.compress(b"", mtime=0) * 20_000  # pieces of nothing
    assert tracking.send("batch", many, Content_Encoding="gzip").status == 400
    assert answers(tracking)


@pytest.mark.parametrize(
    ("body", "encoding", "status"),
    [
        (b"{}", "gzip", 400),
        (gzip.compress(b"{}" * 99, mtime=0)[:-9], "gzip", 400),
        (gzip.compress(b"{}", mtime=0) + b"rubbish", "gzip", 400),
        (b"{}", "br", 415),
        (b"{}", "gzip, gzip", 415),
    ],
    ids=["not packed", "cut off", "with rubbish behind", "packed otherwise", "packed twice"],
)
def test_what_is_not_packed_as_it_says_is_turned_away(
    tracking: Tracking, body: bytes, encoding: str, status: int
) -> None:
    reply = tracking.send("track", body, Content_Encoding=encoding)
    assert (reply.status, bool(reply.says["message"])) == (status, True)


def pieces(size: int) -> Iterator[bytes]:
    for _ in range(size // 10_000):
        yield b"x" * 10_000


@pytest.mark.parametrize("call", ["track", "batch", "projects/x"])
def test_ten_megabytes_are_turned_away(tracking: Tracking, call: str) -> None:
    told = tracking.send(call, b"x" * 10_000_000)
    untold = tracking.ask("POST", f"/v1/{call}", pieces(10_000_000))
    assert told.status == untold.status == (404 if call == "projects/x" else 413)
    assert tracking.rejects() == []
    assert answers(tracking)


# ---- keys


@pytest.mark.parametrize("key", ["wrong", "revoked", "reader", "", "ключ", "x" * 5_000])
def test_a_key_that_is_not_one_for_tracking_opens_nothing(tracking: Tracking, key: str) -> None:
    tracking.add_key("revoked", revoked=True)
    tracking.add_key("reader", scope="read")
    for call, body in (("track", track()), ("batch", {"batch": [{}]})):
        assert tracking.send(call, body, key=key).status == 401
        assert tracking.send(call, {**body, "writeKey": key}, key=None).status == 401
    assert (tracking.events(), tracking.rejects()) == ([], [])


@pytest.mark.parametrize("header", ["", "Basic", "Basic !!!", "Basic /w==", "Bearer x", "Basic Og==", "\xff"])
def test_a_header_that_is_no_key_opens_nothing(tracking: Tracking, header: str) -> None:
    reply = tracking.ask("POST", "/v1/track", json.dumps(track()).encode(), Authorization=header)
    assert (reply.status, "www-authenticate" in reply.headers) == (401, True)


def test_a_key_opens_as_soon_as_it_is_made_and_not_long_after_it_is_revoked(tracking: Tracking) -> None:
    assert tracking.send("track", track(), key="new").status == 401
    tracking.add_key("new")
    assert tracking.send("track", track(), key="new").status == 200
    tracking.database.rows("UPDATE store_key SET revoked_at = created_at")
    statuses: list[int] = []
    while not statuses or statuses[-1] == 200:
        statuses.append(tracking.send("track", track(), key="new").status)
        assert len(statuses) < 10_000
    assert statuses[-1] == 401


def test_a_flood_of_wrong_keys_leaves_nothing_behind(tracking: Tracking) -> None:
    with ThreadPoolExecutor(20) as clients:
        sent = clients.map(lambda each: tracking.send("track", track(), key=f"wrong{each}"), range(400))
        statuses = {reply.status for reply in sent}
    assert statuses == {401}
    assert (tracking.events(), tracking.rejects()) == ([], [])
    assert tracking.database.one("SELECT count(*) FROM store_key") == 1
    assert answers(tracking)


# ---- connections


def opened(tracking: Tracking, sent: bytes) -> socket.socket:
    connection = socket.create_connection(("127.0.0.1", tracking.front.port))
    connection.sendall(sent)
    return connection


def test_clients_that_never_finish_keep_nobody_waiting(tracking: Tracking) -> None:
    head = b"POST /v1/track HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{"
    with ExitStack() as open_ones:
        for sent in (head, head.replace(b"/v1/track", b"/elsewhere"), b"POST /v1/track HT", b"") * 100:
            open_ones.enter_context(opened(tracking, sent))
        assert answers(tracking)
    assert answers(tracking)


@pytest.mark.parametrize(
    "sent",
    [
        b"rubbish\r\n\r\n",
        b"POST /v1/track HTTP/1.1\r\nHost: x\r\nContent-Length: x\r\n\r\n{}",
        b"POST /v1/track HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"GET /v1/" + b"x" * 100_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /v1/%ff%00 HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /%c3%28?%ff HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /v1/projects/%ff%00/settings HTTP/1.1\r\nHost: x\r\n\r\n",
        b"POST /v1/track HTTP/1.1\r\nHost: x\r\nOrigin: \xff\x01\r\nContent-Length: 2\r\n\r\n{}",
        b"OPTIONS /v1/t HTTP/1.1\r\nHost: x\r\nAccess-Control-Request-Headers: \xe9;x\r\n\r\n",
    ],
)
def test_what_is_hardly_http_is_turned_away(tracking: Tracking, sent: bytes) -> None:
    with opened(tracking, sent) as connection:
        connection.shutdown(socket.SHUT_WR)
        answer = b"".join(iter(lambda: connection.recv(65_536), b""))
    assert answer == b"" or answer.split()[1][:1] in (b"4", b"2"), answer
    assert answers(tracking)


def test_a_client_that_goes_away_in_the_middle_leaves_nothing(tracking: Tracking) -> None:
    body = json.dumps(track(writeKey=KEY)).encode()
    head = b"POST /v1/track HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % (len(body) + 5)
    opened(tracking, head + body).close()
    assert answers(tracking)
    assert len(tracking.events()) == 1


def test_a_client_that_does_not_wait_for_its_answer_is_kept_all_the_same(tracking: Tracking) -> None:
    body = json.dumps(track(writeKey=KEY, messageId="left")).encode()
    head = b"POST /v1/track HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % len(body)
    for _ in range(20):
        opened(tracking, head + body).close()
    assert answers(tracking)
    found: list[Any] = tracking.events()
    assert found.count("left") <= 1
