"""What does a message say: who it is of, what was done, and what is known of person and company?

A message is kept as it came; this is how it is read, and it can be read again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from handraiser.capture.addresses import normal_address
from handraiser.capture.consent import Agreed, Purpose, agreed_in
from handraiser.capture.identity import Identifier
from handraiser.capture.knowing import gives_own_address
from handraiser.capture.machines import is_machine
from handraiser.capture.pages import STRUCTURAL, clicked_properties, page_properties, touched
from handraiser.capture.touch import Click, ad_click, link_of
from handraiser.capture.traits import Traits, company_traits, person_traits, with_job_title
from handraiser.capture.values import Json, fit_id, lower_name, named

__all__ = ["Said", "read_message"]


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """What a message says.

    named           whose it is: user, e-mail address (normalised), anonymous. Empty where all the ids it has
                    are what programs send when they have none
    same            whether it says itself that all of those are one person
    before          the one of them that an alias names as the user id before; where nobody has had it, it was
                    that of a browser
    event           None for calls that only say who somebody is
    properties      of the event, by names in small letters; empty without one. No structural name of an event
                    is among them: those are dropped, as they are where files have them
    traits          of the person, null for what is not so any more; None where nothing is said
    company         the id of the company
    company_traits  of that company, of the person's if there is no id; None where nothing is said
    machine         whether a crawler did it, by the agent in its context
    session_id      where the client says so; then it is no property
    further         events that are in this one: names and properties. A click on an advertisement is in the
                    view of the page it led to
    agreed          what they agree or object to
    """

    named: tuple[Identifier, ...]
    same: bool
    before: Identifier | None = None
    event: str | None
    properties: dict[str, Json]
    traits: dict[str, Json] | None
    company: str | None
    company_traits: dict[str, Json] | None
    machine: bool
    session_id: str | None
    further: tuple[tuple[str, dict[str, Json]], ...] = ()
    agreed: tuple[Agreed, ...] = ()


class _Item(msgspec.Struct):
    """What of an item is read here. `protocol` has looked at the rest."""

    name: Any = None
    category: Any = None
    properties: dict[str, Any] | None = None
    traits: dict[str, Any] | None = None
    context: dict[str, Any] | None = None


_NO_CATEGORIES: Mapping[str, Purpose] = {}
_NOTHING = Traits({}, None, None)
_item = msgspec.json.Decoder(_Item)


def read_message(
    kind: str,
    body: bytes,
    *,
    event: str | None,
    user_id: str | None,
    anonymous_id: str | None,
    group_id: str | None,
    previous_id: str | None,
    categories: Mapping[str, Purpose] = _NO_CATEGORIES,
) -> Said:
    """Return what a message says; the arguments are those of `protocol.Message`.

    categories  of consent, and what each is about (`consent`)
    """
    item = _item.decode(body)
    context = item.context or {}
    given = named(item.properties or {}, lower_name, barred=STRUCTURAL) if event is not None else {}
    session_id = _session(given, context)
    properties, click = _properties(kind, item, given, context) if event is not None else ({}, None)
    traits = _person(kind, item, context)
    if kind == "alias":
        identifiers = _alias(fit_id(user_id), fit_id(previous_id))
    else:
        own = _address(properties.get("email")) if kind == "track" else None
        if own is not None and not gives_own_address(event or "", properties):
            own = None
        mail = own or _address(traits.person.get("email"))
        identifiers = _identifiers(fit_id(user_id), mail, fit_id(anonymous_id))
    company, of_company = _company(kind, fit_id(group_id), item, context, traits)
    user_agent = context.get("userAgent")
    machine = isinstance(user_agent, str) and is_machine(user_agent)
    return Said(
        named=tuple(dict.fromkeys(identifiers)),
        same=kind == "alias",
        before=_before(fit_id(user_id), fit_id(previous_id)) if kind == "alias" else None,
        event=event,
        properties=properties,
        traits=traits.person or None,
        company=company,
        company_traits=of_company,
        machine=machine,
        session_id=session_id,
        further=() if click is None else (("Ad Clicked", clicked_properties(properties, click)),),
        agreed=agreed_in(
            event,
            properties,
            {} if kind == "group" else item.traits or {},
            context,
            categories=categories,
            machine=machine,
        ),
    )


def _identifiers(user: str | None, mail: str | None, anonymous: str | None) -> Iterator[Identifier]:
    if user is not None:
        yield Identifier("user", user)
        as_address = normal_address(user)
        if as_address is not None:
            yield Identifier("email", as_address)
    if mail is not None:
        yield Identifier("email", mail)
    if anonymous is not None:
        yield Identifier("anonymous", anonymous)


def _alias(user: str | None, previous: str | None) -> Iterator[Identifier]:
    """Yield who an alias says are one: the id before may be a user's or a browser's."""
    yield from _identifiers(user, None, None)
    yield from _identifiers(previous, None, previous)


def _before(user: str | None, previous: str | None) -> Identifier | None:
    return None if previous is None or previous == user else Identifier("user", previous)


def _address(value: Json) -> str | None:
    return normal_address(value) if isinstance(value, str) else None


def _person(kind: str, item: _Item, context: Mapping[str, Any]) -> Traits:
    """Return what is said of the person: the item's traits, but for a group's, over the context's."""
    in_context = context.get("traits")
    if not in_context and not item.traits:
        return _NOTHING  # most say nothing
    found = person_traits(in_context) if isinstance(in_context, dict) else _NOTHING
    own = person_traits(item.traits) if item.traits and kind != "group" else _NOTHING
    person = with_job_title({**found.person, **own.person})
    if own.company is None and own.of_company is None:
        return Traits(person, found.company, found.of_company)
    return Traits(person, own.company, own.of_company)


def _company(
    kind: str, group: str | None, item: _Item, context: Mapping[str, Any], traits: Traits
) -> tuple[str | None, dict[str, Json] | None]:
    """Return the id of the company and what is said of it."""
    if kind == "group":
        return group, company_traits(item.traits or {}) if group is not None else None
    group = group or fit_id(context.get("groupId"))
    if group is None or group == traits.company or traits.company is None:
        return group or traits.company, traits.of_company
    # What is said is of another company than the one that the person is in.
    return group, None


def _properties(
    kind: str, item: _Item, given: dict[str, Json], context: Mapping[str, Any]
) -> tuple[dict[str, Json], Click | None]:
    """Return the properties of an event, and the advertisement that led to it, if it is a page view."""
    properties = given
    if kind in ("page", "screen") and (item.name is not None or item.category is not None):
        called = named({"name": item.name, "category": item.category}, lower_name)
        properties = {**called, **given}
    page = kind == "page"
    if page:
        properties = page_properties(properties, context)
    link = link_of(properties, context)
    return touched(properties, context, page=page, link=link), ad_click(link) if page else None


def _session(properties: dict[str, Json], context: Mapping[str, Any]) -> str | None:
    """Return the id of the visit by the client's count, and take it out of the properties."""
    told = fit_id(properties.pop("session_id", None))
    return told or fit_id(properties.get("sessionid")) or fit_id(context.get("sessionId"))
