"""What happens to the mails that the made company sends: who opens and clicks, people or machines?"""

from __future__ import annotations

import msgspec
import numpy as np
import pyarrow as pa

from .catalogue import SITE
from .dice import DAY, HOUR, MINUTE, SECOND, Bools, Ints, choose, dice, words
from .happenings import HUMAN, MACHINE, UNKNOWN, Happenings
from .people import NEVER, People
from .personas import by_lead
from .rhythm import Rhythm, in_rhythm
from .sessions import NEWSLETTER, Goal, Visits

__all__ = ["Sent", "clicks_of_people", "letters", "mail_events", "mail_visits", "send"]

NEWSLETTER_EVERY = 14
LINKS = ("/blog/sales-stages", "/blog/lead-scoring", "/customers", "/pricing", "/webinars", "/product")
SCANNER_UNJUDGED = 0.06  # machine clicks whose verdict is still unknown
PRIVATE_OPENING = 0.30  # mailboxes whose provider loads every picture itself
RETURNS = 0.10  # of those who unsubscribe
GUIDE_LETTERS = (2, 7, 14)  # days after the guide was downloaded


class Sent(msgspec.Struct, frozen=True):
    """One entry for each mail delivered. `letter` is a position in `letters`."""

    lead: Ints
    letter: Ints
    at: Ints


class Leaving(msgspec.Struct, frozen=True):
    """When each lead unsubscribes and returns; NEVER where it does not."""

    at: Ints
    back_at: Ints


