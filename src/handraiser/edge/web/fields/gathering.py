"""What is there, for whoever builds conditions: read from some leads, and kept for a while.

To read it takes seconds where there are very many. It is read when somebody asks and nothing is at hand; once
it has become old it is read anew beside, and told as it was until then. Each process keeps its own.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from typing import NamedTuple

import pyarrow as pa
from django.db import Error, connection

from handraiser.edge.running import now
from handraiser.edge.web.fields.shaping import Field, attributes_in, percent, properties_in
from handraiser.store.sampling import Marks, Sample, doings, marks, sample
from handraiser.store.snapshot import as_of_now

__all__ = ["GATHERED", "Gathered", "Gathering", "Happening", "Known"]

_WORTH = 60  # for so many times as long as reading took it is as good as new
_LONGEST = 600.0  # seconds after which it is read anew, if there is something new
_EVENTS = 40  # whose properties are kept

_log = logging.getLogger(__name__)


class Happening(NamedTuple):
    """Something that leads do, by its name, and how many of those looked at did it lately."""

    name: str
    in_90_days: int
    in_30_days: int
    of: int

    @property
    def percent(self) -> str:
        """The share that did it in the last 90 days."""
        return percent(self.in_90_days, self.of)

    @property
    def wide(self) -> int:
        """The same of 100, to be drawn."""
        return 100 * self.in_90_days // self.of if self.of else 0


class Known(NamedTuple):
    """What is there: attributes by whose they are, and what leads do, what most do first."""

    sample: Sample
    fields: dict[str, list[Field]]
    events: list[Happening]

    @property
    def leads(self) -> int:
        """How many leads were looked at."""
        return int(self.sample.leads.num_rows)


class _Of(NamedTuple):
    """Of which database something was read, and as of when."""

    database: str
    marks: Marks

    def is_another(self, other: _Of) -> bool:
        return (self.database, self.marks.whose) != (other.database, other.marks.whose)


class Gathered(NamedTuple):
    """What was read, when by a clock that only runs on, and how long it took."""

    of: _Of
    known: Known
    at: float
    took: float


class Gathering:
    """Reads what there is, and keeps it. `clock` is in seconds."""

    def __init__(
        self, read: Callable[[int], Known] | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._read, self._clock = read or read_now, clock
        self._lock = threading.Lock()
        self._kept: Gathered | None = None
        self._properties: dict[tuple[str, ...], tuple[Known, list[Field]]] = {}
        self._beside: threading.Thread | None = None

    def at_hand(self) -> Known | None:
        """Return what is there, None where it has to be read first."""
        kept, of = self._kept, _of()
        if kept is None or kept.of.is_another(of):
            return None
        age = self._clock() - kept.at
        if of.marks.new != kept.of.marks.new and age > min(_WORTH * kept.took, _LONGEST):
            self._renew()
        return kept.known

    def known(self) -> Known:
        """Return what is there, if need be by reading it."""
        found = self.at_hand()
        if found is not None:
            return found
        with self._lock:
            # Another may have read it meanwhile.
            return self.at_hand() or self._gather()

    def done(self, events: Sequence[str]) -> pa.Table:
        """Return the latest of what is done by some names."""
        did = self.known().sample.did
        return doings({number for each in events if each in did for number in did[each].latest})

    def properties(self, events: Sequence[str]) -> list[Field]:
        """Return the properties of what is done by some names; none of what nobody does."""
        known, key = self.known(), tuple(sorted(events))
        kept = self._properties.get(key)
        if kept is not None and kept[0] is known:
            return kept[1]
        found = properties_in(self.done(key), known.sample.seen.get("event", {}))
        while len(self._properties) >= _EVENTS:
            self._properties.pop(next(iter(self._properties)), None)
        self._properties[key] = (known, found)
        return found

    def _gather(self) -> Known:
        of, begun = _of(), self._clock()
        known = self._read(now())
        self._kept = Gathered(of, known, self._clock(), self._clock() - begun)
        return known

    def _renew(self) -> None:
        """Have it be read beside, once at a time."""
        if self._beside is not None and self._beside.is_alive():
            return
        self._beside = threading.Thread(target=self._gather_beside, name="what there is", daemon=True)
        self._beside.start()

    def _gather_beside(self) -> None:
        try:
            with self._lock:
                self._gather()
        except Error as error:
            _log.warning("What there is cannot be read now: %s", error)
        finally:
            connection.close()


def read_now(at: int) -> Known:
    """Return what there is as of an instant, which is now."""
    with as_of_now():
        found = sample(at)
    leads = found.leads.num_rows
    events = [Happening(name, did.in_90_days, did.in_30_days, leads) for name, did in found.did.items()]
    return Known(found, attributes_in(found), sorted(events, key=lambda each: (-each.in_90_days, each.name)))


def _of() -> _Of:
    return _Of(str(connection.settings_dict["NAME"]), marks())


GATHERED = Gathering()
