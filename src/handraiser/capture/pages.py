"""What was seen: which page or screen, and by which link?"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from handraiser.capture.touch import ad_click, touch
from handraiser.capture.values import Json, fit_text, lower_name, named

__all__ = ["STRUCTURAL", "clicked_properties", "page_properties", "touched"]

# An event has a column for each of these, or means nothing by it: in files too they are no properties.
STRUCTURAL = frozenset({"lead_id", "event", "occurred_at", "event_id", "known_at", "verdict", "properties"})
_LED = ("source", "medium", "campaign", "channel")
_OF_PAGE = ("path", "url", "title", "referrer", "search")


def page_properties(properties: Mapping[str, Json], context: Mapping[str, Any]) -> dict[str, Json]:
    """Return the properties of a page view: what it says itself, then what its context and its link say.

    That is path, url, title, referrer and search, and the campaign's parameters: utm_source, and so on.
    """
    page = _texts(context.get("page"))
    found = {name: page[name] for name in _OF_PAGE if name in page}
    found |= {name: value for name, value in properties.items() if name in _OF_PAGE and value != ""}
    address = found.get("url")
    path, query = _taken_apart(address if isinstance(address, str) else "")
    if path and "path" not in found:
        found["path"] = path
    asked = found.get("search")
    campaign = _campaign(context.get("campaign"))
    link = _campaign_of_link(query or (asked.removeprefix("?") if isinstance(asked, str) else ""))
    return {**link, **campaign, **found, **{k: v for k, v in properties.items() if k not in found}}


def touched(properties: Mapping[str, Json], context: Mapping[str, Any], *, page: bool) -> dict[str, Json]:
    """Return the properties with what led to the event: source, medium, campaign and channel.

    A property of such a name that the event has itself stays what it is.
    """
    led = touch(properties, context, page=page)
    said = zip(_LED, (led.source, led.medium, led.campaign, led.channel), strict=True)
    return {**{name: fit_text(text) for name, text in said if text}, **properties}


def clicked_properties(properties: Mapping[str, Json], context: Mapping[str, Any]) -> dict[str, Json] | None:
    """Return the properties of the click on an advertisement that led to a page, None if none did.

    They are those of the page, and `network` and `click_id`: `google`, and what `gclid` said. The id is
    the same however often the page is loaded.
    """
    click = ad_click(properties, context)
    if click is None:
        return None
    return {**properties, "network": click.network, "click_id": fit_text(click.id)}


def _campaign(given: Any) -> dict[str, Json]:
    """Return `context.campaign` as parameters of a link: its `name` is `utm_campaign`."""
    texts = _texts(given)
    if "name" in texts:
        texts = {**texts, "campaign": texts["name"]}
    return {f"utm_{name.removeprefix('utm_')}": text for name, text in texts.items() if name != "name"}


@lru_cache(maxsize=2_000)
def _campaign_of_link(query: str) -> Mapping[str, Json]:
    found = {name: value for name, value in parse_qsl(query) if name.strip().lower().startswith("utm_")}
    return _texts(found)


@lru_cache(maxsize=2_000)
def _taken_apart(address: str) -> tuple[str, str]:
    """Return path and query of an address, both empty where it is none."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return "", ""
    return parts.path or ("/" if parts.netloc else ""), parts.query


def _texts(given: Any) -> dict[str, Json]:
    if not given or not isinstance(given, dict):
        return {}
    return {
        name: value
        for name, value in named(given, lower_name).items()
        if isinstance(value, str) and value.strip()
    }