def editions(start: int, end: int) -> list[int]:
    """Return when the newsletter goes out: every second Wednesday at 14:00 UTC."""
    day = start // DAY + (6 - start // DAY) % 7
    return [d * DAY + 14 * HOUR for d in range(day, end // DAY, NEWSLETTER_EVERY)]


def letters(start: int, end: int) -> list[str]:
    """Return the `email_id` of every newsletter, then of the letters that follow a download of the guide."""
    numbers = range(1, len(editions(start, end)) + 1)
    return [f"newsletter-{n:02d}" for n in numbers] + [f"guide-{n}" for n in range(1, len(GUIDE_LETTERS) + 1)]


def send(people: People, visits: Visits, *, seed: int, start: int, end: int) -> tuple[Sent, Leaving]:
    """Return every mail that was delivered, and who unsubscribed when."""
    rng, dates = dice(seed, "deliveries"), editions(start, end)
    guide = _first_guides(visits)
    batches = []
    for number, date in enumerate(dates):
        readers = np.flatnonzero(people.subscribed_from < date)
        batches.append((readers, number, np.full(len(readers), date)))
    for number, days in enumerate(GUIDE_LETTERS, start=len(dates)):
        batches.append((visits.lead[guide], number, visits.at[guide] + days * DAY))
    lead = np.concatenate([who for who, _, _ in batches])
    letter = np.concatenate([np.full(len(who), number) for who, number, _ in batches])
    at = np.concatenate([at for _, _, at in batches]) + rng.integers(1000, 1_200_000, len(lead)) * 1000
    leaving = _leaving(people, lead, at, seed)
    wanted = (at < leaving.at[lead]) | (at > leaving.back_at[lead])
    wanted &= at < end
    return Sent(lead[wanted], letter[wanted], at[wanted]), leaving


def _first_guides(visits: Visits) -> Ints:
    """Return the visits in which each lead downloaded the guide for the first time."""
    guides = np.flatnonzero((visits.goal == Goal.DOWNLOAD) & (visits.detail == 0))
    guides = guides[np.argsort(visits.at[guides], kind="stable")]
    _, first = np.unique(visits.lead[guides], return_index=True)
    return guides[first]


def _leaving(people: People, lead: Ints, at: Ints, seed: int) -> Leaving:
    """Return who unsubscribes: after each mail with the same small chance, minutes after it came."""
    rng, leads = dice(seed, "unsubscribing"), len(people.persona)
    annoyed = rng.random(len(lead)) < by_lead(people.persona, lambda p: p.unsubscribes)[lead]
    leave_at = np.full(leads, NEVER, np.int64)
    minutes = rng.integers(1, 600, len(lead)) * MINUTE + rng.integers(0, 60_000, len(lead)) * 1000
    np.minimum.at(leave_at, lead[annoyed], (at + minutes)[annoyed])
    back = (rng.random(leads) < RETURNS) & (leave_at < NEVER)
    return Leaving(leave_at, np.where(back, leave_at + rng.integers(20, 100, leads) * DAY, NEVER))


class Clicks(msgspec.Struct, frozen=True):
    """Clicks on links of mails: whose, in which mail, on which of LINKS, when, and the verdict."""

    lead: Ints
    letter: Ints
    link: Ints
    at: Ints
    verdict: Ints


def clicks_of_people(sent: Sent, people: People, rhythm: Rhythm, seed: int) -> tuple[Clicks, Sent]:
    """Return the clicks that people made, and the mails that they opened and when."""
    rng, persona = dice(seed, "readers"), people.persona[sent.lead]
    opens = rng.random(len(sent.lead)) < by_lead(persona, lambda p: p.opens)
    rough = sent.at + (rng.exponential(0.5, len(sent.lead)) * DAY).astype(np.int64)
    read_at = in_rhythm(rhythm, rng, rough, people.zone[sent.lead], sent.at + MINUTE)
    clicks = opens & (rng.random(len(opens)) < by_lead(persona, lambda p: p.clicks))
    times = np.where(clicks, 1 + (rng.random(len(opens)) < 0.15), 0)
    row = np.repeat(np.arange(len(opens)), times)
    at = read_at[row] + rng.integers(4000, 90_000, len(row)) * 1000
    verdict = np.where(rng.random(len(row)) < 0.7, HUMAN, UNKNOWN)
    link = choose(rng, (4, 4, 2, 2, 1, 1), len(row))
    return Clicks(sent.lead[row], sent.letter[row], link, at, verdict), Sent(
        sent.lead[opens], sent.letter[opens], read_at[opens]
    )


def _clicks_of_machines(sent: Sent, people: People, seed: int) -> Clicks:
    """Return the scanner's clicks: on every link of a mail, all within two seconds of its delivery."""
    rng, scanned = dice(seed, "scanners"), np.flatnonzero(people.gateway[sent.lead])
    row = np.repeat(scanned, len(LINKS))
    link = np.tile(np.arange(len(LINKS)), len(scanned))
    at = sent.at[row] + rng.integers(150, 1950, len(row)) * 1000
    verdict = np.where(rng.random(len(row)) < SCANNER_UNJUDGED, UNKNOWN, MACHINE)
    return Clicks(sent.lead[row], sent.letter[row], link, at, verdict)


def mail_visits(clicks: Clicks, seed: int) -> Visits:
    """Return the visits that begin with a person's click in a mail."""
    stays = dice(seed, "mail visits").random(len(clicks.lead)) < 0.85
    lead, none = clicks.lead[stays], np.zeros(int(stays.sum()), np.int64)
    return Visits(lead, clicks.at[stays] + SECOND, none + Goal.LOOK, none, none + NEWSLETTER)


def mail_events(
    sent: Sent, leaving: Leaving, clicks: Clicks, opened: Sent, people: People, ids: list[str], seed: int
) -> list[Happenings]:
    """Return all events about mails, people's and machines'."""
    rng, gone = dice(seed, "pictures"), np.flatnonzero(leaving.at < NEVER)
    back = np.flatnonzero(leaving.back_at < NEVER)
    scans = _clicks_of_machines(sent, people, seed)
    loaded = _some(sent, rng.random(len(people.persona))[sent.lead] < PRIVATE_OPENING)
    scanned = _some(sent, people.gateway[sent.lead])
    soon = rng.integers(60, 3600, len(loaded.lead)) * SECOND
    at_once = rng.integers(100, 1500, len(scanned.lead)) * 1000
    return [
        _mails("Email Delivered", sent, sent.at, ids, -1),
        _mails("Email Opened", opened, opened.at, ids, UNKNOWN),
        _mails("Email Opened", loaded, loaded.at + soon, ids, UNKNOWN),
        _mails("Email Opened", scanned, scanned.at + at_once, ids, MACHINE),
        _links(clicks, ids),
        _links(scans, ids),
        Happenings(event="Unsubscribed", lead=gone, at=leaving.at[gone]),
        Happenings(event="Subscribed", lead=back, at=leaving.back_at[back]),
    ]


def _some(sent: Sent, which: Bools) -> Sent:
    return Sent(sent.lead[which], sent.letter[which], sent.at[which])


def _mails(event: str, mails: Sent, at: Ints, ids: list[str], verdict: int) -> Happenings:
    which = {"email_id": words(ids, mails.letter)}
    return Happenings(event=event, lead=mails.lead, at=at, verdict=verdict, properties=which)


def _links(clicks: Clicks, ids: list[str]) -> Happenings:
    columns: dict[str, pa.Array] = {
        "email_id": words(ids, clicks.letter),
        "url": words([SITE + path for path in LINKS], clicks.link),
    }
    return Happenings(
        event="Email Link Clicked", lead=clicks.lead, at=clicks.at, verdict=clicks.verdict, properties=columns
    )
