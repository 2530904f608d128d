"""Of how many leads can the rules of an agreement be decided, and what is worth collecting?

Some thousand leads are looked at, which takes a second or two: a part that the page asks for when it is
there, and that is kept for a quarter of an hour.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import msgspec
from django.core.cache import cache
from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from handraiser.agreement.model import Agreement
from handraiser.agreement.wording import capital, readable
from handraiser.edge.data_health import health_of
from handraiser.edge.health_told import looked_at, percent, worth_told
from handraiser.edge.running import now
from handraiser.edge.web.frame.access import EVERYBODY, page, user_of
from handraiser.flows.live import agreement_of
from handraiser.flows.publishing import live_of
from handraiser.learning.health import UNKNOWN, ConditionHealth, Health, Tally

__all__ = ["agreement_health", "agreement_health_found"]

_KEPT_FOR = 900  # seconds
_OLD = 90 * 86_400_000_000
_SECTIONS = (
    ("Who they are: fit", ("fit",)),
    ("What they do: events", ("event",)),
    ("Who qualifies", ("mql", "hand_raise", "never")),
)
_QUALIFY = {"mql": "An MQL", "hand_raise": "Asks for sales itself", "never": "Never"}
_UNTOLD = "not known"
_said: msgspec.json.Decoder[Health] = msgspec.json.Decoder(Health)


class Cell(NamedTuple):
    """Of how many of the leads of an origin something is unknown: as a share of 100, None of no leads."""

    unknown: int | None
    leads: int


class Line(NamedTuple):
    """A condition, or an attribute: of a hundred leads so many.

    called  whose condition it is, empty of the parts of one
    """

    called: str
    text: str
    part: bool
    number: bool
    leads: int
    true: int
    false: int
    unknown: int
    cells: list[Cell]


class Known(NamedTuple):
    """An attribute: how much of it is known, and by the month in which leads were first seen.

    stale  whether nothing new has been heard of it for long
    """

    line: Line
    ever: bool
    heard_at: int | None
    stale: bool
    months: list[tuple[str, int, int]]


@page(EVERYBODY)
def agreement_health(request: HttpRequest, name: str) -> HttpResponse:
    """Show where the health of the data that an agreement reads will stand."""
    agreement = _agreement(name)
    found = cache.get(_key(agreement))
    told: dict[str, Any] = {"name": name, "agreement": agreement}
    if found is not None:
        told |= _told(agreement, _said.decode(found))
    return render(request, "agreements/health.html", told)


@page(EVERYBODY)
def agreement_health_found(request: HttpRequest, name: str) -> HttpResponse:
    """Show how healthy the data are that an agreement reads: a part of the page."""
    agreement = _agreement(name)
    found = health_of(agreement, now=now())
    told: dict[str, Any] = {"name": name, "agreement": agreement, "zone": user_of(request).timezone}
    if found is not None:
        cache.set(_key(agreement), msgspec.json.encode(found), _KEPT_FOR)
        told |= _told(agreement, found)
    return render(request, "agreements/health_found.html", told)


def _agreement(name: str) -> Agreement:
    """Return what is live of a name, else what runs beside."""
    at = now()
    found = live_of(name, at) or live_of(name, at, shadow=True)
    if found is None:
        raise Http404
    return agreement_of(found)


def _key(agreement: Agreement) -> str:
    return f"health:{connection.settings_dict['NAME']}:{agreement.name}:{agreement.fingerprint}"


def _told(agreement: Agreement, found: Health) -> dict[str, Any]:
    return {
        "health": found,
        "looked_at": looked_at(found),
        "worth": [(one, worth_told(one, agreement), percent(one.unknown, one.leads)) for one in found.worth],
        "origins": [_UNTOLD if each.name == UNKNOWN else each.name for each in found.origins],
        "columns": 3 + len(found.origins),
        "sections": [
            (says, _lines(each for each in found.conditions if each.of in of)) for says, of in _SECTIONS
        ],
        "attributes": [_known(found, place) for place in range(len(found.attributes))],
    }


def _lines(conditions: Iterable[ConditionHealth]) -> list[Line]:
    return [
        _line("" if each.part else _called(each), each.text, each.all, each.origins, each.part, each.number)
        for each in conditions
    ]


def _called(condition: ConditionHealth) -> str:
    return _QUALIFY.get(condition.of) or capital(readable(condition.rule, condition.title))


def _line(
    called: str, text: str, tally: Tally, origins: Sequence[Tally], part: bool = False, number: bool = False
) -> Line:
    true, false = (percent(each, tally.leads) for each in (tally.true, tally.false))
    return Line(
        called, text, part, number, tally.leads, true, false, percent(tally.unknown, tally.leads),
        [Cell(percent(each.unknown, each.leads) if each.leads else None, each.leads) for each in origins],
    )  # fmt: skip


def _known(found: Health, place: int) -> Known:
    one = found.attributes[place]
    return Known(
        _line("", one.name, one.all, one.origins),
        one.ever,
        one.heard_at,
        one.heard_at is not None and found.at - one.heard_at > _OLD,
        [(each.month, percent(each.known, each.leads), each.leads) for each in one.months],
    )
