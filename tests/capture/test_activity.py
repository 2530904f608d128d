"""What messages of real clients say, and messages that nobody should send."""

from __future__ import annotations

import json
import math
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from handraiser.capture.activity import Said, read_message
from handraiser.capture.identity import Identifier
from handraiser.capture.pages import STRUCTURAL
from handraiser.capture.protocol import Message, read_request
from handraiser.capture.values import DEPTH
from handraiser.tables import properties as in_files

NOW = 1_772_000_000_000_000
CHROME = (
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36"
)


def said(kind: str, *, batch: dict[str, Any] | None = None, **item: Any) -> Said:
    """What is read of an item, by way of the request it comes in."""
    body = {"batch": [{"type": kind, **item}], "writeKey": "KEY", **({"context": batch} if batch else {})}
    return read(json.dumps(body).encode())


def read(body: bytes) -> Said:
    (message,) = read_request(body, kind=None, received_at=NOW).items
    assert isinstance(message, Message), message.reason
    return read_message(
        message.kind,
        message.body,
        event=message.event,
        user_id=message.user_id,
        anonymous_id=message.anonymous_id,
        group_id=message.group_id,
        previous_id=message.previous_id,
    )


def tracked(event: str = "Plan Chosen", *, user: str = "u1", **properties: Any) -> dict[str, Any]:
    return said("track", event=event, userId=user, properties=properties).properties


def identified(**traits: Any) -> Said:
    return said("identify", userId="u1", traits=traits)


def names(found: Said) -> list[str]:
    return [f"{each.kind}:{each.value}" for each in found.named]


# ---- what clients send


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


# ---- pages, links and advertisements


def test_what_a_page_does_not_say_its_context_does() -> None:
    page = {"url": "https://acme.example/pricing/teams?a=1#top", "title": "Pricing", "referrer": ""}
    found = said("page", anonymousId="a1", properties={"title": "Own"}, context={"page": page}).properties
    assert found == {"url": page["url"], "title": "Own", "path": "/pricing/teams", "channel": "direct"}
    assert (
        said("page", anonymousId="a1", context={"page": {"url": "https://acme.example"}}).properties["path"]
        == "/"
    )
    empty = said(
        "page", anonymousId="a1", properties={"title": "", "path": ""}, context={"page": page}
    ).properties
    assert (empty["title"], empty["path"]) == ("Pricing", "/pricing/teams")
    named = said(
        "page", anonymousId="a1", name="Call", category="Site", properties={"name": "Own"}
    ).properties
    assert (named["name"], named["category"]) == ("Own", "Site")
    broken = said("page", anonymousId="a1", properties={"url": "http://[::1"}).properties
    assert broken == {"url": "http://[::1", "channel": "direct"}


def test_a_link_says_its_campaign_and_the_client_and_the_page_know_better() -> None:
    found = said(
        "page",
        anonymousId="a1",
        properties={
            "url": "https://acme.example/?utm_source=a&utm_medium=b&utm_term=c&x=1",
            "utm_medium": "own",
        },
        context={"campaign": {"source": "client", "name": "May", "id": "7", "medium": "client"}},
    ).properties
    told = {name: value for name, value in found.items() if name.startswith("utm_")}
    assert told == {
        "utm_source": "client", "utm_medium": "own", "utm_term": "c", "utm_campaign": "May", "utm_id": "7",
    }  # fmt: skip


def test_without_an_address_what_was_asked_of_the_page_says_the_campaign() -> None:
    found = said("page", anonymousId="a1", properties={"search": "?utm_source=a&q=1"}).properties
    assert (found["utm_source"], found["source"]) == ("a", "a")


def test_an_event_keeps_its_own_source_and_gets_what_it_does_not_have() -> None:
    found = said(
        "track",
        event="Form Submitted",
        anonymousId="a1",
        properties={"source": "footer", "medium": None},
        context={"page": {"url": "https://acme.example/?utm_source=x&utm_medium=email"}},
    ).properties
    assert found == {"source": "footer", "medium": "email", "channel": "email"}


def test_the_click_on_an_advertisement_is_an_event_of_its_own() -> None:
    landing = "https://acme.example/pricing?gclid=Cj0K"
    ((event, properties),) = said("page", anonymousId="a1", properties={"url": landing}).further
    assert event == "Ad Clicked"
    assert properties == {
        "network": "google", "click_id": "Cj0K", "url": landing, "path": "/pricing",
        "source": "google", "medium": "cpc", "channel": "paid search",
    }  # fmt: skip


