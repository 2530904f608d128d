"""Is what is stored what the events give?

Of every lead, in ranges, everything is computed from events and patches alone, by no hits kept from before:
how it stood when it was last looked at, and when its episodes began. What differs is told with its cause.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from typing import Any, NamedTuple

import duckdb

from handraiser.facts.instants import iso
from handraiser.flows.causes import Began, Cause, Explaining, Other
from handraiser.flows.exporting import ranges_of_leads
from handraiser.flows.live import Live, live_now, wanted_names
from handraiser.flows.names import MOST_NAMES
from handraiser.flows.recomputing import Recomputed, Stood, ground_of, recompute
from handraiser.scoring.keeping import packed_all
from handraiser.scoring.plan import Plan, planned
from handraiser.scoring.survey import Ground
from handraiser.store import remembering
from handraiser.store.bulk import among, query
from handraiser.store.history import History, history_of, names_seen
from handraiser.store.snapshot import as_of_now
from handraiser.tables.kept import Seen, kept_inputs

__all__ = ["ORPHANS", "Difference", "Examined", "What", "examine"]


class What(StrEnum):
    """What may differ."""

    STANDING = "standing"
    EPISODE = "episode"
    REASONS = "sum of an episode"
    HITS = "set of remembered hits"

    @property
    def several(self) -> str:
        """How more than one of them are called."""
        return _SEVERAL.get(self, f"{self.value}s")


_SEVERAL = {What.REASONS: "sums of episodes", What.HITS: "sets of remembered hits"}


class Difference(NamedTuple):
    """Something stored that differs from what the events give; without a cause it is not explained.

    missing_since  of an episode that should have begun and is not stored, when
    """

    what: What
    lead: int
    agreement: str
    says: str
    cause: Cause | None
    missing_since: int | None = None


class Examined(NamedTuple):
    """What was looked at, by kind, what differs, and what waits.

    arrivals, dirty  how many wait, and since when the first of them
    behind           leads that are looked at again when there is time for it
    rejects          what was refused and not taken since
    orphans          standings of nobody: of those who turned out to be somebody else
    not_begun        agreements that should decide by now, and no worker has begun to
    full             of what there are as many names as there is room for: leads, companies, events
    """

    leads: int
    looked_at: Mapping[What, int]
    differences: list[Difference]
    arrivals: tuple[int, int]
    dirty: tuple[int, int]
    behind: int
    rejects: int
    orphans: int
    not_begun: tuple[str, ...]
    full: tuple[str, ...]


def examine(now: int, *, progress: Callable[[int], None] = lambda rows: None) -> Examined:
    """Return what was found, all of it as it was at one instant; nothing is written.

    Leads of which something is new and has not been decided are passed over. `progress` is called with the
    number of events read so far.
    """
    with duckdb.connect(config={"threads": 1}) as con, as_of_now():
        every = live_now(now)
        begun = {number for (number,) in query("SELECT id FROM store_publication WHERE begun_at IS NOT NULL")}
        live = tuple(one for one in every if one.number in begun)
        examiner = _Examiner(con, live, names_seen())
        read = 0
        for history in ranges_of_leads():
            read += history.events.num_rows
            examiner.look(history)
            progress(read)
        return Examined(
            leads=examiner.leads,
            looked_at=dict(examiner.looked_at),
            differences=examiner.differences,
            arrivals=_waiting("SELECT count(*), min(received_at) FROM store_arrival", now),
            dirty=_waiting("SELECT count(*), min(since) FROM store_dirty WHERE NOT behind", now),
            behind=_count("SELECT count(*) FROM store_dirty WHERE behind"),
            rejects=_count("SELECT count(*) FROM store_reject WHERE replayed_at IS NULL"),
            orphans=_count(f"SELECT count(*) {ORPHANS}"),
            not_begun=tuple(one.agreement.name for one in every if one.number not in begun),
            full=tuple(scope for scope, names in names_seen().items() if len(names) >= MOST_NAMES),
        )


ORPHANS = (
    "FROM store_standing WHERE lead_id NOT IN "
    "(SELECT id FROM store_person WHERE root_id = id AND lead_since IS NOT NULL)"
)


def _count(sql: str) -> int:
    return int(query(sql)[0][0])


def _waiting(sql: str, now: int) -> tuple[int, int]:
    count, oldest = query(sql)[0]
    return int(count), int(oldest or now)


class _Examiner:
    """Looks at one range of leads after the other; what is live stays the same meanwhile."""

    def __init__(self, con: duckdb.DuckDBPyConnection, live: Sequence[Live], seen: Seen) -> None:
        self._con, self._live, self._seen = con, live, seen
        self._plan = self._planned() if live else None
        self._explaining = Explaining(con, seen)
        self.leads = 0
        self.looked_at: dict[What, int] = defaultdict(int)
        self.differences: list[Difference] = []

    def _planned(self) -> Plan:
        agreements = [one.agreement for one in self._live]
        none = history_of(())
        inputs = kept_inputs(
            self._con, leads=none.leads, companies=none.companies, events=none.events, seen=self._seen,
            wanted=wanted_names(agreements),
        )  # fmt: skip
        return planned(agreements, inputs)

    def look(self, history: History) -> None:
        """Look at some leads."""
        self.leads += len(history.known_until)
        condition, parameters = among("lead_id", history.known_until)
        dirty = {lead for (lead,) in query(f"SELECT lead_id FROM store_dirty WHERE {condition}", parameters)}
        settled = [lead for lead in history.known_until if lead not in dirty]
        if self._plan is None or not settled:
            return
        ground = ground_of(self._con, [one.agreement for one in self._live], history, self._seen, self._plan)
        self._look_at_hits(ground, self._plan, settled)
        for one in self._live:
            stored = _standings(one, settled)
            again = recompute(one.agreement, ground, {lead: at for lead, (at, _) in stored.items()})
            self._look_at_standings(one, settled, stored, again)
            self._look_at_episodes(one, settled, again)

    def _look_at_hits(self, ground: Ground, plan: Plan, settled: Sequence[int]) -> None:
        memory = remembering.read(settled, plan.key)
        self.looked_at[What.HITS] += len(memory.until)
        readable = memory.readable(plan.events.shape)
        broken = memory.chunks.keys() - readable.chunks.keys()
        kept = readable.hits(ground.leads, plan.events.shape)
        fresh = packed_all(ground.hits)
        remembered = packed_all(kept) if kept is not None else [None] * len(fresh)
        for number, own, was in zip(ground.leads.ids.to_pylist(), fresh, remembered, strict=True):
            if int(number) in broken or (int(number) in memory.until and own != was):
                says = "the hits remembered are not those that matching finds"
                self.differences.append(Difference(What.HITS, int(number), "", says, None))

    def _look_at_standings(
        self,
        one: Live,
        settled: Sequence[int],
        stored: Mapping[int, tuple[int, Stood]],
        again: Recomputed,
    ) -> None:
        self.looked_at[What.STANDING] += len(stored)
        for lead in settled:
            name = one.agreement.name
            if lead not in stored:
                self.differences.append(Difference(What.STANDING, lead, name, "it was never decided", None))
                continue
            at, was = stored[lead]
            if was != again.stood[lead]:
                cause = self._explaining.cause(Other(lead, one.agreement, stood=was, at=at), one.number)
                says = f"it is shown with {_told(was)}, and had {_told(again.stood[lead])}"
                self.differences.append(Difference(What.STANDING, lead, name, says, cause))

    def _look_at_episodes(self, one: Live, settled: Sequence[int], again: Recomputed) -> None:
        stored = _episodes(one, settled)
        self.looked_at[What.EPISODE] += sum(map(len, stored.values()))
        for lead in settled:
            began, now_begun = tuple(each for each, _ in stored.get(lead, ())), again.begun.get(lead, ())
            if [(each.lead, each.begun_at) for each in began] == [(lead, at) for at in now_begun]:
                self._look_at_reasons(one, lead, stored, again)
                continue
            cause = self._explaining.cause(Other(lead, one.agreement, began=began), one.number)
            missing = now_begun[0] if now_begun and not began else None
            self.differences.append(
                Difference(What.EPISODE, lead, one.agreement.name, _begun(began, now_begun), cause, missing)
            )

    def _look_at_reasons(
        self, one: Live, lead: int, stored: Mapping[int, Sequence[tuple[Began, Any]]], again: Recomputed
    ) -> None:
        for (began, reasons), then in zip(stored.get(lead, ()), again.then.get(lead, ()), strict=True):
            self.looked_at[What.REASONS] += 1
            sums = (reasons["score"], reasons["fit"], reasons["engagement"], reasons["grade"])
            if sums != then[:4]:
                says = f"its episode says a score of {sums[0]}, and it was {then.score}"
                other = Other(lead, one.agreement, began=(began,), sums=sums)
                cause = self._explaining.cause(other, one.number)
                self.differences.append(Difference(What.REASONS, lead, one.agreement.name, says, cause))


def _standings(one: Live, leads: Sequence[int]) -> dict[int, tuple[int, Stood]]:
    condition, parameters = among("lead_id", leads)
    sql = (
        "SELECT lead_id, at, score, fit, engagement, grade, qualified FROM store_standing "
        f"WHERE publication_id = %s AND {condition}"
    )
    return {
        lead: (at, Stood(score, fit, engagement, grade, bool(qualified)))
        for lead, at, score, fit, engagement, grade, qualified in query(sql, [one.number, *parameters])
    }


def _episodes(one: Live, leads: Sequence[int]) -> dict[int, list[tuple[Began, Any]]]:
    """Return the episodes stored of leads and of those who are one with them, with their reasons."""
    condition, parameters = among("person.root_id", leads)
    sql = (
        "SELECT person.root_id, episode.lead_id, publication_id, begun_at, decided_at, reasons "
        "FROM store_episode AS episode JOIN store_person AS person ON person.id = episode.lead_id "
        f"WHERE agreement = %s AND shadow = %s AND {condition} ORDER BY ordinal, episode.id"
    )
    found: dict[int, list[tuple[Began, Any]]] = defaultdict(list)
    for root, lead, publication, begun_at, decided_at, reasons in query(
        sql, [one.agreement.name, one.shadow, *parameters]
    ):
        found[root].append((Began(lead, publication, begun_at, decided_at), json.loads(reasons)))
    return found


def _told(stood: Stood) -> str:
    grade = f", grade {stood.grade}" if stood.grade is not None else ""
    return f"a score of {stood.score}{grade}{', qualified' if stood.qualified else ''}"


def _begun(began: Sequence[Began], now_begun: Sequence[int]) -> str:
    stored = " and ".join(iso(each.begun_at) for each in began) or "never"
    again = " and ".join(iso(at) for at in now_begun) or "never"
    return f"its episode began {stored}, and by its events {again}"
