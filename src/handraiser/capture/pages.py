"""What was seen: which page or screen, and by which link?"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from handraiser.capture.touch import Click, Link, Touch, touch
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
    found = dict(properties)
    page = _texts(context.get("page"))
    for name in _OF_PAGE if page else ():
        if name in page and found.get(name, "") == "":
            found[name] = page[name]
    address = found.get("url")
    path, query = _taken_apart(address if isinstance(address, str) else "")
    if path and found.get("path", "") == "":
        found["path"] = path
    asked = found.get("search")
    link = _campaign_of_link(query or (asked.removeprefix("?") if isinstance(asked, str) else ""))
    campaign = _campaign(context.get("campaign"))
    return {**link, **campaign, **found} if link or campaign else found


def touched(
    properties: Mapping[str, Json], context: Mapping[str, Any], *, page: bool, link: Link
) -> dict[str, Json]:
    """Return the properties with what led to the event: source, medium, campaign and channel.

    A property of such a name that the event has itself stays what it is.
    """
    return {**_as_properties(touch(properties, context, page=page, link=link)), **properties}


@lru_cache(maxsize=2_000)
def _as_properties(led: Touch) -> Mapping[str, Json]:
    said = zip(_LED, (led.source, led.medium, led.campaign, led.channel), strict=True)
    return {name: fit_text(text) for name, text in said if text}


def clicked_properties(properties: Mapping[str, Json], click: Click) -> dict[str, Json]:
    """Return the properties of the click on an advertisement that led to a page.

    They are those of the page, and `network` and `click_id`: `google`, and what `gclid` said. The id is
    the same however often the page is loaded.
    """
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
