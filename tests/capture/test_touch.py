"""What is said to have led a visitor to a page."""

from __future__ import annotations

from typing import Any

import pytest

from handraiser.capture.touch import Touch, touch

HERE = "https://www.example.co.uk/pricing"


def came(address: str = HERE, *, referrer: str = "", **campaign: str) -> Touch:
    context: dict[str, Any] = {"page": {"url": address, "referrer": referrer}}
    return touch({}, context | ({"campaign": campaign} if campaign else {}), page=True)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("utm_source=Google&utm_medium=CPC&utm_campaign=Brand", ("google", "cpc", "brand", "paid search")),
        ("utm_source=linkedin&utm_medium=paid-social", ("linkedin", "paid-social", None, "paid social")),
        ("utm_source=newsletter&utm_medium=email&utm_campaign=may", ("newsletter", "email", "may", "email")),
        ("utm_source=partner.io&utm_medium=referral", ("partner.io", "referral", None, "referral")),
        ("utm_source=adnetwork&utm_medium=banner", ("adnetwork", "banner", None, "display")),
        ("utm_source=acme&utm_medium=webinar", ("acme", "webinar", None, "event")),
        ("utm_source=qr&utm_medium=print", ("qr", "print", None, "other")),
        ("gclid=abc", ("google", "cpc", None, "paid search")),
        ("msclkid=abc", ("bing", "cpc", None, "paid search")),
        ("fbclid=abc", ("facebook", "social", None, "social")),
        ("utm_campaign=may&gclid=abc", ("google", "cpc", "may", "paid search")),
    ],
)
def test_the_link_says_where_a_visitor_came_from(query: str, expected: tuple[str | None, ...]) -> None:
    found = came(f"{HERE}?{query}", referrer="https://www.bing.com/")
    assert (found.source, found.medium, found.campaign, found.channel) == expected


@pytest.mark.parametrize(
    ("referrer", "expected"),
    [
        ("https://www.google.de/", ("google", "organic", "search")),
        ("https://lnkd.in/abc", ("linkedin", "social", "social")),
        ("https://t.co/abc", ("twitter", "social", "social")),
        ("https://news.ycombinator.com/item?id=1", ("ycombinator", "social", "social")),
        ("https://blog.partner.co.uk/x", ("partner.co.uk", "referral", "referral")),
        ("android-app://com.slack/", ("com.slack", "referral", "referral")),
    ],
)
def test_without_a_link_that_says_it_the_page_before_does(referrer: str, expected: tuple[str, ...]) -> None:
    found = came(referrer=referrer)
    assert (found.source, found.medium, found.channel) == expected


def test_a_page_of_ones_own_site_led_nowhere_new() -> None:
    assert came(referrer="https://shop.example.co.uk/start") == Touch()
    # Another site under the same public suffix is another site.
    assert came(referrer="https://other.co.uk/").source == "other.co.uk"


def test_who_comes_from_nowhere_came_directly() -> None:
    assert came() == Touch(channel="direct")
    assert touch({}, {}, page=False) == Touch()


def test_what_the_client_says_stands_above_the_address() -> None:
    found = came(f"{HERE}?utm_source=old&utm_medium=email", source="Google", medium="cpc", name="Spring")
    assert found == Touch(source="google", medium="cpc", campaign="spring", channel="paid search")


def test_properties_of_an_event_may_say_it() -> None:
    found = touch({"utm_source": "capterra", "utm_medium": "cpc"}, {}, page=False)
    assert found == Touch(source="capterra", medium="cpc", channel="display")


@pytest.mark.parametrize("address", ["http://[broken", "not an address", "https://", "http://x:99999999/"])
def test_addresses_that_are_none_harm_nobody(address: str) -> None:
    assert came(address, referrer=address).channel in ("direct", "referral", None)


@pytest.mark.parametrize("page", [None, 7, [], "x", {"url": 7, "referrer": {}}])
def test_what_stands_in_the_wrong_place_is_passed_over(page: object) -> None:
    assert touch({"url": ["x"]}, {"page": page, "campaign": page}, page=True) == Touch(channel="direct")
