"""Who is named by a message, and by what do people become known?"""

from __future__ import annotations

from typing import Any

import pytest

from handraiser.capture.identity import Identifier
from tests.capture.saying import identified, names, said


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
