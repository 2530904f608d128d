"""What messages of real clients say, and messages that nobody should send."""

from __future__ import annotations

import math
from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from handraiser.capture.identity import Identifier
from handraiser.capture.pages import STRUCTURAL
from tests.capture.saying import CHROME, names, said


def test_a_page_view_from_a_browser() -> None:
    address = "https://www.acme.example/pricing?utm_source=linkedin&utm_medium=paid-social&utm_campaign=May"
    found = said(
        "page",
        timestamp="2026-02-25T10:00:00.000Z",
        integrations={"Segment.io": True},
        name="Pricing",
        category="Site",
        properties={
            "path": "/pricing", "referrer": "https://www.linkedin.com/", "search": "?utm_source=linkedin",
            "title": "Pricing | Acme", "url": address, "name": "Pricing", "category": "Site",
        },
        context={
            "page": {"path": "/pricing", "title": "Pricing", "url": address, "search": "", "referrer": ""},
            "userAgent": CHROME,
            "userAgentData": {"brands": [{"brand": "Chromium", "version": "131"}], "mobile": False},
            "locale": "en-US",
            "library": {"name": "analytics.js", "version": "npm:next-1.84.0"},
            "timezone": "America/New_York",
            "campaign": {"source": "linkedin", "medium": "paid-social", "name": "May"},
        },
        messageId="ajs-next-1772013600000-3f2a",
        anonymousId="5b7ac6dc-1e0a-4f0e-b8ae-0a8a6c1f7a11",
        userId=None,
        _metadata={"bundled": ["Segment.io"], "unbundled": [], "bundledIds": []},
    )  # fmt: skip
    assert names(found) == ["anonymous:5b7ac6dc-1e0a-4f0e-b8ae-0a8a6c1f7a11"]
    assert found.event == "Page Viewed"
    assert found.properties == {
        "path": "/pricing", "url": address, "title": "Pricing | Acme", "search": "?utm_source=linkedin",
        "referrer": "https://www.linkedin.com/", "name": "Pricing", "category": "Site",
        "utm_source": "linkedin", "utm_medium": "paid-social", "utm_campaign": "May",
        "source": "linkedin", "medium": "paid-social", "campaign": "may", "channel": "paid social",
    }  # fmt: skip
    assert found == msgspec.structs.replace(
        found,
        same=False,
        traits=None,
        company=None,
        company_traits=None,
        machine=False,
        session_id=None,
        further=(),
    )


def test_an_identify_from_a_python_server() -> None:
    found = said(
        "identify",
        integrations={},
        anonymousId=None,
        timestamp="2026-02-25T10:00:00+00:00",
        context={"library": {"name": "analytics-python", "version": "2.4.0"}},
        userId="4711",
        traits={"email": "Ann@Acme.example", "firstName": "Ann", "plan": "pro"},
        messageId="b2f0",
    )
    assert found.named == (Identifier("user", "4711"), Identifier("email", "ann@acme.example"))
    assert found.event is None
    assert found.properties == {}
    assert found.traits == {"email": "Ann@Acme.example", "first_name": "Ann", "plan": "pro"}
    assert not found.machine


def test_traits_in_the_context_are_of_the_person_whatever_the_call() -> None:
    context = {"traits": {"email": "ann@acme.example"}, "sessionId": 1772013600, "channel": "server"}
    for kind, more in (
        ("identify", {}),
        ("track", {"event": "Trial Started"}),
        ("page", {}),
        ("group", {"groupId": "acme", "traits": {"email": "info@acme.example"}}),
    ):
        found = said(kind, anonymousId="a1", context=context, **more)
        assert names(found) == ["email:ann@acme.example", "anonymous:a1"]
        assert found.traits == {"email": "ann@acme.example"}
        assert found.session_id == "1772013600"


def test_a_track_from_a_node_server() -> None:
    found = said(
        "track",
        messageId="node-next-1772013600000-1b",
        timestamp="2026-02-25T10:00:00.000Z",
        event="Product Added",
        userId="4711",
        properties={"product_id": "P-7", "price": 49.5, "quantity": 2, "tags": ["crm", "new"]},
        context={"library": {"name": "@segment/analytics-node", "version": "3.1.0"}},
        integrations={},
        _metadata={"nodeVersion": "20.11.0", "jsRuntime": "node"},
    )
    assert names(found) == ["user:4711"]
    assert found.properties == {"product_id": "P-7", "price": 49.5, "quantity": 2, "tags": ["crm", "new"]}


def test_a_screen_of_an_app_has_its_name_and_nobody_came_to_it_directly() -> None:
    found = said("screen", anonymousId="a1", name="Pricing", properties={"from": "home"})
    assert found.event == "Screen Viewed"
    assert found.properties == {"name": "Pricing", "from": "home"}


def test_the_context_of_a_batch_is_that_of_its_items() -> None:
    bot = {"userAgent": "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"}
    assert said("page", anonymousId="a1", batch=bot).machine
    assert not said("page", anonymousId="a1", batch=bot, context={"userAgent": CHROME}).machine


_KEYS = st.sampled_from(
    ["email", "url", "Company", "address", "session_id", "groupId", "page", "campaign", "traits", "userAgent",
     "name", "utm_source", "event", "id", "search", "referrer", "\0", "a\0b", "İ"]
) | st.text(max_size=3)  # fmt: skip
_LEAVES = (
    st.none()
    | st.booleans()
    | st.integers(-(2**64), 2**64)
    | st.just(10**308)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
    | st.sampled_from(
        ["https://a.example/?gclid=%00x&utm_source=%F0", "http://[", "a@b.example", "\0", "//?//"]
    )
)
_JSON = st.recursive(
    _LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_KEYS, inner, max_size=4),
    max_leaves=12,
)
_OBJECTS = st.none() | st.dictionaries(_KEYS, _JSON, max_size=5)


@given(
    st.sampled_from(["identify", "track", "page", "screen", "group", "alias"]),
    st.sampled_from(["Form Submitted", "E"]),
    _OBJECTS, _OBJECTS, _OBJECTS, _JSON,
)  # fmt: skip
def test_any_message_is_read_and_what_is_read_can_be_kept(
    kind: str, event: str, properties: Any, traits: Any, context: Any, name: Any
) -> None:
    item = {"properties": properties, "traits": traits, "context": context, "name": name}
    ids = {"userId": "u1", "previousId": "u0", "groupId": "g1", "event": event}
    found = said(kind, **item, **ids)
    assert b"\\u0000" not in msgspec.json.encode(found)
    for values in (found.properties, found.traits or {}, found.company_traits or {}):
        assert msgspec.json.decode(msgspec.json.encode(values)) == values
        assert all(key == key.strip().lower() and key for key in values)
        assert all(math.isfinite(value) for value in values.values() if isinstance(value, float))
    assert None not in found.properties.values()
    assert not STRUCTURAL & found.properties.keys()
