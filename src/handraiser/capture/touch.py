"""Where did a visit come from?

One mapping from what a page, a link or a client says to source, medium, campaign and channel. It has a
number, and the raw values stay in the event: when the mapping changes, the past can be read again.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlsplit

import msgspec

from handraiser.capture.suffixes import taken_apart

__all__ = ["MAPPING", "PAID_FOR", "Click", "Link", "Touch", "ad_click", "link_of", "touch"]

MAPPING = 1  # of the rules below: raise it with every change of them

# Parameters that advertising networks add to links: what they stand for.
_CLICK_IDS = {
    "gclid": ("google", "cpc"),
    "gbraid": ("google", "cpc"),
    "wbraid": ("google", "cpc"),
    "dclid": ("google", "display"),
    "msclkid": ("bing", "cpc"),
    "li_fat_id": ("linkedin", "paid-social"),
    "twclid": ("twitter", "paid-social"),
    "ttclid": ("tiktok", "paid-social"),
    "rdt_cid": ("reddit", "paid-social"),
    # Facebook adds its own to every link that leaves it, paid or not.
    "fbclid": ("facebook", "social"),
}
# Not these: they are on links that nobody paid for as well.
_UNPAID = {"fbclid"}
PAID_FOR = tuple(name for name in _CLICK_IDS if name not in _UNPAID)
_SEARCH = {
    "google",
    "bing",
    "duckduckgo",
    "yahoo",
    "ecosia",
    "baidu",
    "yandex",
    "qwant",
    "startpage",
    "brave",
}
_SOCIAL = {
    "facebook", "instagram", "linkedin", "lnkd", "twitter", "x", "t", "reddit", "youtube", "tiktok", "xing",
    "pinterest", "mastodon", "threads", "bsky", "quora", "github", "ycombinator",
}  # fmt: skip
_ALIASES = {"lnkd": "linkedin", "t": "twitter", "x": "twitter", "fb": "facebook", "ig": "instagram"}
_PAID = re.compile(r"^(cpc|ppc|cpm|cpv|cpa|retargeting|paid.*|.*ads?)$")
_MEDIA = (
    ("email", re.compile(r"^(e-?mail|newsletter|mailing)$")),
    ("display", re.compile(r"^(display|banner|cpm|interstitial)$")),
    ("affiliate", re.compile(r"^(affiliates?|partner)$")),
    ("event", re.compile(r"^(event|webinar|tradeshow|conference)$")),
    ("sms", re.compile(r"^(sms|whatsapp)$")),
    ("push", re.compile(r"^(push|.*notification)$")),
    ("social", re.compile(r"^(social|social-?(network|media)|sm)$")),
    ("search", re.compile(r"^organic$")),
    ("referral", re.compile(r"^(referral|link)$")),
)


class Touch(msgspec.Struct, frozen=True, kw_only=True):
    """What led somebody here; all None where nothing says.

    source    in small letters: `google`, `newsletter`, `example.com`
    medium    as it was written, in small letters: `cpc`, `email`, `referral`
    channel   one of a closed list: paid search, paid social, search, social, display, email, affiliate,
              event, referral, sms, push, other, direct
    """

    source: str | None = None
    medium: str | None = None
    campaign: str | None = None
    channel: str | None = None


_DIRECT, _UNSAID = Touch(channel="direct"), Touch()
Link = Mapping[str, str]
"""The parameters of a link that say where it was: `source` for `utm_source`, and so on."""


class Click(NamedTuple):
    """A click on an advertisement: of which network, and the id that the network gave it."""

    network: str
    id: str


def ad_click(link: Link) -> Click | None:
    """Return the click on an advertisement that led to a page, None where its link has no id of one."""
    if not link:
        return None
    return next((Click(_CLICK_IDS[name][0], link[name]) for name in PAID_FOR if link.get(name)), None)


def touch(
    properties: Mapping[str, Any], context: Mapping[str, Any], *, page: bool, link: Link | None = None
) -> Touch:
    """Return what led to an event: what the link says, else where the visitor came from.

    page  whether the event is a page view: of those alone it is said that they came directly
    link  what `link_of` says of it, where somebody has asked already
    """
    link = link_of(properties, context) if link is None else link
    if not link and _referrer(properties, context) is None:
        return _DIRECT if page else _UNSAID  # most are such
    source, medium, campaign = (_plain(link.get(name)) for name in ("source", "medium", "campaign"))
    if not (source or medium):
        source, medium = _clicked(link) or _came_from(properties, context) or (None, None)
    if source or medium:
        return Touch(source=source, medium=medium, campaign=campaign, channel=_channel(source, medium))
    if page and not campaign and not _within(properties, context):
        return _DIRECT
    return Touch(campaign=campaign)


def link_of(properties: Mapping[str, Any], context: Mapping[str, Any]) -> Link:
    """Return what the link says that was followed; by names of properties in small letters."""
    query = _query(_of_page("url", properties, context))
    asked = query or (_of_page("search", properties, context) or "").removeprefix("?")
    found = dict(_parameters(asked)) if asked else {}
    told = [name for name in properties if name in _CLICK_IDS or name.startswith("utm_")]
    if told:
        found |= _texts({name.removeprefix("utm_"): properties[name] for name in told})
    campaign = context.get("campaign")
    if isinstance(campaign, dict):
        texts = _texts(campaign)
        found |= {**texts, "campaign": texts["name"]} if "name" in texts else texts
    return found


@lru_cache(maxsize=2_000)
def _parameters(query: str) -> Link:
    given = dict(parse_qsl(query))
    return {name.lower().removeprefix("utm_"): value for name, value in given.items() if _told(name)}


def _told(name: str) -> bool:
    small = name.lower()
    return small.startswith("utm_") or small in _CLICK_IDS


def _clicked(link: Link) -> tuple[str, str] | None:
    return next((what for name, what in _CLICK_IDS.items() if link.get(name)), None) if link else None


def _came_from(properties: Mapping[str, Any], context: Mapping[str, Any]) -> tuple[str, str] | None:
    host = _host(_referrer(properties, context))
    if host is None or _within(properties, context):
        return None
    site, name = _site(host)
    name = _ALIASES.get(name, name)
    if name in _SEARCH:
        return name, "organic"
    return (name, "social") if name in _SOCIAL else (site, "referral")


def _within(properties: Mapping[str, Any], context: Mapping[str, Any]) -> bool:
    """Return whether the visitor came from another page of the same site."""
    host = _host(_referrer(properties, context))
    if host is None:
        return False
    here = _host(_of_page("url", properties, context))
    return here is not None and _site(host)[0] == _site(here)[0]


def _referrer(properties: Mapping[str, Any], context: Mapping[str, Any]) -> str | None:
    return _of_page("referrer", properties, context)


def _of_page(name: str, properties: Mapping[str, Any], context: Mapping[str, Any]) -> str | None:
    """Return a text that an event says of its page, else what its context does."""
    text = properties.get(name)
    if isinstance(text, str) and text.strip():
        return text
    page = context.get("page")
    text = page.get(name) if isinstance(page, dict) else None
    return text if isinstance(text, str) and text.strip() else None


def _channel(source: str | None, medium: str | None) -> str:
    name = _ALIASES.get(source or "", source or "").partition(".")[0]
    name = _ALIASES.get(name, name)
    written = medium or ""
    if _PAID.match(written) and written != "cpm":
        if name in _SEARCH:
            return "paid search"
        return "paid social" if name in _SOCIAL or "social" in written else "display"
    for channel, pattern in _MEDIA:
        if pattern.match(written):
            return channel
    if name in _SEARCH:
        return "search"
    if name in _SOCIAL:
        return "social"
    return "email" if name in ("newsletter", "email", "e-mail") else "other"


@lru_cache(maxsize=10_000)
def _site(host: str) -> tuple[str, str]:
    """Return the registered domain of a host, and its name alone: `example.co.uk` and `example`."""
    parts = taken_apart(host)
    return parts.top_domain_under_public_suffix or host, parts.domain or host


@lru_cache(maxsize=2_000)
def _host(address: str | None) -> str | None:
    if not address:
        return None
    try:
        return urlsplit(address).hostname
    except ValueError:
        return None


def _query(address: str | None) -> str:
    if not address or "?" not in address:
        return ""
    try:
        return urlsplit(address).query
    except ValueError:
        return ""


def _texts(of: Mapping[str, Any]) -> dict[str, str]:
    return {name: value for name, value in of.items() if isinstance(value, str) and value.strip()}


def _plain(text: str | None) -> str | None:
    return text.strip().lower() or None if text else None
