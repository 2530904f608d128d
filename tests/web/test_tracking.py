"""The tracking protocol, against a running web front and what is in its database afterwards."""

from __future__ import annotations

import gzip
import json
import re
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sending import KEY, Tracking, track

from handraiser.capture.protocol import BATCH_BYTES, BATCH_ITEMS, ITEM_BYTES
from tests.servers import Database, serving, until

CALLS = {
    "identify": {"userId": "ann", "traits": {"email": "ann@acme.example"}},
    "track": {"userId": "ann", "event": "Trial Started"},
    "page": {"anonymousId": "a1", "name": "Pricing"},
    "screen": {"anonymousId": "a1", "name": "Home"},
    "group": {"userId": "ann", "groupId": "acme"},
    "alias": {"userId": "ann", "previousId": "a1"},
}


def microseconds(text: str) -> int:
    return (datetime.fromisoformat(text) - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


# ---- calls


@pytest.mark.parametrize("kind", CALLS)
def test_a_call_is_kept_under_its_long_name_and_its_short_one(tracking: Tracking, kind: str) -> None:
    for call in (kind, kind[0]):
        assert tracking.send(call, CALLS[kind]).status == 200
    assert tracking.events("kind") == [kind, kind]


@pytest.mark.parametrize("call", ["batch", "b", "import"])
def test_a_batch_is_kept_in_its_order(tracking: Tracking, call: str) -> None:
    items = [track() for _ in range(250)]
    assert tracking.send(call, {"batch": items}).says == {"success": True}
    assert tracking.events() == [item["messageId"] for item in items]


def test_what_has_been_kept_is_told_to_those_who_work_on_it(tracking: Tracking) -> None:
    tracking.send("batch", {"batch": [track(), track(), {}]})
    told = tracking.database.rows("SELECT seqs FROM store_arrival")
    numbers = [number for (seqs,) in told for number in (json.loads(seqs) if isinstance(seqs, str) else seqs)]
    assert numbers == tracking.events("seq")


def test_an_empty_batch_is_no_mistake(tracking: Tracking) -> None:
    assert tracking.send("batch", {"batch": []}).says == {"success": True}


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nowhere", 404),
        ("GET", "/v1/", 404),
        ("POST", "/v1/tracking", 404),
        ("GET", "/v1/projects/settings", 404),
        ("GET", "/favicon.ico", 404),
        ("GET", "/v1/track", 405),
        ("PUT", "/v1/batch", 405),
        ("DELETE", f"/v1/projects/{KEY}/settings", 405),
    ],
)
def test_what_is_not_there_says_so_in_json(tracking: Tracking, method: str, path: str, status: int) -> None:
    reply = tracking.ask(method, path)
    assert (reply.status, reply.headers["content-type"]) == (status, "application/json")
    assert (reply.says["success"], bool(reply.says["message"])) == (False, True)


# ---- how it is sent


def test_a_key_is_the_user_of_basic_authentication_or_stands_in_the_body(tracking: Tracking) -> None:
    assert tracking.send("track", track()).status == 200
    assert tracking.send("track", track(writeKey=KEY), key=None).status == 200
    assert tracking.send("batch", {"batch": [track()], "writeKey": KEY}, key=None).status == 200
    assert len(tracking.events()) == 3


def test_a_body_may_be_packed_plain_text_and_in_pieces(tracking: Tracking) -> None:
    body = json.dumps({"batch": [track()], "writeKey": KEY}).encode()
    assert tracking.send("batch", {"batch": [track()]}, packed=True).status == 200
    assert tracking.send("batch", body, Content_Type="text/plain;charset=UTF-8").status == 200
    assert tracking.ask("POST", "/v1/batch", iter([body[:9], body[9:]])).status == 200  # no length is told
    halves = gzip.compress(body[:40]) + gzip.compress(body[40:])
    assert tracking.ask("POST", "/v1/batch", halves, Content_Encoding="gzip").status == 200
    assert len(tracking.events()) == 2  # three had the same id


