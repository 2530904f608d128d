"""What a message says of consent: by events, traits, and Segment's consent object."""

from __future__ import annotations

from typing import Any

import pytest

from handraiser.capture.consent import MESSAGES, TRAITS, Purpose, agreed_in
from handraiser.capture.values import snake_name
from tests.capture.saying import said
from tests.pages import ROOT

CATEGORIES: dict[str, Purpose] = {"C0003": "profiling", "C0004": "profiling", "News": "mail"}


def of(kind: str, **item: Any) -> list[tuple[str, str, str]]:
    """Return what a call says: of what, what, and by what."""
    return [(each.purpose, each.says, each.source) for each in said(kind, userId="u1", **item).agreed]


def of_banner(**preferences: Any) -> list[tuple[str, str]]:
    context = {"consent": {"categoryPreferences": preferences}}
    found = agreed_in("Page Viewed", {}, {}, context, categories=CATEGORIES, machine=False)
    return [(each.purpose, each.says) for each in found]


@pytest.mark.parametrize(
    ("traits", "says"),
    [
        ({"unsubscribed": True}, ("mail", "objection", "trait unsubscribed")),
        ({"HasOptedOutOfEmail": "true"}, ("mail", "objection", "trait has_opted_out_of_email")),
        ({"email_subscription_status": "unsubscribed"},
         ("mail", "objection", "trait email_subscription_status")),
        ({"emailSubscriptionStatus": "subscribed"}, ("mail", "consent", "trait email_subscription_status")),
        ({"profilingConsent": False}, ("profiling", "objection", "trait profiling_consent")),
        ({"mail_consent": None}, ("mail", "withdrawn", "trait mail_consent")),
        ({"mail_consent": True, "unsubscribed": True}, ("mail", "consent", "trait mail_consent")),
    ],
)  # fmt: skip
def test_traits_say_it(traits: dict[str, Any], says: tuple[str, str, str]) -> None:
    assert of("identify", traits=traits) == [says]
    assert of("page", context={"traits": traits}) == [says]
    assert of("group", groupId="acme", traits=traits) == []


def test_what_says_nothing_of_it_says_nothing() -> None:
    for value in ("did_not_subscribe", "", None, 7, ["subscribed"]):
        assert of("identify", traits={"email_subscription_status": value, "unsubscribed": value}) == []
    assert of("page", context={"consent": {"categoryPreferences": {"News": False}}}) == []
    assert of("page", context={"consent": "yes"}) == []


def test_events_say_it_with_their_list_and_over_traits() -> None:
    told = of(
        "track",
        event="Unsubscribed",
        properties={"list_name": "News"},
        context={"traits": {"mail_consent": True}},
    )
    assert told == [("mail", "objection", "event Unsubscribed, News")]
    assert of("track", event="Email Marked as Spam") == [("mail", "objection", "event Email Marked as Spam")]
    crawler = {"userAgent": "Googlebot/2.1"}
    assert of("track", event="Subscribed") == [("mail", "consent", "event Subscribed")]
    assert of("track", event="Subscribed", context=crawler) == []
    assert of("track", event="Unsubscribed", context=crawler) != []


def test_of_several_categories_of_a_purpose_all_have_to_be_agreed_to() -> None:
    assert of_banner(C0003=True, C0004=True) == [("profiling", "consent")]
    assert of_banner(C0003=True, C0004=False, News=True) == [("profiling", "objection"), ("mail", "consent")]
    assert of_banner(C0003=True) == []
    assert of_banner(C0003="yes", C0004=True, C0001=False) == []


def test_every_name_that_says_it_is_described() -> None:
    page = (ROOT / "docs" / "privacy.md").read_text(encoding="utf-8")
    described = page.partition("### What messages say")[2].partition("\n## ")[0]
    assert all(f"`{name}`" in described for name in TRAITS)
    events = {
        name
        for name in MESSAGES
        if f"`{name.replace('_', ' ').title().replace(' As ', ' as ')}`" in described
    }
    assert events == set(MESSAGES)
    assert all(snake_name(name) == name for name in (*TRAITS, *MESSAGES))
