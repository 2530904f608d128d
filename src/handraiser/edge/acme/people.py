"""Who are the leads, where do they work, and what is known of them when?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa

from .catalogue import COUNTRIES, GIVEN_NAMES, LADDERS, SURNAMES
from .dice import DAY, SECOND, Bools, Ints, choose, dice, instants, whole_seconds, words
from .market import Market, domains_of, pool_of
from .personas import PERSONAS, by_lead, number_of
from .rhythm import Rhythm, in_rhythm

__all__ = ["People", "draw_people", "lead_ids", "lead_rows", "met_at"]

PROMOTED = 0.08
MOVED = 0.015
TITLE_MISSING = 0.25
IMPORTED = 0.60  # of the leads older than the year: from lists, without an instant of being known
NEVER = 1 << 62  # far from any instant, and still room to add to it
STUDENT_TITLE = "Student"


class People(msgspec.Struct, frozen=True):
    """One entry for each lead; instants are microseconds.

    company          -1 for none
    created          when the lead became known to Acme
    interest_from    when its days of interest begin; not before `created`
    interest_until   when they end
    subscribed_from  when it got on the newsletter's list, NEVER if not
    rank             0 to 4, the step of its career
    """

    persona: Ints
    company: Ints
    country: Ints
    zone: Ints
    created: Ints
    interest_from: Ints
    interest_until: Ints
    subscribed_from: Ints
    gateway: Bools
    free: Bools
    buys: Bools
    old: Bools
    rank: Ints


def draw_people(market: Market, rhythm: Rhythm, *, seed: int, leads: int, start: int, end: int) -> People:
    """Return everybody, in the order of their ids."""
    rng = dice(seed, "people")
    persona, company = _placed(rng, market, leads)
    country = np.where(company < 0, choose(rng, [c[1] for c in COUNTRIES], leads), market.country[company])
    zone, old = _zones(rng, country), rng.random(leads) < by_lead(persona, lambda p: p.old)
    created, begin = _beginnings(rng, rhythm, zone, old, (start, end))
    span = (by_lead(persona, lambda p: p.span) * DAY * rng.uniform(0.6, 1.5, leads)).astype(np.int64)
    subscribed = rng.random(leads) < by_lead(persona, lambda p: p.subscribed)
    return People(
        persona=persona,
        company=company,
        country=country,
        zone=zone,
        created=created,
        interest_from=begin,
        interest_until=begin + span,
        subscribed_from=np.where(subscribed, created, NEVER),
        gateway=(company >= 0) & market.gateway[company],
        free=(company < 0) | (rng.random(leads) < by_lead(persona, lambda p: p.free)),
        buys=rng.random(leads) < by_lead(persona, lambda p: p.buys),
        old=old,
        rank=_ranks(rng, persona),
    )


def _placed(rng: np.random.Generator, market: Market, leads: int) -> tuple[Ints, Ints]:
    """Return everybody's persona and company; each customer company has the one person who bought."""
    persona = choose(rng, [p.share for p in PERSONAS], leads)
    customers = np.flatnonzero(market.customer)
    buyers = rng.permutation(leads)[: len(customers)]
    persona[buyers] = number_of("customer")
    company = _companies(rng, market, persona)
    company[buyers] = customers
    return persona, company


def _companies(rng: np.random.Generator, market: Market, persona: Ints) -> Ints:
    """Return where everybody works: employed at all, then in a target company or anywhere in the pool."""
    company = np.full(len(persona), -1, np.int64)
    for number, kind in enumerate(PERSONAS):
        who = np.flatnonzero(persona == number)
        employed = rng.random(len(who)) < kind.employed
        aimed = rng.random(len(who)) < kind.target
        for pool, part in ((kind.pool, who[employed & ~aimed]), ("target", who[employed & aimed])):
            weights = np.where(pool_of(market, pool), market.popularity, 0.0)
            company[part] = choose(rng, weights.tolist(), len(part))
    return company


def _zones(rng: np.random.Generator, country: Ints) -> Ints:
    zone = np.zeros(len(country), np.int64)
    for number, (_, _, places) in enumerate(COUNTRIES):
        here = np.flatnonzero(country == number)
        zone[here] = np.array([z for z, _ in places])[choose(rng, [w for _, w in places], len(here))]
    return zone