@pytest.mark.parametrize("query", ["", "fbclid=x", "gclid=", "utm_source=google&utm_medium=cpc"])
def test_a_link_without_the_id_of_a_click_was_no_click_on_an_advertisement(query: str) -> None:
    properties = {"url": f"https://acme.example/?{query}"}
    assert said("page", anonymousId="a1", properties=properties).further == ()


def test_what_is_done_on_the_page_that_an_advertisement_led_to_is_no_click_on_it() -> None:
    context = {"page": {"url": "https://acme.example/?gclid=x"}}
    found = said("track", event="Form Submitted", anonymousId="a1", context=context)
    assert found.further == ()
    assert found.properties["source"] == "google"


# ---- who it is


@pytest.mark.parametrize(
    "event",
    ["Form Submitted", "Email Link Clicked", "Demo Requested", "Trial Started", "Signed Up",
     "Newsletter Subscribed", "demo_requested", "DemoRequested", "DEMO REQUESTED", " content-downloaded "],
)  # fmt: skip
def test_who_does_what_takes_ones_own_address_is_known_by_it(event: str) -> None:
    found = said("track", event=event, anonymousId="a1", properties={"Email": " Ann@Acme.example"})
    assert names(found) == ["email:ann@acme.example", "anonymous:a1"]


@pytest.mark.parametrize(
    "form", [{"formId": "f1"}, {"form_id": 7}, {"Form_Name": "Pricing"}, {"formname": "x"}]
)
@pytest.mark.parametrize("event", ["Brochure Asked For", "step_3", "Kontakt"])
def test_whatever_comes_of_a_form_makes_its_sender_known(event: str, form: dict[str, Any]) -> None:
    bob = {"email": "bob@acme.example"}
    found = said("track", event=event, anonymousId="a1", properties=form | bob)
    assert names(found) == ["email:bob@acme.example", "anonymous:a1"]
    assert names(said("track", event=event, anonymousId="a1", properties=bob)) == ["anonymous:a1"]


@pytest.mark.parametrize("nothing", [None, "", " ", False, {}])
def test_a_form_without_a_name_is_none(nothing: Any) -> None:
    properties = {"form_id": nothing, "email": "bob@acme.example"}
    assert names(said("track", event="Kontakt", anonymousId="a1", properties=properties)) == ["anonymous:a1"]


@pytest.mark.parametrize(
    "event",
    ["Invitation Sent", "invite_sent", "Friend Invited", "Referral Sent", "Colleague Referred", "Email Sent",
     "Email Delivered", "Email Opened", "EmailBounced", "Product Shared", "Account Added User", "Form Viewed",
     "Form Abandoned", "Lead Created", "Contact Imported"],
)  # fmt: skip
def test_an_address_in_another_event_is_somebody_elses_though_there_be_a_form(event: str) -> None:
    for form in ({}, {"form_id": "f1"}):
        bob = {"email": "bob@acme.example"}
        assert names(said("track", event=event, userId="u1", properties=bob | form)) == ["user:u1"]


def test_a_page_with_a_form_makes_nobody_known_by_what_stands_in_it() -> None:
    properties = {"form_id": "f1", "email": "bob@acme.example"}
    for kind in ("page", "screen"):
        assert names(said(kind, anonymousId="a1", properties=properties)) == ["anonymous:a1"]


def test_the_address_in_a_form_counts_and_not_one_remembered_by_the_browser() -> None:
    context = {"traits": {"email": "ann@acme.example"}}
    bob = {"email": "bob@acme.example"}
    found = said("track", event="Form Submitted", anonymousId="a1", properties=bob, context=context)
    assert names(found) == ["email:bob@acme.example", "anonymous:a1"]
    typo = said(
        "track", event="Form Submitted", anonymousId="a1", properties={"email": "bob"}, context=context
    )
    assert names(typo) == ["email:ann@acme.example", "anonymous:a1"]


def test_a_user_id_that_is_an_address_is_both() -> None:
    assert names(said("identify", userId="Ann@Acme.example")) == [
        "user:Ann@Acme.example",
        "email:ann@acme.example",
    ]
    both = said("identify", userId="ann@acme.example", traits={"email": "ANN@acme.example"})
    assert names(both) == ["user:ann@acme.example", "email:ann@acme.example"]


def test_an_alias_names_two_ids_as_one_person_and_nothing_else() -> None:
    found = said(
        "alias",
        previousId="old",
        userId="new",
        anonymousId="a1",
        context={"traits": {"email": "x@y.example"}},
    )
    assert names(found) == ["user:new", "user:old", "anonymous:old"]
    assert found.same
    assert names(said("alias", previousId="undefined", userId="new")) == ["user:new"]
    assert not identified().same


