"""How does the made company come to be where it is now: played from nothing, or from when it was left?

A year ends at this very moment, so that its queues have what is due next. The last hours are the same each
time: some who ask for sales, one of whom nobody can take.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime

import pyarrow as pa
from django.db import connection, transaction

from handraiser.edge.acme import Acme, make_acme
from handraiser.edge.library import score
from handraiser.edge.played.cast import WHO, hire, live_agreement
from handraiser.edge.played.marker import BEGUN, PLAYED, SUBJECT
from handraiser.edge.played.messages import Received, sent_by
from handraiser.edge.played.selling import Planted, drawing
from handraiser.edge.played.visitors import newcomer, reading_the_guide, received, wanting_a_demo
from handraiser.edge.played.year import Year, import_before
from handraiser.store.bulk import query
from handraiser.store.models import Audit

__all__ = ["catch_up", "play"]

_MINUTE, _DAY = 60_000_000, 86_400_000_000
# Minutes before the end, where they are from, and whether they ask for sales.
_LAST = (
    (2_900, "US", False), (2_000, "US", False), (1_900, "GB", False), (1_300, "US", False),
    (1_250, "DE", False), (700, "DE", True), (420, "US", False), (170, "US", True), (130, "AU", True),
    (95, "FR", True), (55, "US", False), (31, "GB", True), (12, "US", True), (3, "NL", False),
)  # fmt: skip
_EARLY = 14  # who come by in the first third of what is played, and ask for sales
_GAP = 10 * _MINUTE  # away for less than this, nothing was missed


def play(*, until: int, leads: int, days: int, told: Callable[[int], None]) -> None:
    """Have the company live through some days, from nothing; `told` hears what time it is."""
    since = until - days * _DAY
    acme = make_acme(end=datetime.fromtimestamp(until / 1_000_000, UTC), leads=leads)
    sent = sent_by(acme, start=since)
    newcomers = [*_early(since, until), *_last_hours(since, until)]
    came = sorted([*sent.year, *newcomers], key=lambda each: each.at)
    with transaction.atomic():
        _note(BEGUN, since)
        hire(since)
    with _quick():
        import_before(sent.before, now=since)
        expected = [at for at in _begin_at(acme, until) if at > since]
        Year(came, _planted(acme), since=since, until=until, expected=expected).play(told)
    # What stands in the file for good, before it is said to be whole.
    if connection.vendor == "sqlite":
        query("PRAGMA wal_checkpoint(TRUNCATE)")
    _note(PLAYED, until)


def catch_up(*, since: int, until: int, told: Callable[[int], None]) -> None:
    """Have the company live on from when it was left: sales works, and some come by in the last hours."""
    if until - since > _GAP:
        Year(_last_hours(since, until), {}, since=since, until=until).play(told)
        _note(PLAYED, until)


def _early(since: int, until: int) -> list[Received]:
    """Return what comes in early: those with whom sales has come far by the end."""
    found: list[Received] = []
    for place in range(_EARLY):
        at = since + _DAY + (until - since) * place // (3 * _EARLY)
        name = f"{until // _MINUTE}-early-{place}"
        random = drawing(name)
        found += received(wanting_a_demo(newcomer(random, name=name), random), at=at, name=name)
    return found


def _last_hours(since: int, until: int) -> list[Received]:
    """Return what comes in lately: those who wait for sales now."""
    found: list[Received] = []
    for place, (minutes, country, asks) in enumerate(_LAST):
        at = until - minutes * _MINUTE
        if at <= since + _GAP:
            continue
        name = f"{until // _MINUTE}-{place}"
        random = drawing(name)
        who = newcomer(random, name=name, country=country)
        if not asks:
            who = who._replace(title="VP Sales")
        does = wanting_a_demo if asks else reading_the_guide
        found += received(does(who, random), at=at, name=name)
    return sorted(found)


def _begin_at(acme: Acme, until: int) -> Sequence[int]:
    """Return when those of the company become MQLs, first, if nobody says anything of them."""
    at = datetime.fromtimestamp(until / 1_000_000, UTC)
    table = score(live_agreement(), leads=acme.leads, companies=acme.companies, events=acme.events, at=at)
    began = table.column("mql_at").cast(pa.int64()).drop_null()
    return [int(each) for each in began.to_pylist()]


def _planted(acme: Acme) -> dict[str, Planted]:
    rows = acme.truth.select(["lead_id", "persona", "buys"]).to_pylist()
    return {row["lead_id"]: Planted(row["persona"], row["buys"]) for row in rows}


@contextmanager
def _quick() -> Iterator[None]:
    """Have nothing wait for the disk within: what is cut short is played anew, from nothing."""
    sqlite = connection.vendor == "sqlite"
    if sqlite:
        query("PRAGMA synchronous=OFF")
    try:
        yield
    finally:
        if sqlite:
            query("PRAGMA synchronous=FULL")


def _note(did: str, at: int) -> None:
    Audit.objects.create(at=at, who=WHO, did=did, subject=SUBJECT, details={})
