"""Which pages does a visit see, for how long, and from where?"""

from __future__ import annotations

import msgspec
import numpy as np
import pyarrow as pa

from .catalogue import CAMPAIGNS, PAGES, SITE
from .dice import SECOND, Floats, Ints, choose, dice, words
from .happenings import HUMAN, Happenings
from .people import People
from .personas import PERSONAS, by_lead
from .sessions import PAGE_OF, Goal, Visits

__all__ = ["Readings", "draw_readings", "page_events", "session_ids"]

MOST_PAGES = 14
LEAVING_LOST = 0.25  # browsers do not always manage to say that a page was left
LONGEST_STAY = 25 * 60  # seconds, below the half hour that would begin another session

LOOKING, ACTING = 42.0, 55.0  # seconds that half of the pages are read, by the goal of the visit
PATHS = [p.path for p in PAGES]
URLS = [SITE + path for path in PATHS]
KINDS = ("home", "product", "pricing", "blog", "docs", "careers")


class Readings(msgspec.Struct, frozen=True):
    """One entry for each page read: in which visit, at what place in it, which, when, how many seconds."""

    visit: Ints
    place: Ints
    page: Ints
    at: Ints
    seconds: Ints


def draw_readings(visits: Visits, people: People, seed: int) -> Readings:
    """Return the pages of all visits, the last being that of the goal where there is one."""
    rng, persona = dice(seed, "pages"), people.persona[visits.lead]
    count = np.minimum(rng.geometric(1 / by_lead(persona, lambda p: p.pages)), MOST_PAGES)
    visit = np.repeat(np.arange(len(count)), count)
    first = np.cumsum(count) - count
    place = np.arange(len(visit)) - first[visit]
    page, goal = _chosen(rng, persona[visit]), visits.goal[visit]
    for kind, path in PAGE_OF.items():
        page[(place == count[visit] - 1) & (goal == kind)] = PATHS.index(path)
    seconds = _stays(rng, np.where(goal == Goal.LOOK, LOOKING, ACTING))
    stay = seconds * SECOND + rng.integers(100, 900, len(visit)) * 1000
    so_far = np.cumsum(stay) - stay
    length = np.add.reduceat(stay, first) if len(stay) else stay
    begins = visits.at - np.where(visits.goal == Goal.LOOK, 0, length)
    return Readings(visit, place, page, begins[visit] + so_far - so_far[first[visit]], seconds)


def _stays(rng: np.random.Generator, usual: Floats) -> Ints:
    """Return for how many seconds pages are read: around the usual time, now and then very long."""
    seconds: Ints = np.clip(rng.lognormal(np.log(usual), 1.05), 3, LONGEST_STAY).astype(np.int64)
    return seconds


def _chosen(rng: np.random.Generator, persona: Ints) -> Ints:
    """Return pages by taste: each persona has weights for kinds of pages, the pages of a kind share them."""
    page = np.zeros(len(persona), np.int64)
    of_kind = {kind: [i for i, p in enumerate(PAGES) if p.kind == kind] for kind in KINDS}
    for number, who in enumerate(PERSONAS):
        weights = np.zeros(len(PAGES))
        for kind, taste in zip(KINDS, who.taste, strict=True):
            weights[of_kind[kind]] = taste / len(of_kind[kind])
        here = np.flatnonzero(persona == number)
        page[here] = choose(rng, weights.tolist(), len(here))
    return page


def page_events(visits: Visits, readings: Readings, seed: int) -> list[Happenings]:
    """Return `Page Viewed`, `Page Left` and `Ad Clicked`."""
    rng, lead = dice(seed, "page events"), visits.lead[readings.visit]
    url = words(URLS, readings.page)
    path = words(PATHS, readings.page)
    touch = np.where(readings.place == 0, visits.touch[readings.visit], -1)
    session = session_ids(readings.visit, len(visits.lead))
    seen = {
        "path": path,
        "url": url,
        "title": words([p.title for p in PAGES], readings.page),
        "referrer": _referrer(readings, touch),
        **_campaign(touch),
        "session_id": session,
    }
    kept = rng.random(len(lead)) >= LEAVING_LOST
    left = {"path": path, "url": url, "session_id": session, "seconds": pa.array(readings.seconds)}
    return [
        Happenings(event="Page Viewed", lead=lead, at=readings.at, verdict=HUMAN, properties=seen),
        Happenings(
            event="Page Left",
            lead=lead[kept],
            at=(readings.at + readings.seconds * SECOND)[kept],
            verdict=HUMAN,
            properties={name: column.filter(pa.array(kept)) for name, column in left.items()},
        ),
        _ads(visits, readings, touch),
    ]


def session_ids(visit: Ints, visits: int) -> pa.DictionaryArray:
    """Return the session of each entry: a visit is a session."""
    return words([f"s{i:07d}" for i in range(1, visits + 1)], visit)


def _referrer(readings: Readings, touch: Ints) -> pa.DictionaryArray:
    """Return where each page was reached from: the campaign's site at first, then the page before."""
    before = np.concatenate([[0], readings.page[:-1]])
    sources = URLS + [c.referrer for c in CAMPAIGNS]
    position = np.where(readings.place == 0, len(PAGES) + touch, before)
    nothing = (readings.place == 0) & np.array([not c.referrer for c in CAMPAIGNS])[touch]
    return words(sources, np.where(nothing, -1, position))


def _campaign(touch: Ints) -> dict[str, pa.Array]:
    """Return the utm columns; NULL where no campaign says where the visit comes from."""
    tagged = np.where(np.array([bool(c.name) for c in CAMPAIGNS])[touch] & (touch >= 0), touch, -1)
    return {
        "utm_source": words([c.source for c in CAMPAIGNS], tagged),
        "utm_medium": words([c.medium for c in CAMPAIGNS], tagged),
        "utm_campaign": words([c.name for c in CAMPAIGNS], tagged),
    }


def _ads(visits: Visits, readings: Readings, touch: Ints) -> Happenings:
    """Return the click on the ad that each paid visit begins with."""
    paid = (touch >= 0) & np.array([c.click > 0 for c in CAMPAIGNS])[touch]
    columns = _campaign(touch[paid])
    columns["url"] = words(URLS, readings.page[paid])
    lead, at = visits.lead[readings.visit[paid]], readings.at[paid] - SECOND
    return Happenings(event="Ad Clicked", lead=lead, at=at, verdict=HUMAN, properties=columns)
