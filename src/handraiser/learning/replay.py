"""Who would have become an MQL, and when, had the agreement been another one?

    with hr.Replay(agreement, leads="leads.csv", events="events.parquet", outcomes="outcomes.csv") as replay:
        replay.run(agreement).mqls
        replay.sweep(agreement, {"threshold": range(30, 80), "whitepaper.points": [10, 20, 30]})

Data are read and matched once. A change of points, caps, decay, windows, limits or thresholds is folded
again; changed conditions on attributes are asked of the attributes alone; only what asks something new of the
events reads them anew.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from copy import copy
from datetime import date
from itertools import product
from types import TracebackType
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from handraiser.agreement.changing import THRESHOLD, as_number, changed
from handraiser.agreement.model import Agreement
from handraiser.facts.inputs import Inputs
from handraiser.facts.instants import microseconds_of
from handraiser.learning.people import People, people
from handraiser.reports.intervals import wilson
from handraiser.scoring.match import Matched, matched
from handraiser.scoring.registers import FOREVER, NEVER
from handraiser.scoring.score import Prepared, find_episodes, prepare
from handraiser.scoring.stream import processors
from handraiser.scoring.survey import Ground, survey, view
from handraiser.scoring.thresholds import first_by_threshold, threshold
from handraiser.tables import open_inputs

__all__ = ["EPISODES", "THRESHOLD", "Replay", "Run", "Until"]

Ints = npt.NDArray[np.int64]
Until = str | date | int | None
EPISODES = ("first", "all")
_KEPT = 8  # agreements whose columns are kept


class Run(NamedTuple):
    """An agreement over all history: per lead its first episode.

    ids      the leads, in order
    mql_at   when each became an MQL, microseconds; NEVER where it did not
    by_hand  whether by raising its hand
    episodes how many it had: 1 at most unless all were asked for
    begun    all of these, lead by lead: whose, and when it began
    """

    agreement: Agreement
    prepared: Prepared
    ids: pa.StringArray
    mql_at: Ints
    by_hand: npt.NDArray[np.bool_]
    episodes: Ints
    begun: tuple[Ints, Ints]

    @property
    def mqls(self) -> int:
        """How many leads became an MQL."""
        return int((self.mql_at != NEVER).sum())

    def table(self) -> pa.Table:
        """Return one row per lead: lead_id, mql_at (UTC, NULL for none), hand_raise, episodes."""
        none = self.mql_at == NEVER
        at = pa.array(np.where(none, 0, self.mql_at), mask=none).cast(pa.timestamp("us", tz="UTC"))
        return pa.table(
            {
                "lead_id": self.ids,
                "mql_at": at,
                "hand_raise": pa.array(self.by_hand),
                "episodes": pa.array(self.episodes),
            }
        )


class Replay:
    """Data that have been read and matched once, to ask any number of agreements about.

    Several threads may ask, as long as nobody asks something new of the events.
    """

    def __init__(
        self,
        *agreements: Agreement,
        leads: object,
        events: object,
        companies: object = None,
        outcomes: object = None,
        timezone: str = "UTC",
        threads: int | None = None,
        progress: Callable[[int], None] = lambda rows: None,
    ) -> None:
        """Read the data, which may be all that `score` takes, and match the agreements' rules.

        Outcomes count that name one of these agreements or none. Agreements that are asked later and ask
        nothing new of the events need not be given here. Raises `Mistakes` where data are wrong.
        """
        threads = threads or processors()
        inputs = open_inputs(
            leads=leads,
            events=events,
            companies=companies,
            outcomes=outcomes,
            timezone=timezone,
            threads=threads,
        )
        self._begin(agreements, inputs, threads, progress)

    @classmethod
    def over(
        cls,
        inputs: Inputs,
        *agreements: Agreement,
        threads: int | None = None,
        progress: Callable[[int], None] = lambda rows: None,
    ) -> Replay:
        """Return the same over inputs that are there already; closing it closes them."""
        replay = cls.__new__(cls)
        replay._begin(agreements, inputs, threads or processors(), progress)
        return replay

    def _begin(
        self,
        agreements: Sequence[Agreement],
        inputs: Inputs,
        threads: int,
        progress: Callable[[int], None],
    ) -> None:
        self.threads, self.progress, self.inputs = threads, progress, inputs
        self.names = tuple(dict.fromkeys(agreement.name for agreement in agreements))
        self._asked: list[Agreement] = list(agreements)
        self._forget()
        self._alone = threading.RLock()  # whoever asks the inputs
        try:
            self.ground: Ground = self._survey()
        except BaseException:
            self.close()
            raise

    def _forget(self) -> None:
        self._ready: dict[tuple[str, bool], Matched] = {}
        self._people: dict[tuple[tuple[str, ...], int], People] = {}

    def about(self, *agreements: Agreement) -> Replay:
        """Return the same data, of which those outcomes count that name one of these agreements or none."""
        other = copy(self)
        other.names = tuple(dict.fromkeys(agreement.name for agreement in agreements))
        other._asked = list(agreements)
        other._forget()
        return other

    def knows(self, agreement: Agreement) -> bool:
        """Return whether an agreement asks nothing of the events that has not been asked."""
        with self._alone:
            return view(agreement, self.ground, threads=self.threads) is not None

    def close(self) -> None:
        """Let go of the data."""
        self.inputs.con.close()

    def __enter__(self) -> Replay:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, raised: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def run(self, agreement: Agreement, *, until: Until = None, episodes: str = "first") -> Run:
        """Return who became an MQL under an agreement, up to an instant (the end of all data).

        until: ISO 8601 text, a date or datetime, or microseconds
        episodes: "first" asks for the first of each lead, regardless of recycled and lost outcomes
        (section 8); "all" follows what sales said.
        """
        if episodes not in EPISODES:
            raise ValueError(f"episodes is first or all, not {episodes}")
        prepared = self.prepared(agreement, regardless=episodes == "first")
        found = find_episodes(prepared, _end(until), first_only=episodes == "first", threads=self.threads)
        first = found.offsets[:-1]
        none = found.found == 0
        # A lead without room for an episode has none: its place is that of the next one.
        place = np.where(none, 0, first)
        at = found.at[place] if len(found.at) else np.zeros(len(none), dtype=np.int64)
        hand = found.hand_raise[place] if len(found.at) else np.zeros(len(none), dtype=np.uint8)
        whose = np.repeat(np.arange(len(none)), found.found)
        nth = np.arange(len(whose)) - np.repeat(np.cumsum(found.found) - found.found, found.found)
        return Run(
            agreement=agreement,
            prepared=prepared,
            ids=self.ground.leads.ids,
            mql_at=np.where(none, NEVER, at),
            by_hand=(hand == 1) & ~none,
            episodes=found.found,
            begun=(whose, found.at[first[whose] + nth]),
        )

    def prepared(self, agreement: Agreement, *, regardless: bool = True) -> Prepared:
        """Return an agreement ready to be folded; the events are read anew only if it asks something new."""
        key = (agreement.fingerprint, regardless)
        with self._alone:
            if key not in self._ready:
                found = self._matched(agreement, regardless=regardless)
                if len(self._ready) >= _KEPT:
                    del self._ready[next(iter(self._ready))]
                self._ready[key] = found
            return prepare(agreement, self._ready[key], threads=self.threads)

    def people(self, until: int | None = None, *, names: Sequence[str] = ()) -> People:
        """Return when leads began and what sales made of them up to an instant (microseconds)."""
        key = (tuple(sorted({*self.names, *names})), _end(until))
        with self._alone:
            if key not in self._people:
                self._people[key] = people(self.inputs, self.ground, *key)
            return self._people[key]

    def sweep(
        self,
        agreement: Agreement,
        changes: Mapping[str, Iterable[object]],
        *,
        until: Until = None,
    ) -> pa.Table:
        """Return what each combination of values would give, one row for each.

        changes: per parameter its values; parameters are named as in `changed`, and `threshold` is the
        number that the score has to pass. Columns: the parameters; leads, mqls, customers,
        customers_reached; precision, recall with `_low` and `_high` (95 %, by Wilson; NULL without cases);
        median_days_to_mql. Raises `Mistakes` where a changed agreement is none or has no such parameter.
        """
        for name, values in changes.items():
            if isinstance(values, str) or not isinstance(values, Iterable):
                raise TypeError(f"{name} takes a list of values, not {values!r}")
        lists = {name: list(values) for name, values in changes.items()}
        rows: list[dict[str, object]] = []
        end = _end(until)
        who = self.people(end)
        for values, ats in self._swept(agreement, lists, end):
            rows.append(dict(zip(lists, values, strict=True)) | _figures(ats, who))
        return pa.Table.from_pylist(rows)

    def _swept(
        self, agreement: Agreement, changes: Mapping[str, Sequence[object]], until: int
    ) -> Iterator[tuple[tuple[object, ...], Ints]]:
        """Yield each combination of values, with when each lead became an MQL under it."""
        names = list(changes)
        rungs = self._rungs(agreement, changes)
        if rungs is None:
            for values in product(*changes.values()):
                other = changed(agreement, dict(zip(names, values, strict=True)))
                yield values, self.run(other, until=until).mql_at
            return
        others = [name for name in names if name != THRESHOLD]
        for values in product(*(changes[name] for name in others)):
            other = changed(agreement, dict(zip(others, values, strict=True)))
            found, _ = first_by_threshold(self.prepared(other), rungs, until, threads=self.threads)
            fixed = dict(zip(others, values, strict=True))
            for k, rung in enumerate(rungs):
                value = next(each for each in changes[THRESHOLD] if as_number(each) == rung)
                # The thresholds of one agreement are asked for all at once.
                yield tuple((fixed | {THRESHOLD: value})[name] for name in names), found[:, k]

    def _rungs(self, agreement: Agreement, changes: Mapping[str, Sequence[object]]) -> list[float] | None:
        """Return the thresholds to be asked for all at once, None where they cannot be."""
        wanted = changes.get(THRESHOLD)
        if not wanted or threshold(agreement) is None:
            return None
        return sorted({as_number(each) for each in wanted})

    def _survey(self) -> Ground:
        return survey(self._asked, self.inputs, threads=self.threads, progress=self.progress)

    def _matched(self, agreement: Agreement, *, regardless: bool) -> Matched:
        names = {*self.names, agreement.name}
        found = matched(agreement, self.ground, names=names, regardless=regardless, threads=self.threads)
        if found is None:
            # What was given at first stays; of what came since only the latest does.
            self._asked = [*self._asked[: len(self.names)], agreement]
            self.ground = self._survey()
            found = matched(agreement, self.ground, names=names, regardless=regardless, threads=self.threads)
        if found is None:
            self._asked = [agreement]
            self.ground = self._survey()
            found = matched(agreement, self.ground, names=names, regardless=regardless, threads=self.threads)
        if found is None:
            raise AssertionError("the ground of an agreement has all that it asks for")
        return found


def _figures(mql_at: Ints, who: People) -> dict[str, object]:
    """Return what a row of a sweep says."""
    is_mql = mql_at != NEVER
    bought = who.customer != NEVER
    reached = int((is_mql & bought & (mql_at < who.customer)).sum())
    mqls, customers = int(is_mql.sum()), int(bought.sum())
    timed = is_mql & (who.start != NEVER) & (who.start <= mql_at)
    days = (mql_at[timed] - who.start[timed]) / 86_400_000_000
    found: dict[str, object] = {
        "leads": len(mql_at),
        "mqls": mqls,
        "customers": customers,
        "customers_reached": reached,
    }
    for name, of in (("precision", mqls), ("recall", customers)):
        low, high = wilson(reached, of)
        found |= {
            name: reached / of if of else None,
            f"{name}_low": low if of else None,
            f"{name}_high": high if of else None,
        }
    return found | {"median_days_to_mql": float(np.median(days)) if len(days) else None}


def _end(until: Until) -> int:
    if until is None:
        return FOREVER - 1  # FOREVER itself is what kernels take for "nothing more"
    return until if isinstance(until, int) else microseconds_of(until, option="until")
