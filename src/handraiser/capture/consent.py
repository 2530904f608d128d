"""Does a message say that somebody agrees to something, or objects to it?

Events of Segment's specification do (`Unsubscribed`), its consent object, and traits by which mail programs
and CRMs call it. Which category of a consent banner is about what, only who has set it up knows.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any, Literal, NamedTuple

from handraiser.capture.values import fit_text, snake_name

__all__ = ["MESSAGES", "TRAITS", "Agreed", "Purpose", "agreed_in"]

Purpose = Literal["mail", "profiling"]
Says = Literal["consent", "objection", "withdrawn"]

MESSAGES: Mapping[str, Says] = {
    "unsubscribed": "objection", "email_marked_as_spam": "objection", "subscribed": "consent",
}  # fmt: skip
"""What events say of mail, by their names as `snake_name` writes them."""
_OPTED_OUT = ("unsubscribed", "unsubscribed_from_emails", "hs_email_optout", "has_opted_out_of_email")
_OWN: Mapping[str, Purpose] = {"mail_consent": "mail", "profiling_consent": "profiling"}
_SUBSCRIPTION = "email_subscription_status"
TRAITS = (*_OWN, _SUBSCRIPTION, *_OPTED_OUT)
"""The traits that say something, as `snake_name` writes them."""
_SAYING = frozenset(TRAITS)
_UPDATED = ("segment_consent_preference_updated", "segment_consent_preference")
_LONGEST = 200  # letters of a name in `source`
_known_as = lru_cache(maxsize=4_096)(snake_name)  # almost all are the same few


class Agreed(NamedTuple):
    """Something said of a purpose.

    source  what in the message says so
    anew    whether somebody has just said so; else that is how it stands, told with every message
    lifts   it only says that an objection is over which came from the same source
    """

    purpose: Purpose
    says: Says
    source: str
    anew: bool = False
    lifts: bool = False


def agreed_in(
    event: str | None, properties: Mapping[str, Any], traits: Mapping[str, Any], context: Mapping[str, Any],
    *, categories: Mapping[str, Purpose], machine: bool,
) -> tuple[Agreed, ...]:  # fmt: skip
    """Return what a message says, of each purpose one thing: what an event says over how it stands.

    categories  of the consent object, and what each is about
    machine     nobody agrees by a machine, but may well object by one
    """
    in_context = context.get("traits")
    given = {**in_context, **traits} if isinstance(in_context, dict) else traits
    said: list[Agreed] = []
    if given and not _SAYING.isdisjoint(map(_known_as, given)):
        said += _traits(given)
    if categories:
        said += _categories(event, context, categories)
    if event is not None and _known_as(event) in MESSAGES:
        said.append(_of_event(event, properties))
    if not said:
        return ()  # most say nothing
    found = {each.purpose: each for each in said if not (machine and each.anew and each.says == "consent")}
    return tuple(found.values())


def _of_event(event: str, properties: Mapping[str, Any]) -> Agreed:
    lists = (properties.get(name) for name in ("list_name", "list_id"))
    of = next((str(each) for each in lists if each not in (None, "")), "")
    source = _source("event", f"{event}, {of}" if of else event)
    return Agreed("mail", MESSAGES[_known_as(event)], source, anew=True)


def _categories(
    event: str | None, context: Mapping[str, Any], categories: Mapping[str, Purpose]
) -> Iterator[Agreed]:
    """Yield what the consent object says: of several categories of a purpose all have to be agreed to."""
    consent = context.get("consent")
    said = consent.get("categoryPreferences") if isinstance(consent, dict) else None
    if not isinstance(said, dict):
        return
    anew = event is not None and _known_as(event) in _UPDATED
    for purpose in dict.fromkeys(categories.values()):
        own = [name for name, about in categories.items() if about == purpose]
        given = {name: said[name] for name in own if isinstance(said.get(name), bool)}
        refused = [name for name, value in given.items() if not value]
        if refused:
            yield Agreed(purpose, "objection", _source("consent category", ", ".join(own)), anew)
        elif given and len(given) == len(own):
            yield Agreed(purpose, "consent", _source("consent category", ", ".join(own)), anew)


def _traits(traits: Mapping[str, Any]) -> Iterator[Agreed]:
    """Yield what traits say: our own names over those of mail programs and CRMs."""
    named = {_known_as(key): value for key, value in traits.items()}
    for name in _OPTED_OUT:
        out = _truth(named.get(name))
        if out is not None:
            yield Agreed("mail", "objection" if out else "consent", _source("trait", name), lifts=not out)
            break
    subscribed = named.get(_SUBSCRIPTION)
    if subscribed in ("subscribed", "unsubscribed"):
        says: Says = "consent" if subscribed == "subscribed" else "objection"
        yield Agreed("mail", says, _source("trait", _SUBSCRIPTION))
    for name, purpose in _OWN.items():
        if name in named and named[name] is None:
            yield Agreed(purpose, "withdrawn", _source("trait", name))
        elif (agrees := _truth(named.get(name))) is not None:
            yield Agreed(purpose, "consent" if agrees else "objection", _source("trait", name))


def _truth(value: object) -> bool | None:
    if isinstance(value, bool):
        return value
    return {"true": True, "false": False}.get(value.lower()) if isinstance(value, str) else None


def _source(what: str, name: str) -> str:
    return fit_text(f"{what} {name[:_LONGEST]}")