def test_a_page_of_another_origin_may_send(tracking: Tracking) -> None:
    asked = tracking.ask(
        "OPTIONS", "/v1/t", Origin="https://www.acme.example", Access_Control_Request_Method="POST",
        Access_Control_Request_Headers="authorization,content-type,x-retry-count",
    )  # fmt: skip
    assert asked.status == 204
    assert asked.headers["access-control-allow-headers"] == "authorization,content-type,x-retry-count"
    assert "POST" in asked.headers["access-control-allow-methods"]
    for reply in (
        asked,
        tracking.send("t", track(), Origin="https://www.acme.example"),
        tracking.send("t", track(), key="wrong", Origin="https://www.acme.example"),
        tracking.ask("GET", f"/v1/projects/{KEY}/settings", Origin="https://www.acme.example"),
    ):
        assert reply.headers["access-control-allow-origin"] == "https://www.acme.example"
        assert reply.headers["access-control-allow-credentials"] == "true"


def test_the_browser_library_is_told_that_it_may_send(tracking: Tracking) -> None:
    found = tracking.ask("GET", f"/v1/projects/{KEY}/settings")
    assert (found.status, found.says["integrations"]) == (200, {"Segment.io": {"apiKey": KEY}})
    assert tracking.ask("GET", "/v1/projects/none/settings").status == 404


# ---- when it happened


def test_a_clock_that_is_wrong_is_set_right(tracking: Tracking) -> None:
    # An hour late, and ten seconds between the event and its sending.
    item = track(timestamp="2026-03-01T08:59:50Z", sentAt="2026-03-01T09:00:00Z")
    tracking.send("track", item)
    ((occurred_at, original_at, sent_at, received_at),) = tracking.events(
        "occurred_at, original_at, sent_at, received_at"
    )
    assert received_at - occurred_at == 10_000_000
    assert (original_at, sent_at) == (microseconds(item["timestamp"]), microseconds(item["sentAt"]))


def test_history_is_kept_as_history_and_in_its_order(tracking: Tracking) -> None:
    days = ["2024-02-29T12:00:00Z", "2023-01-01T00:00:00Z", "2025-06-30T23:59:59.999999Z"]
    tracking.send("import", {"batch": [track(timestamp=day) for day in days]})
    assert tracking.events("occurred_at") == sorted(map(microseconds, days))
    tracking.send("batch", {"batch": [track(timestamp=days[0])]})
    assert [bool(each) for each in tracking.events("imported")] == [True, True, True, False]


# ---- only once


def test_a_retry_is_harmless(tracking: Tracking) -> None:
    batch = {"batch": [track(), track()]}
    for _ in range(3):
        assert tracking.send("batch", batch).status == 200
    assert tracking.events() == [item["messageId"] for item in batch["batch"]]


def test_of_a_message_that_comes_twice_the_first_is_kept(tracking: Tracking) -> None:
    first = track(event="First")
    second = {**first, "event": "Second"}
    reply = tracking.send("batch", {"batch": [first, second]}, Prefer="return=representation")
    assert [item["status"] for item in reply.says["items"]] == ["kept", "repeated"]
    assert tracking.events("event") == ["First"]


def test_the_same_batches_from_many_clients_at_once_are_kept_once(tracking: Tracking) -> None:
    items = [track() for _ in range(60)]
    batches = [items[start:] + items[:start] for start in range(0, 60, 5)]
    with ThreadPoolExecutor(len(batches)) as clients:
        replies = clients.map(lambda own: tracking.send("batch", {"batch": own}), batches)
        statuses = [reply.status for reply in replies]
    assert statuses == [200] * len(batches)
    assert sorted(tracking.events()) == sorted(item["messageId"] for item in items)


# ---- what is refused


def test_who_asks_is_told_what_became_of_every_item(tracking: Tracking) -> None:
    known = track()
    tracking.send("track", known)
    nameless = {"type": "track", "userId": "ann", "messageId": "m9"}
    reply = tracking.send(
        "batch", {"batch": [track(messageId="m8"), nameless, known]}, Prefer="return=representation"
    )
    assert reply.headers["preference-applied"] == "return=representation"
    assert reply.says == {
        "success": True, "new": 1, "repeated": 1, "refused": 1,
        "items": [
            {"messageId": "m8", "status": "kept"},
            {"messageId": "m9", "status": "refused", "reason": "There is no `event`, which track needs."},
            {"messageId": known["messageId"], "status": "repeated"},
        ],
    }  # fmt: skip