def _beginnings(
    rng: np.random.Generator, rhythm: Rhythm, zone: Ints, old: Bools, year: tuple[int, int]
) -> tuple[Ints, Ints]:
    """Return when everybody became known and when their days of interest begin.

    The market grows: a little more come in the second half of the year than in the first. Who is older
    than the year finds interest at some time in it; for who comes in the year it is the day they come.
    """
    (start, end), size = year, len(zone)
    arrival = start + ((end - start) * rng.random(size) ** 0.85).astype(np.int64)
    arrival = in_rhythm(rhythm, rng, arrival, zone, np.full(size, start))
    before = start - rng.integers(5, 540, size) * DAY + rng.integers(8 * 3600, 18 * 3600, size) * SECOND
    arrival = arrival // SECOND * SECOND
    awakened = start + rng.integers(0, (end - start) // SECOND, size) * SECOND
    return np.where(old, before, arrival), np.where(old, awakened, arrival)


def _ranks(rng: np.random.Generator, persona: Ints) -> Ints:
    draw = rng.random(len(persona))
    chief, director = by_lead(persona, lambda p: p.chief), by_lead(persona, lambda p: p.director)
    top = rng.integers(3, 5, len(persona))
    return np.where(draw < chief, top, np.where(draw < chief + director, 2, rng.integers(0, 2, len(persona))))


def lead_ids(leads: int) -> list[str]:
    """Return the ids of all leads, in order."""
    return [f"L{i:06d}" for i in range(1, leads + 1)]


def met_at(people: People, companies: int) -> Ints:
    """Return when Acme first heard of each company: with its first lead; NEVER where none came."""
    first = np.full(companies, NEVER, np.int64)
    works = people.company >= 0
    np.minimum.at(first, people.company[works], people.created[works])
    return np.where(first == NEVER, NEVER, first + 2 * SECOND)


def lead_rows(people: People, market: Market, seed: int, end: int) -> pa.Table:
    """Return the leads input: a first row for each, then enrichment, promotions, changes of company.

    A title found by enrichment is valid since the lead came and known days later. A promotion is known
    up to two months late. A lead imported from a list has no `known_at`.
    """
    rng, leads = dice(seed, "lead history"), len(people.persona)
    student = people.persona == number_of("student")
    title = np.where(student, len(LADDERS) * 5, rng.integers(0, len(LADDERS), leads) * 5 + people.rank)
    fate = rng.random(leads)
    promoted = np.flatnonzero((fate < PROMOTED) & (people.rank < 4) & ~student)
    settled = (people.company < 0) | (people.persona == number_of("customer"))
    moved = np.flatnonzero((fate > 1 - MOVED) & ~settled)
    untitled = (rng.random(leads) < TITLE_MISSING) & ~student
    found = np.flatnonzero(untitled)
    elsewhere = choose(rng, np.where(pool_of(market, "market"), market.popularity, 0.0).tolist(), len(moved))
    first, created, company = np.arange(leads), people.created, people.company
    seen = np.where(people.old & (rng.random(leads) < IMPORTED), 0, created + 2 * SECOND)
    found_at = created[found] + whole_seconds(rng.lognormal(1.2, 0.8, len(found)) * DAY)
    parts = [
        (first, created, seen, np.where(untitled, -1, title), company),
        (found, created[found], found_at, title[found], company[found]),
        (promoted, *_later(rng, created[promoted], end, 60), title[promoted] + 1, company[promoted]),
        (moved, *_later(rng, created[moved], end, 30), title[moved], elsewhere),
    ]
    return _table(people, market, seed, _in_order(parts, people.created, end))


def _in_order(parts: Sequence[tuple[Ints, ...]], created: Ints, end: int) -> dict[str, Ints]:
    """Return the rows that are known by `end`, by lead and in the order in which they became known."""
    lead, valid, seen, title, company = (np.concatenate([part[i] for part in parts]) for i in range(5))
    begins = np.where(seen == 0, valid, seen)
    order = np.lexsort((begins, lead))
    order = order[(begins < end)[order] & (created < end)[lead[order]]]
    rows = {"lead": lead, "valid": valid, "seen": seen, "title": title, "company": company}
    return {name: column[order] for name, column in rows.items()}


def _later(rng: np.random.Generator, created: Ints, end: int, days: int) -> tuple[Ints, Ints]:
    """Return when something changed after `created`, at a midnight, and when Acme learned of it."""
    room = np.maximum(end - created, 2 * DAY)
    at = (created + (room * rng.random(len(created))).astype(np.int64)) // DAY * DAY + DAY
    return at, at + rng.integers(0, days * 24 * 3600, len(created)) * SECOND


def _table(people: People, market: Market, seed: int, rows: dict[str, Ints]) -> pa.Table:
    lead, leads = rows["lead"], len(people.persona)
    given, surname, email = _names(people, market, seed)
    titles = [title for ladder in LADDERS for title in ladder] + [STUDENT_TITLE]
    columns: dict[str, Any] = {
        "lead_id": words(lead_ids(leads), lead),
        "company_id": words([f"C{i:05d}" for i in range(1, len(market.country) + 1)], rows["company"]),
        "created_at": instants(people.created[lead]),
        "valid_from": instants(rows["valid"]),
        "known_at": instants(rows["seen"], rows["seen"] == 0),
        "email": words(email, lead),
        "first_name": words(GIVEN_NAMES, given[lead]),
        "last_name": words(SURNAMES, surname[lead]),
        "job_title": words(titles, rows["title"]),
        "country": words([code for code, _, _ in COUNTRIES], people.country[lead]),
    }
    return pa.table(columns)


def _names(people: People, market: Market, seed: int) -> tuple[Ints, Ints, list[str]]:
    """Return given names, surnames and addresses.

    A free mailbox gets an underscore, which that provider does not allow: nobody's address by accident.
    """
    rng, leads = dice(seed, "names"), len(people.persona)
    given, surname = rng.integers(0, len(GIVEN_NAMES), leads), rng.integers(0, len(SURNAMES), leads)
    domains, taken, emails = domains_of(market), set[str](), list[str]()
    for i in range(leads):
        first, last = GIVEN_NAMES[given[i]].lower(), SURNAMES[surname[i]].lower()
        if people.free[i]:
            email = f"{first}_{last}_{i + 1}@gmail.com"
        else:
            email = f"{first}.{last}@{domains[people.company[i]]}"
            email = email if email not in taken else f"{first}.{last}.{i + 1}@{domains[people.company[i]]}"
        taken.add(email)
        emails.append(email)
    return given, surname, emails
