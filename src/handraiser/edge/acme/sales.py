"""What does sales make of the leads that it is handed?

Acme's people worked by a habit, not by an agreement: `signs` says whom they called, and when. The
outcomes follow from the persona, from whether it would buy, and from how soon sales answered.
"""

from __future__ import annotations

import msgspec
import numpy as np
import pyarrow.compute as pc

from .arrival import Arrived
from .catalogue import GUIDE, PIPELINE_WEBINAR
from .dice import DAY, HOUR, MINUTE, Bools, Floats, Ints, dice
from .market import Market
from .people import NEVER, People
from .personas import NAMES, by_lead, number_of
from .rhythm import Rhythm, next_open

__all__ = ["REASONS", "STAGES", "Signs", "Story", "Verdicts", "handed_over", "histories", "signs"]

STAGES = ("accepted", "sql", "opportunity", "customer", "lost", "recycled", "disqualified")
REASONS = ("not_ready", "no_budget", "no_response", "expired", "wrong_person", "bad_data", "competitor")
ACCEPTED, SQL, OPPORTUNITY, CUSTOMER, LOST, RECYCLED, DISQUALIFIED = range(7)
EXPIRED = REASONS.index("expired")
CLOSING = [REASONS.index("bad_data"), REASONS.index("competitor")]
NO_REASON = -1

PATIENCE = 30 * DAY  # three signs within it are enough; also how long a recycled lead is left alone
EXPIRES_AFTER = 14 * DAY
SMALLEST = 50
SQL_OF_BUYERS = 0.80
QUICK, SLOW = 1 * HOUR, 24 * HOUR
QUICK_FACTOR, SLOW_FACTOR = 1.20, 0.70  # on the chance of an SQL
LEFT_TO_EXPIRE = 0.12
NEVER_CONCLUDED = 0.10
SQL_TO_OPPORTUNITY = 0.80
SOLD_WITHOUT_MARKETING = 0.30  # of those who would buy and were never handed over

# Why a lead is sent back, by persona: weights of REASONS.
BACK = {
    "champion": (5, 2, 3, 0, 0.5, 0.2, 0),
    "researcher": (6, 2, 2, 0, 2, 0.3, 0),
    "student": (0, 2, 1, 0, 1, 8, 0),
    "competitor": (0, 0, 1, 0, 0, 1, 8),
    "customers_colleague": (1, 0, 1, 0, 8, 0, 0),
    "dead_mailbox": (0, 0, 4, 0, 0, 6, 0),
    "newsletter_only": (5, 2, 4, 0, 1, 0.5, 0),
    "passer_by": (4, 3, 5, 0, 2, 1, 0),
    "customer": (1, 0, 1, 0, 8, 0, 0),
}


class Signs(msgspec.Struct, frozen=True):
    """What makes sales call: one entry each, by lead and by when Acme knew. `asks` is a demo or a trial."""

    lead: Ints
    known_at: Ints
    asks: Bools


class Story(msgspec.Struct, frozen=True):
    """Outcomes in no order: whose, which of STAGES, when, and which of REASONS (-1 for none)."""

    lead: Ints
    stage: Ints
    at: Ints
    reason: Ints


class Verdicts(msgspec.Struct, frozen=True):
    """What became of a round of hand-overs, per lead: when it is open again (NEVER if it is not)."""

    story: Story
    open_again: Ints


def signs(arrived: Arrived) -> Signs:
    """Return the signs: demos, trials; the guide, the webinar, a filled cart, and pricing once a day."""
    table = arrived.table
    title, path, price = table["title"], table["path"], table["price"]
    asks = _named(arrived, "Demo Requested") | _named(arrived, "Trial Started")
    guide = _named(arrived, "Content Downloaded") & _true(pc.equal(title, GUIDE))
    webinar = _named(arrived, "Webinar Attended") & _true(pc.equal(title, PIPELINE_WEBINAR))
    cart = _named(arrived, "Product Added") & _true(pc.greater(price, 0))
    pricing = _named(arrived, "Page Viewed") & _true(pc.starts_with(path.cast("string"), "/pricing"))
    pricing &= _first_of_day(arrived, pricing)
    which = np.flatnonzero((asks | guide | webinar | cart | pricing) & (arrived.lead >= 0))
    order = which[np.lexsort((arrived.known_at[which], arrived.lead[which]))]
    return Signs(arrived.lead[order], arrived.known_at[order], asks[order])