def test_what_is_refused_is_kept_with_its_reason(tracking: Tracking) -> None:
    bad = {"type": "track", "userId": "ann"}
    assert tracking.send("batch", {"batch": [track(), bad, track()]}).status == 200
    ((reason, body),) = tracking.rejects("reason, body")
    assert (reason, json.loads(bytes(body))) == ("There is no `event`, which track needs.", bad)
    assert len(tracking.events()) == 2


def replay(database: Database) -> Any:
    program = (
        "import django; django.setup()\n"
        "from handraiser.flows.replaying import replay\n"
        "print(*replay(now=1_772_445_600_000_000))"
    )
    command = [sys.executable, "-c", program]
    told = subprocess.check_output(command, env=database.environment(), text=True)
    return tuple(map(int, told.split()))


def test_what_was_refused_is_replayed_when_its_reason_is_gone(tracking: Tracking) -> None:
    sent = {"sentAt": "2026-03-01T09:00:00Z", "context": {"locale": "de"}}
    nameless = track(event=None, timestamp="2026-03-01T08:59:50Z")
    tracking.send("batch", {"batch": [nameless, track(userId=None)], **sent})
    tracking.send("import", {"batch": [track(event=None, timestamp="2024-02-29T12:00:00Z")]})
    assert replay(tracking.database) == (0, 3)
    for number, body in tracking.rejects("id, body"):
        mended = re.sub(rb'"event": ?null', b'"event":"Named"', bytes(body))
        tracking.database.rows("UPDATE store_reject SET body = ? WHERE id = ?", [mended, number])
    assert replay(tracking.database) == (2, 1)
    assert replay(tracking.database) == (0, 1)
    (first, second) = tracking.events("event, occurred_at, received_at, imported, body")
    assert (first[0], first[2] - first[1], bool(first[3])) == ("Named", 10_000_000, False)
    assert json.loads(first[4])["context"] == {"locale": "de"}
    assert (second[1], bool(second[3])) == (microseconds("2024-02-29T12:00:00Z"), True)
    assert len(tracking.database.rows("SELECT seqs FROM store_arrival")) >= 1


# ---- limits


def test_an_item_too_large_costs_only_itself(tracking: Tracking) -> None:
    large = track(properties={"text": "x" * ITEM_BYTES})
    assert tracking.send("batch", {"batch": [large, track()]}).status == 200
    (reason,) = tracking.rejects()
    assert re.fullmatch(r"An item may have 32 KB; this has 32\.[1-9]\.", reason)
    assert len(tracking.events()) == 1


@pytest.mark.parametrize("packed", [False, True])
def test_a_batch_may_have_so_many_bytes(tracking: Tracking, packed: bool) -> None:
    body = json.dumps({"batch": [track()]}).encode()
    full = body[:-1] + b" " * (BATCH_BYTES - len(body)) + b"}"
    assert tracking.send("batch", full, packed=packed).status == 200
    assert tracking.send("batch", full + b" ", packed=packed).status == 413


def test_a_batch_may_have_so_many_items(tracking: Tracking) -> None:
    item = {"type": "page", "userId": "ann"}
    assert tracking.send("batch", {"batch": [item] * BATCH_ITEMS}).status == 200
    reply = tracking.send("batch", {"batch": [item] * (BATCH_ITEMS + 1)})
    assert (reply.status, reply.says["message"]) == (400, "A batch may have 2,500 items; this one has 2,501.")
    assert len(tracking.events()) == BATCH_ITEMS


# ---- kept for good


def test_what_was_acknowledged_outlives_a_front_that_is_killed(database: Database) -> None:
    item = track()
    with serving(database) as front:
        tracking = Tracking(front, database)
        tracking.add_key(KEY)
        assert tracking.send("track", item).status == 200
        tracking.front.kill_workers(signal.SIGKILL)
        assert tracking.events() == [item["messageId"]]
        # Another takes its place.
        again = until(lambda: tracking.answered("track", item), says="no front answers any more")
        assert again.status == 200
    assert tracking.events() == [item["messageId"]]