@pytest.mark.parametrize(
    "nobody",
    [
        "null", "undefined", "NaN", "None", "anonymous", "Guest", "0", "-1", " nil ", "[object Object]",
        "00000000-0000-0000-0000-000000000000", "000000", 0, "(null)", "false",
    ],
)  # fmt: skip
def test_what_programs_send_for_nobody_is_no_id(nobody: str | int) -> None:
    assert said("identify", userId=nobody, anonymousId=nobody).named == ()
    assert names(said("identify", userId=nobody, anonymousId="a1")) == ["anonymous:a1"]
    nameless = said("group", userId="u1", groupId=nobody, traits={"name": "Acme"})
    assert (nameless.company, nameless.company_traits) == (None, None)
    assert said("track", event="E", userId="u1", properties={"session_id": nobody}).session_id is None


@pytest.mark.parametrize("somebody", ["1", "u0", "nullman", "-2", "nan@acme.example", 7, "Ann Lee", "😀"])
def test_an_unusual_id_is_one(somebody: str | int) -> None:
    assert said("identify", userId=somebody).named[0] == Identifier("user", str(somebody))


@pytest.mark.parametrize(
    ("properties", "context", "session"),
    [
        ({"session_id": "s1", "sessionId": "s2"}, {"sessionId": "s3"}, "s1"),
        ({"sessionId": 17}, {"sessionId": "s3"}, "17"),
        ({"session_id": True}, {"sessionId": "s3"}, "s3"),
        ({"session_id": {"a": 1}, "sessionId": ""}, {}, None),
        ({"session_id": "s" * 513}, {}, None),
    ],
)
def test_a_client_may_say_which_visit_it_is(
    properties: dict[str, Any], context: dict[str, Any], session: str | None
) -> None:
    found = said("track", event="E", userId="u1", properties=properties, context=context)
    assert found.session_id == session
    assert "session_id" not in found.properties


# ---- properties


def test_names_are_in_small_letters_and_of_two_that_are_one_the_first_stays() -> None:
    assert tracked(Plan="a", PLAN="b", **{" seats ": 1, "": 2, "  ": 3}) == {"plan": "a", "seats": 1}


def test_structural_names_are_no_properties_as_in_files() -> None:
    assert tracked(**{name.upper(): "x" for name in STRUCTURAL}, plan="a") == {"plan": "a"}
    assert STRUCTURAL == in_files.STRUCTURAL


def test_text_loses_nul_characters_and_keeps_all_others() -> None:
    properties = {"a": "x\0y", "b": [{"k\0": "\0"}], "c\0": 1, "d": "😀\u200b\ud7ff\x01", "e": "\0"}
    assert tracked(**properties) == {"a": "xy", "b": [{"k": ""}], "d": "😀\u200b\ud7ff\x01", "e": ""}


def test_a_nul_in_a_link_reaches_nothing() -> None:
    url = "https://acme.example/%00?utm_source=a%00b&utm_%00=1&gclid=%00z"
    found = said("page", anonymousId="a1", properties={"url": url})
    assert b"\\u0000" not in msgspec.json.encode(found)
    assert found.properties["source"] == "ab"


def test_numbers_that_no_float_holds_are_dropped_and_long_ones_are_floats() -> None:
    assert tracked(a=1) == {"a": 1}
    body = b'{"batch":[{"type":"track","event":"E","userId":"u","properties":{%s}}]}'
    digits = b"9" * 310
    given = (
        b'"a":%s,"b":-%s,"c":[1,{"x":%s}],"d":1%s,"e":9223372036854775807,"f":9223372036854775808,"g":-0.0'
    )
    found = read(body % (given % (digits, digits, digits, b"0" * 300))).properties
    assert found == {"d": 1e300, "e": 2**63 - 1, "f": 2.0**63, "g": 0}
    assert isinstance(found["d"], float)
    assert isinstance(found["e"], int)
    assert isinstance(found["f"], float)


def test_objects_and_lists_are_kept_unless_they_go_too_deep() -> None:
    def nested(depth: int) -> Any:
        return 1 if depth == 0 else {"a": nested(depth - 1)}

    assert tracked(a=nested(DEPTH), b=nested(DEPTH + 1), c=[[1, None], {}]) == {
        "a": nested(DEPTH),
        "c": [[1, None], {}],
    }


def test_null_is_no_property_and_an_empty_text_is_one() -> None:
    assert tracked(a=None, b="", c=False) == {"b": "", "c": False}