def _named(arrived: Arrived, event: str) -> Bools:
    return _true(pc.equal(arrived.event, event))


def _true(condition: object) -> Bools:
    found: Bools = pc.fill_null(condition, False).to_numpy(zero_copy_only=False)
    return found


def _first_of_day(arrived: Arrived, which: Bools) -> Bools:
    rows = np.flatnonzero(which)
    _, first = np.unique(arrived.lead[rows] * 100_000 + arrived.at[rows] // DAY, return_index=True)
    found = np.zeros(len(which), bool)
    found[rows[first]] = True
    return found


def handed_over(seen: Signs, people: People, market: Market, after: Ints) -> Ints:
    """Return when each lead is handed to sales at first after `after`, NEVER if it is not.

    Who asks for a demo or a trial from a company address is handed over at once; who works in a company
    of 50 and more is at the third sign within 30 days. Those who bought in former years never are.
    """
    counts = seen.known_at > after[seen.lead]
    lead, at, asks = seen.lead[counts], seen.known_at[counts], seen.asks[counts]
    third = np.zeros(len(lead), bool)
    third[2:] = (lead[2:] == lead[:-2]) & (at[2:] - at[:-2] <= PATIENCE)
    company = people.company[lead]
    large = (company >= 0) & (market.employees[company] >= SMALLEST)
    trigger = (asks & (company >= 0)) | (third & large)
    trigger &= people.persona[lead] != number_of("customer")
    found = np.full(len(people.persona), NEVER, np.int64)
    np.minimum.at(found, lead[trigger], at[trigger])
    return found


def histories(
    people: People, market: Market, rhythm: Rhythm, seen: Signs, *, seed: int, start: int, end: int
) -> tuple[Story, Ints]:
    """Return all outcomes known by `end`, in order, and when each lead was handed over at first."""
    rng, nobody = dice(seed, "sales"), np.zeros(len(people.persona), np.int64)
    first = handed_over(seen, people, market, nobody)
    one = _judged(rng, people, rhythm, first)
    second = np.where(one.open_again < NEVER, handed_over(seen, people, market, one.open_again), NEVER)
    two = _judged(rng, people, rhythm, second)
    story = _joined(
        [one.story, two.story, _bought_before(rng, people, start), _sold_without(rng, people, first)]
    )
    at = next_open(rhythm, rng, story.at, np.zeros_like(story.at))
    at = np.where(story.reason == EXPIRED, story.at, at)
    order = np.lexsort((story.stage, story.lead, at))
    order = order[at[order] < end]
    return Story(story.lead[order], story.stage[order], at[order], story.reason[order]), first


class _Course(msgspec.Struct, frozen=True):
    """How far each lead came that was handed over: whether and when, stage by stage."""

    accepted: Bools
    accepted_at: Ints
    sql: Bools
    sql_at: Ints
    opportunity: Bools
    opportunity_at: Ints
    concluded: Bools


def _course(rng: np.random.Generator, people: People, rhythm: Rhythm, lead: Ints, handed: Ints) -> _Course:
    """Return what sales makes of leads handed over at those instants, as far as it goes well."""
    size = len(lead)
    wait = (rng.lognormal(1.0, 1.25, size) * HOUR).astype(np.int64) // MINUTE * MINUTE + MINUTE
    accepted_at = next_open(rhythm, rng, handed + wait, np.zeros(size, np.int64))
    accepted = rng.random(size) < by_lead(people.persona[lead], lambda p: p.accepted)
    sql = accepted & (rng.random(size) < _chance_of_sql(people, lead, accepted_at - handed))
    sql_at = accepted_at + _days(rng, size, 2, 12)
    opportunity = sql & (rng.random(size) < SQL_TO_OPPORTUNITY)
    opportunity_at = sql_at + _days(rng, size, 2, 15)
    concluded = rng.random(size) >= NEVER_CONCLUDED
    return _Course(accepted, accepted_at, sql, sql_at, opportunity, opportunity_at, concluded)


def _judged(rng: np.random.Generator, people: People, rhythm: Rhythm, handed: Ints) -> Verdicts:
    """Return the outcomes of the leads handed over at those instants, and when they are open again."""
    lead = np.flatnonzero(handed < NEVER)
    at, size = handed[lead], len(lead)
    c = _course(rng, people, rhythm, lead, at)
    expired = ~c.accepted & (rng.random(size) < LEFT_TO_EXPIRE)
    ends = c.opportunity & c.concluded
    back = c.concluded & ~c.opportunity & ~expired
    back_at = np.where(c.sql, c.sql_at, c.accepted_at) + np.where(c.accepted, _days(rng, size, 3, 20), 0)
    reason = _reasons(rng, people.persona[lead])
    bad = np.isin(reason, CLOSING)
    story = _told(
        lead,
        (c.accepted, ACCEPTED, c.accepted_at, NO_REASON),
        (c.sql, SQL, c.sql_at, NO_REASON),
        (c.opportunity, OPPORTUNITY, c.opportunity_at, NO_REASON),
        (ends & people.buys[lead], CUSTOMER, c.opportunity_at + _days(rng, size, 10, 60), NO_REASON),
        (ends & ~people.buys[lead], LOST, c.opportunity_at + _days(rng, size, 10, 70), reason),
        (back & ~bad, RECYCLED, back_at, reason),
        (back & bad, DISQUALIFIED, back_at, reason),
        (expired, RECYCLED, at + EXPIRES_AFTER, EXPIRED),
    )
    again = np.where(expired, at + EXPIRES_AFTER, np.where(back & ~bad, back_at, NEVER - PATIENCE)) + PATIENCE
    open_again = np.full(len(handed), NEVER, np.int64)
    open_again[lead] = again
    return Verdicts(story, open_again)


def _chance_of_sql(people: People, lead: Ints, wait: Ints) -> Floats:
    """Return how likely accepted leads become SQLs: more if answered within the hour, less after a day."""
    plain = np.where(people.buys[lead], SQL_OF_BUYERS, by_lead(people.persona[lead], lambda p: p.sql))
    return plain * np.where(wait <= QUICK, QUICK_FACTOR, np.where(wait > SLOW, SLOW_FACTOR, 1.0))


def _days(rng: np.random.Generator, size: int, least: int, most: int) -> Ints:
    """Return between so many days, to the minute."""
    return rng.integers(least * 24 * 60, most * 24 * 60, size) * MINUTE


def _reasons(rng: np.random.Generator, persona: Ints) -> Ints:
    """Return why each lead would be sent back, by the weights of its persona."""
    weights = np.cumsum(np.array([BACK[name] for name in NAMES], dtype=np.float64), axis=1)
    draw = rng.random(len(persona)) * weights[persona, -1]
    reason: Ints = (draw[:, None] >= weights[persona]).sum(axis=1).astype(np.int64)
    return reason


def _told(lead: Ints, *chapters: tuple[Bools, int, Ints, Ints | int]) -> Story:
    """Return the outcomes of those for whom each chapter is true."""
    size = len(lead)
    parts = [
        Story(lead[which], np.full(size, stage)[which], at[which], np.broadcast_to(reason, size)[which])
        for which, stage, at, reason in chapters
    ]
    return _joined(parts)


def _joined(parts: list[Story]) -> Story:
    """Return several stories as one."""
    return Story(
        *(np.concatenate([getattr(part, name) for part in parts]) for name in Story.__struct_fields__)
    )


def _bought_before(rng: np.random.Generator, people: People, start: int) -> Story:
    """Return the purchases of those who became customers after they were known and before the year."""
    lead = np.flatnonzero(people.persona == number_of("customer"))
    room = start - 3 * DAY - people.created[lead]
    at = people.created[lead] + (room * rng.random(len(lead))).astype(np.int64) // MINUTE * MINUTE
    return _told(lead, (np.ones(len(lead), bool), CUSTOMER, at, NO_REASON))


def _sold_without(rng: np.random.Generator, people: People, handed: Ints) -> Story:
    """Return what sales sold to people whom marketing never handed over: they skip the MQL."""
    lead = np.flatnonzero(people.buys & (handed == NEVER))
    called = rng.random(len(lead)) < SOLD_WITHOUT_MARKETING
    begun = people.interest_from[lead] + _days(rng, len(lead), 15, 60)
    return _told(
        lead,
        (called, OPPORTUNITY, begun, NO_REASON),
        (called, CUSTOMER, begun + _days(rng, len(lead), 15, 60), NO_REASON),
    )
