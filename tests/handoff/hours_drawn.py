"""Which hours, zones, pauses and instants do property tests of time draw?

Few minutes of the day, around midnight and where daylight saving changes, and days around those on which
something happens to the calendar: so that edges meet often instead of never.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from hypothesis import strategies as st
from minutes import DAY, EPOCH, MICROSECOND, MINUTE, Minutes, Stretch

from handraiser.agreement.model import Hours, Promise, PromiseUnit

# A zone, and the day (UTC) from which on a case plays.
PLACES = [
    ("UTC", "2026-02-26"),
    ("America/New_York", "2026-03-06"),  # an hour is skipped
    ("America/New_York", "2026-10-30"),  # an hour comes twice
    ("Europe/Berlin", "2026-03-27"),
    ("Europe/Berlin", "2026-10-23"),
    ("Europe/Dublin", "2026-10-23"),  # winter time is the exception there
    ("Australia/Lord_Howe", "2026-04-03"),  # half an hour
    ("Australia/Lord_Howe", "2026-10-02"),
    ("Antarctica/Troll", "2026-03-27"),  # two hours
    ("Asia/Kolkata", "2026-01-24"),
    ("Asia/Kathmandu", "2026-03-01"),  # 5:45
    ("Pacific/Chatham", "2026-04-03"),  # 12:45, then 13:45
    ("Pacific/Apia", "2011-12-28"),  # there was no 30 December
    ("Pacific/Kwajalein", "1993-08-19"),  # nor a 21 August here
    ("America/Sao_Paulo", "2018-02-15"),  # midnight comes twice: 23:00 again, the day before
    ("America/Sao_Paulo", "2018-11-02"),  # there is no midnight
    ("America/St_Johns", "2010-11-05"),  # one minute of Sunday, then an hour of Saturday again
    ("Africa/Casablanca", "2026-02-13"),
    ("America/New_York", "2026-07-01"),  # Independence Day is observed on a Friday
    ("America/New_York", "2027-12-29"),  # New Year's Day in the year before
    ("Europe/Berlin", "2026-12-23"),
    ("Pacific/Kiritimati", "2026-12-30"),  # 14 hours ahead: another year than in UTC
    ("America/Los_Angeles", "2026-12-30"),
]
DAYS = 12
_CLOCK = [0, 1, 30, 60, 90, 105, 120, 150, 180, 240, 540, 720, 750, 810, 1080, 1380, 1410, 1439, 1440]
_HOLIDAYS = [(), (), ("US",), ("DE-BY",), ("US", "DE"), ("GB-SCT", "AU-NSW", "WS")]


@dataclass(frozen=True)
class Case:
    """Hours in a zone, the day it plays from, and two sets of closed stretches."""

    hours: Hours
    zone: str
    first: int
    closed: tuple[Stretch, ...] = ()
    pauses: tuple[Stretch, ...] = ()

    def minutes(self, *closed: Stretch) -> Minutes:
        # Local dates lie up to a day beside those of UTC.
        return Minutes(self.hours, self.zone, self.first - DAY, DAYS + 3, closed)


def _day(draw: st.DrawFn) -> tuple[Stretch, ...]:
    bounds = sorted(draw(st.sets(st.sampled_from(_CLOCK), max_size=6)))
    return tuple((opens, closes) for opens, closes in zip(bounds[::2], bounds[1::2], strict=False))


@st.composite
def hours(draw: st.DrawFn) -> Hours:
    days = [_day(draw) for _ in range(draw(st.sampled_from([1, 2, 3])))]
    week = tuple(draw(st.sampled_from([(), *days, *days])) for _ in range(7))
    return Hours(week=week, holidays=draw(st.sampled_from(_HOLIDAYS)))


def instants(case: Case, edges: list[int]) -> st.SearchStrategy[int]:
    """Where something opens or closes, a microsecond beside, or anywhere."""
    span = DAYS * DAY
    anywhere = st.integers(0, span // MINUTE).map(lambda minutes: case.first + minutes * MINUTE)
    exactly = st.sampled_from(edges) if edges else anywhere
    return st.one_of(
        exactly,
        exactly.flatmap(lambda edge: st.sampled_from([edge - 1, edge + 1])),
        anywhere,
        st.integers(case.first, case.first + span),
    ).map(lambda instant: min(max(instant, case.first), case.first + span))


def _stretches(first: int, days: int) -> st.SearchStrategy[tuple[Stretch, ...]]:
    """Some stretches that may overlap, be empty or the wrong way round; now and then one for ever."""
    some = st.integers(0, days * 48).map(lambda halves: first + halves * 30 * MINUTE)
    stretch = st.tuples(some, some)
    endless = some.map(lambda begin: (begin, 1 << 62))
    return st.lists(st.one_of(stretch, stretch, stretch, endless), max_size=3).map(tuple)


@st.composite
def cases(draw: st.DrawFn) -> Case:
    zone, day = draw(st.sampled_from(PLACES))
    first = (datetime.combine(date.fromisoformat(day), EPOCH.timetz()) - EPOCH) // MICROSECOND
    closed = draw(_stretches(first, DAYS)) if draw(st.booleans()) else ()
    pauses = draw(_stretches(first, DAYS)) if draw(st.booleans()) else ()
    return Case(draw(hours()), zone, first, closed, pauses)


business = st.one_of(
    st.sampled_from([1, 30, 60, 90, 240, 600, 1440]).map(
        lambda minutes: Promise(unit=PromiseUnit.BUSINESS, length=timedelta(minutes=minutes))
    ),
    st.sampled_from([1, 1, 2, 3, 5]).map(lambda days: Promise(unit=PromiseUnit.BUSINESS_DAYS, days=days)),
)
plain = st.integers(1, 5_000).map(
    lambda minutes: Promise(unit=PromiseUnit.WALL, length=timedelta(minutes=minutes))
)
