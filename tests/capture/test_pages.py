"""Which page was seen, and which link or advertisement led there?"""

from __future__ import annotations

import pytest

from tests.capture.saying import said


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
