"""What a request of the tracking protocol becomes: messages, and items refused with a reason."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handraiser.capture.pieces import cut
from handraiser.capture.protocol import (
    BATCH_BYTES,
    BATCH_ITEMS,
    Kind,
    Message,
    Refused,
    Request,
    Unreadable,
    key_in,
    read_request,
)
from handraiser.capture.times import sent_time

NOW = "2026-03-01T10:00:00Z"


def at(text: str) -> int:
    found = sent_time(text)
    assert found is not None
    return found


def batch(*items: Any, **beside: Any) -> Request:
    return read_request(json.dumps({"batch": items, **beside}).encode(), kind=None, received_at=at(NOW))


def one(item: dict[str, Any], kind: Kind | None = None, **beside: Any) -> Message | Refused:
    if kind is None:
        return batch(item, **beside).items[0]
    return read_request(json.dumps(item).encode(), kind=kind, received_at=at(NOW)).items[0]


def message(item: dict[str, Any], kind: Kind | None = None, **beside: Any) -> Message:
    found = one(item, kind, **beside)
    assert isinstance(found, Message), found
    return found


def reason(item: Any) -> str:
    found = one(item)
    assert isinstance(found, Refused), found
    return found.reason


TRACK = {"type": "track", "event": "Form Submitted", "userId": "u1", "messageId": "m1"}


# ---- what is read


def test_a_page_is_the_event_that_agreements_call_page_viewed() -> None:
    assert message({"type": "page", "anonymousId": "a", "name": "Pricing"}).event == "Page Viewed"
    assert message({"type": "screen", "anonymousId": "a"}).event == "Screen Viewed"
    assert message(TRACK).event == "Form Submitted"


def test_who_somebody_is_is_no_event() -> None:
    assert message({"type": "identify", "userId": "u", "traits": {"email": "a@b.co"}}).event is None
    assert message({"type": "group", "userId": "u", "groupId": "g"}).event is None


def test_a_single_call_says_its_kind_by_its_address() -> None:
    found = message({"anonymousId": "a", "event": "Trial Started"}, kind="track")
    assert (found.kind, found.event, found.anonymous_id) == ("track", "Trial Started", "a")


def test_numbers_are_ids_too() -> None:
    assert message({**TRACK, "userId": 4711}).user_id == "4711"


def test_the_context_of_a_batch_stands_under_that_of_its_items() -> None:
    item = {**TRACK, "context": {"ip": "10.0.0.1"}}
    found = message(item, context={"ip": "10.9.9.9", "locale": "de"})
    assert json.loads(found.body)["context"] == {"ip": "10.0.0.1", "locale": "de"}


def test_an_item_without_an_id_gets_another_one_every_time() -> None:
    item = {"type": "page", "anonymousId": "a"}
    first, second = (found for found in batch(item, item).items if isinstance(found, Message))
    assert first.message_id != second.message_id


# ---- when it happened


@pytest.mark.parametrize(
    ("timestamp", "sent", "expected"),
    [
        (None, None, NOW),
        ("2026-03-01T09:00:00Z", None, "2026-03-01T09:00:00Z"),
        # A clock that is an hour behind, and one in 1970: ten seconds lay between event and sending.
        ("2026-03-01T08:59:50Z", "2026-03-01T09:00:00Z", "2026-03-01T09:59:50Z"),
        ("1970-01-01T00:00:00Z", "1970-01-01T00:00:10Z", "2026-03-01T09:59:50Z"),
        ("2099-01-01T00:00:00Z", "2099-01-01T00:00:10Z", "2026-03-01T09:59:50Z"),
        # Nothing happens after it was received.
        ("2099-01-01T00:00:00Z", None, NOW),
        ("2026-03-01T10:00:09Z", "2026-03-01T10:00:00Z", NOW),
        # Python's client writes an offset, a spreadsheet none.
        ("2026-03-01T10:30:00+02:00", None, "2026-03-01T08:30:00Z"),
        ("2026-03-01 08:30:00", None, "2026-03-01T08:30:00Z"),
    ],
)
def test_clocks_are_set_right(timestamp: str | None, sent: str | None, expected: str) -> None:
    found = message({**TRACK, "timestamp": timestamp}, sentAt=sent)
    assert found.occurred_at == at(expected)


def test_all_four_times_are_kept() -> None:
    found = message({**TRACK, "timestamp": "2026-03-01T08:59:50Z", "sentAt": "2026-03-01T09:00:00Z"})
    assert found.original_at == at("2026-03-01T08:59:50Z")
    assert found.sent_at == at("2026-03-01T09:00:00Z")
    assert found.received_at == at(NOW)


# ---- what is refused


@pytest.mark.parametrize(
    ("item", "says"),
    [
        (
            {**TRACK, "type": "trak"},
            "`type` is one of identify, track, page, screen, group, alias, not trak.",
        ),
        ({"event": "x", "userId": "u"}, "There is no `type`."),
        ({"type": "track", "event": "x"}, "There is neither `userId` nor `anonymousId`."),
        ({"type": "track", "event": "x", "userId": "  "}, "There is neither `userId` nor `anonymousId`."),
        ({"type": "track", "userId": "u"}, "There is no `event`, which track needs."),
        ({"type": "group", "userId": "u"}, "There is no `groupId`, which group needs."),
        ({"type": "alias", "userId": "u"}, "There is no `previousId`, which alias needs."),
        (
            {**TRACK, "timestamp": "yesterday"},
            "`timestamp` is no time such as 2026-03-01T10:00:00Z: yesterday.",
        ),
        (
            {**TRACK, "timestamp": "9999-01-01"},
            "`timestamp` is no time such as 2026-03-01T10:00:00Z: 9999-01-01.",
        ),
        ({**TRACK, "event": "a\0b"}, "`event` has a NUL character."),
        ({**TRACK, "userId": "u" * 600}, "`userId` has 600 characters; it may have 512."),
        ({**TRACK, "properties": {"x": "y" * 40_000}}, "An item may have 32 KB; this has 39.2."),
        (
            {**TRACK, "properties": []},
            "This is no item: Expected `object | null`, got `array` - at `$.properties`.",
        ),
        ("track", "This is no item: Expected `object`, got `str`."),
    ],
)
def test_what_is_no_message_is_refused_with_a_reason(item: Any, says: str) -> None:
    assert reason(item) == says


def test_a_refused_item_is_kept_and_its_neighbours_are_read() -> None:
    bad = {"type": "track", "userId": "u", "messageId": "m2"}
    first, second, third = batch(TRACK, bad, {**TRACK, "messageId": "m3"}).items
    assert isinstance(first, Message)
    assert isinstance(third, Message)
    assert isinstance(second, Refused)
    assert (json.loads(second.body), second.message_id) == (bad, "m2")


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"", "The body is no batch: "),
        (b"{", "The body is no batch: "),
        (b"[]", "The body is no batch: Expected `object`, got `array`."),
        (b'{"batch": {}}', "Expected `array`, got `object` - at `$.batch`."),
        (b"\xff\xfe", "The body is no batch: "),
        (b'{"batch": [' + b" " * BATCH_BYTES + b"]}", "A batch may have 500 KB; this one has 500.1."),
        (
            json.dumps({"batch": [1] * (BATCH_ITEMS + 1)}).encode(),
            "A batch may have 2,500 items; this one has 2,501.",
        ),
    ],
)
def test_a_body_that_is_no_batch_is_refused_whole(body: bytes, says: str) -> None:
    with pytest.raises(Unreadable) as refused:
        read_request(body, kind=None, received_at=at(NOW))
    assert says in str(refused.value)


def test_what_is_nested_too_deeply_is_refused() -> None:
    deep = b"[" * 10_000 + b"]" * 10_000
    item = b'{"type":"track","event":"x","userId":"u","properties":{"x":' + deep + b"}}"
    found = read_request(item, kind="track", received_at=at(NOW)).items[0]
    assert isinstance(found, Refused)
    assert found.reason == "This is nested too deeply."
    batched = read_request(b'{"batch":[' + item + b"]}", kind=None, received_at=at(NOW)).items
    assert batched == (found,)
    with pytest.raises(Unreadable, match="The body is nested too deeply"):
        read_request(b'{"context":{"a":' + deep + b'},"batch":[]}', kind=None, received_at=at(NOW))


@pytest.mark.parametrize(
    ("value", "fits"),
    [
        (b"[" * 190 + b"]" * 190, True),
        (b"[" * 200 + b"]" * 200, False),
        (b'{"a":' * 200 + b"1" + b"}" * 200, False),
        (b'[{"a":' * 100 + b"1" + b"}]" * 100, False),
        (b"[" + b"[]," * 5_000 + b"{}]", True),
        (b'"' + b"[" * 5_000 + b'"', True),
        (b'"' + rb"\"\\[{" * 2_000 + b'"', True),
    ],
)
def test_what_is_taken_is_so_shallow_that_it_can_always_be_read_again(value: bytes, fits: bool) -> None:
    item = b'{"type":"track","event":"x","userId":"u","properties":{"x":' + value + b"}}"
    found = read_request(item, kind="track", received_at=at(NOW)).items[0]
    assert isinstance(found, Message) == fits
    if not fits:
        assert isinstance(found, Refused)
        assert found.reason == "The item is nested too deeply."


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        (rb"a\ud83d", "a\ufffd"),  # an emoji cut in two, as browsers send it
        (rb"\udE00b", "\ufffdb"),
        (rb"\ud83d\ude00", "\U0001f600"),
        (rb"\\ud83d", r"\ud83d"),  # a backslash, and letters
        (rb"\ud83d\n", "\ufffd\n"),
    ],
)
def test_half_an_emoji_costs_neither_its_item_nor_its_batch(sent: bytes, kept: str) -> None:
    item = b'{"type":"track","event":"' + sent + b'","userId":"u"}'
    for body, kind in ((b'{"batch":[' + item + b"]}", None), (item, "track")):
        found = read_request(body, kind=kind, received_at=at(NOW)).items[0]
        assert isinstance(found, Message)
        assert found.event == kept


@pytest.mark.parametrize("kind", ["track", None])
@pytest.mark.parametrize("beside", [b"", b',"context":{"locale":"de"}'])
@pytest.mark.parametrize("unknown", [b'"x":"\xff\xfe"', b'"\xff":1', b'"x":' + b"9" * 5000, b'"x":1e999'])
def test_what_nobody_asked_for_cannot_break_what_keeps_it(
    unknown: bytes, beside: bytes, kind: Kind | None
) -> None:
    item = b'{"type":"track","event":"x","userId":"u",' + unknown + b"}"
    body = item if kind else b'{"batch":[' + item + b"]" + beside + b"}"
    found = read_request(body, kind=kind, received_at=at(NOW)).items[0]
    assert isinstance(found, Refused) or found.body.decode()


def test_a_refused_item_can_be_read_again_without_its_batch() -> None:
    bad = {**TRACK, "event": None, "context": {"ip": "10.0.0.1"}}
    (found,) = batch(bad, context={"locale": "de"}, sentAt=NOW).items
    assert json.loads(found.body) == {
        **bad,
        "context": {"ip": "10.0.0.1", "locale": "de"},
        "sentAt": NOW,
    }


def test_the_times_of_history_stand_as_they_are_given() -> None:
    item = {**TRACK, "timestamp": "2024-02-29T12:00:00Z", "sentAt": "2026-03-01T08:00:00Z"}
    body = json.dumps({"batch": [item]}).encode()
    (found,) = read_request(body, kind=None, received_at=at(NOW), imported=True).items
    assert isinstance(found, Message)
    assert (found.occurred_at, found.imported) == (at("2024-02-29T12:00:00Z"), True)


@pytest.mark.parametrize(
    ("body", "key"),
    [
        (b'{"writeKey":"k","batch":[{"writeKey":"other"}]}', "k"),
        (b'{"type":"page","properties":{"a":[1,{"b":2}]},"writeKey":"k"}', "k"),
        (b'{"writeKey":5}', None),
        (b'{"writeKey":null}', None),
        (b"[]", None),
        (b"", None),
        (b"\xff", None),
        (b"[" * 10_000, None),
    ],
)
def test_a_body_says_its_key_whatever_else_it_says(body: bytes, key: str | None) -> None:
    assert key_in(body) == key


# ---- what is no JSON among what is

NOT_JSON = {
    "NaN": b'{"type":"track","event":"E","userId":"u","properties":{"price":NaN}}',
    "a bare NaN": b"NaN",
    "an infinite number": b'{"type":"track","event":"E","userId":"u","properties":{"price":-Infinity}}',
    "beyond range": b'{"type":"track","event":"E","userId":"u","properties":{"price":1e400}}',
    "an abyss": b'{"type":"track","event":"E","userId":"u","x":' + b"[" * 5000 + b"]" * 5000 + b"}",
    "two commas": b'{"type":"track",,"userId":"u"}',
    "brackets that do not match": b'{"type":["track"}]',
    "a text with marks in it": b'{"type":"track","event":"},{ \\" ]","userId":"u","x":NaN}',
}  # fmt: skip


@pytest.mark.parametrize("broken", NOT_JSON.values(), ids=NOT_JSON.keys())
def test_an_item_that_is_no_json_leaves_the_others_of_its_batch_alone(broken: bytes) -> None:
    good = json.dumps(TRACK | {"properties": {"says": 'a "text", with {marks} and [more]'}}).encode()
    body = b'{"sentAt": "2026-03-01T10:00:00Z", "batch": [' + b" , ".join([good, broken, good]) + b"] }"
    read = read_request(body, kind=None, received_at=at(NOW))
    assert [type(item) for item in read.items] == [Message, Refused, Message]
    assert [item.body for item in read.items] == [good, broken, good]


@pytest.mark.parametrize("number", [b"NaN", b"1e400", b"-Infinity", b"9" * 5000])
def test_a_number_that_is_none_in_the_context_of_a_batch_is_null(number: bytes) -> None:
    item = json.dumps(TRACK).encode()
    body = b'{"context": {"a": ' + number + b', "ip": "192.0.2.1"}, "batch": [' + item + b"]}"
    (read,) = read_request(body, kind=None, received_at=at(NOW)).items
    assert isinstance(read, Message)
    context = json.loads(read.body)["context"]
    assert context["ip"] == "192.0.2.1"
    assert context["a"] in (None, int("9" * 300)) or isinstance(context["a"], float)


@pytest.mark.parametrize(
    "body",
    [
        b'{"batch": [{"a": NaN}', b'{"batch": [{"a": NaN}]', b'{"batch": [{"a": NaN}]}}', b"[NaN]", b"NaN",
        b'{"batch": {"a": NaN}}', b'{"batch": [NaN], "sentAt": 5}', b'{"batch": [NaN], "context": [1]}',
        b'{"batch": [{"a": NaN} {"a": 1}]}', b'{"batch": [NaN,]}', b'{"batch": [{"a": "NaN]}', b"",
        b'{"batch": [NaN], "batch": 5}', b'{batch: [NaN]}',
    ],
)  # fmt: skip
def test_what_has_not_the_outline_of_a_batch_is_none(body: bytes) -> None:
    with pytest.raises(Unreadable):
        read_request(body, kind=None, received_at=at(NOW))


@given(st.lists(st.recursive(st.none() | st.booleans() | st.floats() | st.text(), st.lists)))
def test_a_batch_is_cut_where_it_is_read(items: list[Any]) -> None:
    body = json.dumps({"context": {"a": [1]}, "batch": items, "sentAt": NOW, "more": [{}]}).encode()
    found = cut(body)
    assert found is not None
    assert [piece.decode() for piece in found.items] == [json.dumps(item) for item in items]
    assert (found.context, found.sent_at) == (b'{"a": [1]}', NOW)


def test_what_happened_before_the_times_that_files_may_say_is_refused() -> None:
    item = TRACK | {"timestamp": "1900-01-02T00:00:00Z", "sentAt": "2200-12-30T00:00:00Z"}
    assert "before 1900" in reason(item)
    assert isinstance(one(item | {"sentAt": "1900-02-02T00:00:00Z"}), Message)
