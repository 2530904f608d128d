"""When does each lead visit the site, and what for?

A visit has a goal: to look around, or to do one thing at its end (a form, a download, a demo, …).
What sales and the scores live on are those ends; the pages on the way are drawn in `pages`.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import IntEnum
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

from .catalogue import CAMPAIGNS, CONTENTS, PRODUCTS
from .dice import DAY, HOUR, MINUTE, Bools, Ints, choose, dice
from .people import NEVER, People
from .personas import PERSONAS, Persona, by_lead
from .rhythm import Rhythm, in_rhythm

__all__ = ["PAGE_OF", "Goal", "Visits", "Webinar", "draw_visits", "joined", "webinars"]

DIRECT, ORGANIC, NEWSLETTER = 0, 1, 2
Share = npt.NDArray[np.floating[Any]] | float
WEBINAR_EVERY, WEBINAR_HOUR = 14, 17


class Goal(IntEnum):
    """What a visit ends with."""

    LOOK = 0
    SUBSCRIBE = 1
    CONTACT = 2
    DOWNLOAD = 3
    REGISTER = 4
    DEMO = 5
    TRIAL = 6
    CART = 7
    WISHLIST = 8


PAGE_OF = {
    Goal.SUBSCRIBE: "/newsletter",
    Goal.CONTACT: "/contact",
    Goal.DOWNLOAD: "/resources",
    Goal.REGISTER: "/webinars",
    Goal.DEMO: "/demo",
    Goal.TRIAL: "/trial",
    Goal.CART: "/shop",
    Goal.WISHLIST: "/shop",
}


class Visits(msgspec.Struct, frozen=True):
    """One entry for each visit. `at` is its first page, or its end where it has a goal.

    `detail` is the position of the content, webinar or product; `touch` that of the campaign.
    """

    lead: Ints
    at: Ints
    goal: Ints
    detail: Ints
    touch: Ints

    def where(self, which: Bools) -> Visits:
        """Return those of the visits."""
        return Visits(*(getattr(self, name)[which] for name in self.__struct_fields__))


class Webinar(msgspec.Struct, frozen=True):
    """One date of the webinar series, whose titles go round; `imported` when its list came a day later."""

    at: int
    imported: bool


def joined(parts: list[Visits]) -> Visits:
    """Return all visits as one."""
    columns = (np.concatenate([getattr(p, name) for p in parts]) for name in Visits.__struct_fields__)
    return Visits(*columns)


def webinars(start: int, end: int) -> list[Webinar]:
    """Return the series: every second Tuesday at 17:00 UTC; each third list is imported the next day."""
    tuesday = start // DAY + (5 - start // DAY) % 7 + 7
    dates = [day * DAY + WEBINAR_HOUR * HOUR for day in range(tuesday, end // DAY, WEBINAR_EVERY)]
    return [Webinar(at, n % 3 == 1) for n, at in enumerate(dates)]


def draw_visits(people: People, rhythm: Rhythm, *, seed: int, start: int, end: int) -> Visits:
    """Return all visits of the year that do not come from a mail."""
    parts = [
        _first(people, seed, start),
        _before_known(people, rhythm, seed),
        _around(people, rhythm, dice(seed, "visits"), people.interest_from, 1.0),
        *_wishes(people, rhythm, dice(seed, "wishes"), people.interest_from, 1.0),
        *_second_time(people, rhythm, seed),
        *_registrations(people, rhythm, seed, webinars(start, end)),
    ]
    visits = joined(parts)
    return visits.where((visits.at >= start) & (visits.at < end))


def _visits(lead: Ints, at: Ints, goal: Goal, detail: Ints | int, touch: Ints) -> Visits:
    size = len(lead)
    return Visits(lead, at, np.full(size, int(goal)), np.zeros(size, np.int64) + detail, touch)


def _first(people: People, seed: int, start: int) -> Visits:
    """Return the visit in which each new lead gave its name: subscribing, else for a paper, else writing."""
    rng, lead = dice(seed, "first visit"), np.flatnonzero(~people.old & (people.created >= start))
    draw = rng.random(len(lead))
    goal = np.where(draw < 0.45, Goal.CONTACT, Goal.DOWNLOAD)
    goal = np.where(people.subscribed_from[lead] < NEVER, int(Goal.SUBSCRIBE), goal)
    paper = np.where(goal == Goal.DOWNLOAD, rng.integers(1, len(CONTENTS), len(lead)), 0)
    return Visits(lead, people.created[lead], goal.astype(np.int64), paper, _first_touch(people, seed)[lead])


def _first_touch(people: People, seed: int) -> Ints:
    """Return how each lead found the site at first, by the weights of its persona."""
    rng, touch = dice(seed, "first touch"), np.zeros(len(people.persona), np.int64)
    for number, kind in enumerate(PERSONAS):
        who = np.flatnonzero(people.persona == number)
        touch[who] = choose(rng, kind.touch, len(who))
    return touch


def _before_known(people: People, rhythm: Rhythm, seed: int) -> Visits:
    """Return visits of the fortnight before a lead gave its name: stitched to it afterwards."""
    rng = dice(seed, "anonymous visits")
    fresh = np.where(people.old, 0.0, np.minimum(by_lead(people.persona, lambda p: p.sessions) * 0.15, 1.5))
    lead = np.repeat(np.arange(len(fresh)), rng.poisson(fresh))
    created = people.created[lead]
    rough = created - (rng.random(len(lead)) * 14 * DAY).astype(np.int64)
    at = in_rhythm(rhythm, rng, rough, people.zone[lead], np.zeros(len(lead), np.int64))
    early = at < created - HOUR
    return _visits(lead[early], at[early], Goal.LOOK, 0, _first_touch(people, seed)[lead[early]])


def _around(
    people: People,
    rhythm: Rhythm,
    rng: np.random.Generator,
    begin: Ints,
    share: npt.NDArray[np.floating[Any]] | float,
) -> Visits:
    """Return the visits of the days of interest: many at first, fewer later, in unequal numbers."""
    mean = by_lead(people.persona, lambda p: p.sessions) * share * rng.gamma(2.0, 0.5, len(begin))
    lead = np.repeat(np.arange(len(begin)), rng.poisson(mean))
    span = (people.interest_until - people.interest_from)[lead]
    rough = begin[lead] + (span * rng.beta(1.0, 1.6, len(lead))).astype(np.int64)
    at = in_rhythm(rhythm, rng, rough, people.zone[lead], begin[lead] + 30 * MINUTE)
    again = choose(rng, (6, 2, 0.3, 0.2, 0.6, 0.3, 0.3, 0.8), len(lead))
    return _visits(lead, at, Goal.LOOK, 0, again)


# What leads do once, if at all, and in which part of their days of interest.
WISHES: tuple[tuple[Goal, int, Callable[[Persona], float], float, float], ...] = (
    (Goal.DOWNLOAD, 0, lambda p: p.guide, 0.00, 0.60),
    (Goal.DOWNLOAD, 1, lambda p: p.content, 0.00, 0.90),
    (Goal.WISHLIST, 0, lambda p: p.wishlist, 0.20, 0.80),
    (Goal.CART, 0, lambda p: p.cart, 0.40, 0.95),
    (Goal.TRIAL, 0, lambda p: p.trial, 0.30, 0.95),
    (Goal.DEMO, 0, lambda p: p.demo, 0.35, 1.00),
)


def _wishes(
    people: People, rhythm: Rhythm, rng: np.random.Generator, begin: Ints, share: float
) -> list[Visits]:
    """Return the visits that end with something done."""
    found = []
    for goal, detail, trait, earliest, latest in WISHES:
        lead = np.flatnonzero(rng.random(len(begin)) < by_lead(people.persona, trait) * share)
        span = (people.interest_until - people.interest_from)[lead]
        rough = begin[lead] + (span * rng.uniform(earliest, latest, len(lead))).astype(np.int64)
        at = in_rhythm(rhythm, rng, rough, people.zone[lead], begin[lead] + 20 * MINUTE)
        if goal in (Goal.CART, Goal.WISHLIST):
            details = choose(rng, (1, 4, 4, 2, 2, 1), len(lead)) % len(PRODUCTS)
        else:
            details = np.where(detail, rng.integers(1, len(CONTENTS), len(lead)), 0)
        touch = choose(rng, (6, 3, 0.2, 0.2, 1, 0.8, 0.5, 0.5), len(lead)) % len(CAMPAIGNS)
        found.append(_visits(lead, at, goal, details, touch))
    return found


def _second_time(people: People, rhythm: Rhythm, seed: int) -> list[Visits]:
    """Return what those do who come back two to four months after their first time of interest began."""
    rng = dice(seed, "comeback")
    back = rng.random(len(people.persona)) < by_lead(people.persona, lambda p: p.comeback)
    begin = people.interest_from + rng.integers(60, 130, len(back)) * DAY
    visits = _around(people, rhythm, dice(seed, "visits again"), begin, back * 0.5)
    wishes = [w.where(back[w.lead]) for w in _wishes(people, rhythm, dice(seed, "wishes again"), begin, 0.8)]
    return [visits, *wishes]


def _registrations(people: People, rhythm: Rhythm, seed: int, series: list[Webinar]) -> list[Visits]:
    """Return the visits that register for a webinar, at most ten days before it."""
    rng, found = dice(seed, "webinar registrations"), []
    chance = by_lead(people.persona, lambda p: p.webinar)
    for number, webinar in enumerate(series):
        keen = (people.interest_from < webinar.at - HOUR) & (people.interest_until > webinar.at - 3 * DAY)
        lead = np.flatnonzero(keen & (rng.random(len(chance)) < chance))
        rough = webinar.at - (rng.random(len(lead)) * 10 * DAY).astype(np.int64)
        floor = people.interest_from[lead] + 10 * MINUTE
        at = in_rhythm(rhythm, rng, np.maximum(rough, floor), people.zone[lead], floor)
        soon = at < webinar.at
        touch = choose(rng, (4, 1, 3, 0.5, 0, 0, 3, 0), len(lead))
        found.append(_visits(lead[soon], at[soon], Goal.REGISTER, number, touch[soon]))
    return found