# ---- traits


def test_traits_are_named_in_one_way() -> None:
    given = {
        "jobTitle": "CTO",
        "Last Name": "Lee",
        "EMAIL": "x",
        "HTMLTitle": "t",
        "lead-source": "ad",
        "a__b": 1,
    }
    assert identified(**given).traits == {
        "job_title": "CTO", "last_name": "Lee", "email": "x", "html_title": "t", "lead_source": "ad",
        "a_b": 1,
    }  # fmt: skip


def test_a_title_is_the_job_title_where_no_other_is_said() -> None:
    assert identified(title="CTO").traits == {"title": "CTO", "job_title": "CTO"}
    assert identified(title="Dr", jobTitle="CTO").traits == {"title": "Dr", "job_title": "CTO"}
    assert identified(title=None).traits == {"title": None, "job_title": None}
    remembered = {"traits": {"job_title": "CTO", "title": "Dr"}}
    found = said("identify", userId="u1", traits={"title": "Prof"}, context=remembered)
    assert found.traits == {"title": "Prof", "job_title": "CTO"}
    group = said("group", userId="u1", groupId="acme", traits={"title": "Acme"})
    assert (group.traits, group.company_traits) == (None, {"title": "Acme"})


def test_nobody_outside_says_whose_row_it_is_or_since_when_it_holds() -> None:
    given = {
        "leadId": 1,
        "lead_id": 1,
        "companyId": 2,
        "createdAt": "2020-01-01",
        "valid_from": 1,
        "knownAt": 1,
    }
    assert identified(**given).traits is None
    address = {"createdAt": 1, "city": "Ulm"}
    assert identified(address=address).traits == {"city": "Ulm"}


def test_an_address_is_taken_apart_and_what_stands_beside_it_counts_more() -> None:
    address = {"city": "Ulm", "country": "DE", "postalCode": "89073"}
    found = identified(address=address, country="Germany").traits
    assert found == {"city": "Ulm", "country": "Germany", "postal_code": "89073"}
    assert identified(address="1 High St").traits == {"address": "1 High St"}


def test_a_company_in_traits_is_a_name_an_id_and_attributes() -> None:
    found = identified(company={"id": 17, "name": "Acme", "employeeCount": 420, "plan": None})
    assert found.traits == {"company": "Acme"}
    assert found.company == "17"
    assert found.company_traits == {"name": "Acme", "employee_count": 420, "plan": None}
    nameless = identified(company={"employee_count": 5})
    assert (nameless.traits, nameless.company, nameless.company_traits) == (None, None, {"employee_count": 5})
    assert identified(company="Acme").traits == {"company": "Acme"}
    assert identified(company="Acme").company is None
    assert identified(company={"id": "acme"}).company_traits is None


def test_a_group_call_says_something_of_the_company_alone() -> None:
    found = said(
        "group", userId="u1", groupId="acme", traits={"name": "Acme", "employees": 50, "createdAt": 1}
    )
    assert (found.company, found.company_traits) == ("acme", {"name": "Acme", "employees": 50})
    assert found.traits is None
    assert said("group", userId="u1", groupId="acme").company_traits == {}


def test_the_group_of_a_context_is_the_company_and_no_other_ones_attributes_are_its() -> None:
    found = said("track", event="E", userId="u1", context={"groupId": "acme"})
    assert (found.company, found.company_traits) == ("acme", None)
    other = {"company": {"id": "beta", "employees": 5}}
    found = said("identify", userId="u1", traits=other, context={"groupId": "acme"})
    assert (found.company, found.company_traits) == ("acme", None)


def test_what_is_said_now_counts_more_than_what_the_context_remembers() -> None:
    remembered = {"traits": {"Plan": "free", "city": "Ulm", "company": {"id": "old", "name": "Old"}}}
    found = said(
        "identify", userId="u1", traits={"plan": "pro", "company": {"id": "new"}}, context=remembered
    )
    assert found.traits == {"plan": "pro", "city": "Ulm", "company": "Old"}
    assert found.company == "new"


def test_null_takes_a_trait_back() -> None:
    assert identified(plan=None, address={"city": None}).traits == {"plan": None, "city": None}


def test_a_list_is_a_trait_and_an_address_that_is_none_is_no_identifier() -> None:
    found = identified(tags=["a", {"b": 1}], email="not an address")
    assert found.traits == {"tags": ["a", {"b": 1}], "email": "not an address"}
    assert names(found) == ["user:u1"]
    assert names(identified(email=["ann@acme.example"])) == ["user:u1"]


# ---- whatever comes


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
