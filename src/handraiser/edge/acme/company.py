"""What does a made company look like, whole: its inputs for one year, and the truth planted in them?"""

from __future__ import annotations

from datetime import datetime, timedelta
from importlib import resources

import msgspec
import pyarrow as pa

from .arrival import Arrived, arrive
from .dice import DAY
from .doings import visit_ends
from .ledger import cost_rows, outcome_rows, truth_rows
from .mails import clicks_of_people, letters, mail_events, mail_visits, send
from .market import company_rows, draw_market
from .pages import draw_readings, page_events
from .people import People, draw_people, lead_rows, met_at
from .rhythm import Rhythm, rhythm_of
from .sales import histories, signs
from .sessions import draw_visits, joined, webinars
from .webinar import attendances

__all__ = ["AGREEMENTS", "Acme", "agreement_text", "make_acme"]

YEAR = 365 * DAY
FEWEST_LEADS = 20
AGREEMENTS = ("agreement", "case_a", "case_b")
EPOCH = datetime.fromisoformat("1970-01-01T00:00:00+00:00")


class Acme(msgspec.Struct, frozen=True):
    """The made company: the five inputs that handraiser reads, and `truth`, which it must not."""

    leads: pa.Table
    companies: pa.Table
    events: pa.Table
    outcomes: pa.Table
    costs: pa.Table
    truth: pa.Table


def agreement_text(name: str) -> str:
    """Return one of Acme's agreements as YAML: `agreement`, `case_a` or `case_b`."""
    return resources.files(__package__).joinpath(f"{name}.yaml").read_text(encoding="utf-8")


def make_acme(*, end: datetime, leads: int = 2000, seed: int = 7) -> Acme:
    """Return one year of Acme CRM up to `end`: the same tables for the same numbers, to the byte.

    Nothing that Acme could not know by `end` is in them.
    """
    if leads < FEWEST_LEADS:
        raise ValueError(f"A made company needs at least {FEWEST_LEADS} leads, not {leads}.")
    last = round((end - EPOCH) / timedelta(microseconds=1))
    start = last - YEAR
    rhythm, market = rhythm_of(start, last), draw_market(seed, leads)
    people = draw_people(market, rhythm, seed=seed, leads=leads, start=start, end=last)
    arrived = _lived(people, rhythm, seed=seed, start=start, end=last)
    story, handed = histories(people, market, rhythm, signs(arrived), seed=seed, start=start, end=last)
    met = met_at(people, len(market.country))
    return Acme(
        leads=lead_rows(people, market, seed, last),
        companies=company_rows(market, seed, met, start, last),
        events=arrived.table,
        outcomes=outcome_rows(story, people, market, seed),
        costs=cost_rows(arrived, seed=seed, start=start, end=last),
        truth=truth_rows(people, handed, last),
    )


def _lived(people: People, rhythm: Rhythm, *, seed: int, start: int, end: int) -> Arrived:
    """Return everything that the leads did in the year, as it arrived."""
    own = draw_visits(people, rhythm, seed=seed, start=start, end=end)
    sent, leaving = send(people, own, seed=seed, start=start, end=end)
    clicks, opened = clicks_of_people(sent, people, rhythm, seed)
    visits = joined([own, mail_visits(clicks, seed)])
    readings = draw_readings(visits, people, seed)
    batches = [
        *page_events(visits, readings, seed),
        *visit_ends(visits, people, seed),
        attendances(visits, people, webinars(start, end), seed),
        *mail_events(sent, leaving, clicks, opened, people, letters(start, end), seed),
    ]
    return arrive(batches, leads=len(people.persona), seed=seed, start=start, end=end)
