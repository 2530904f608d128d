"""How do some leads stand under the live agreements, and whose episode begins? Nothing is written here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import duckdb
import numpy as np
import numpy.typing as npt

from handraiser.agreement.model import Agreement
from handraiser.facts.inputs import Inputs
from handraiser.facts.standing import Standing
from handraiser.flows.beginning import (
    Beginning,
    Came,
    Episodes,
    asked_of,
    asking_episodes,
    beginnings,
    episodes_of,
    grades_of,
    past_of,
    wanted_by,
)
from handraiser.flows.live import Live
from handraiser.scoring.hits import PER_MASK
from handraiser.scoring.keeping import packed_all
from handraiser.scoring.match import matched
from handraiser.scoring.plan import Plan, event_rules, planned
from handraiser.scoring.registers import FOREVER, NEVER, TRUE
from handraiser.scoring.score import prepare, stand
from handraiser.scoring.survey import Ground, survey
from handraiser.store import remembering
from handraiser.store.bulk import Question, among, queries
from handraiser.store.history import History, history_of, names_seen
from handraiser.tables.kept import Seen, kept_inputs

__all__ = ["Decided", "Looked", "Looking"]

_BATCHES = 2_000  # of a connection
_PLANS = 16
Ints = npt.NDArray[np.int64]


class Decided(NamedTuple):
    """How a lead stands under an agreement at an instant, and the episodes that begin, if any does.

    standing  the number of the row that says how it stood before, None where there is none
    """

    lead: int
    publication: int
    score: float
    fit: float
    engagement: float
    grade: str | None
    qualified: bool
    at: int
    decided_until: int
    standing: int | None
    begun: tuple[Beginning, ...] = ()


class New(NamedTuple):
    """When the oldest of what is new of a lead was received, and when what was imported of it was known."""

    since: int
    imported: frozenset[int]


class Looked(NamedTuple):
    """All that was found, and by ground the hits to be remembered for the next time."""

    decided: list[Decided]
    remember: dict[str, list[remembering.News]]


class Looking:
    """Looks at one batch of leads after the other; what agreements ask is worked out once."""

    def __init__(self) -> None:
        self._standing = _tables()
        self._batches = 0
        self._plans: dict[object, Plan] = {}
        self._seen: Seen = {}

    def look(
        self,
        live: Sequence[Live],
        since: Mapping[int, int],
        now: int,
        *,
        imported: Mapping[int, frozenset[int]] | None = None,
    ) -> Looked:
        """Return how leads stand.

        since     per lead when what is new of it was received
        imported  of whom something was imported, when that was known, as far as it is not before `since`
        """
        news = {lead: New(at, (imported or {}).get(lead, frozenset())) for lead, at in since.items()}
        self._renew(names_seen())
        looked = Looked([], {})
        for together in _grounds(live):
            self._look(together, news, now, looked)
        return looked

    def _look(self, live: Sequence[Live], news: Mapping[int, New], now: int, looked: Looked) -> None:
        agreements = asked_of(live)
        wanted = wanted_by(agreements)
        plan = self._planned(agreements, wanted)
        memory = remembering.read(news, plan.key).readable(plan.events.shape)
        history = history_of(news, after=memory.until)
        if not history.known_until:
            return
        inputs = _inputs(self._standing, history, self._seen, wanted)
        ground = survey(agreements, inputs, threads=1, earlier=memory.hits, plan=plan)
        numbers = [int(each) for each in ground.leads.ids.to_pylist()]
        stood, begun = queries(_asking_standings(live, numbers), asking_episodes(numbers))
        known = _Known(history, news, _standings(live, stood), episodes_of(live, begun))
        looked.decided.extend(each for one in live for each in _decide(one, ground, numbers, known, now))
        looked.remember[plan.key] = memory.news(numbers, packed_all(ground.fresh), history.until)

    def _planned(self, agreements: Sequence[Agreement], wanted: Mapping[str, frozenset[str]]) -> Plan:
        # What else there has been, and there is ever more of that, changes nothing.
        read = {
            scope: {name: sorted(self._seen[scope].get(name, ())) for name in sorted(names)}
            for scope, names in wanted.items()
        }
        asked = (*(agreement.fingerprint for agreement in agreements), str(read))
        if asked not in self._plans:
            # The tables are empty: a plan depends on which columns there are.
            nothing = _inputs(self._standing, history_of(()), self._seen, wanted)
            self._plans[asked] = planned(agreements, nothing)
        return self._plans[asked]

    def _renew(self, seen: Seen) -> None:
        """Take another connection now and then: DuckDB 2.0 keeps memory of every join until it is closed."""
        self._batches += 1
        if self._batches > _BATCHES:
            self._standing.con.close()
            self._standing, self._batches = _tables(), 0
        if len(self._plans) > _PLANS:
            self._plans.clear()
        self._seen = seen


def _grounds(live: Sequence[Live]) -> list[list[Live]]:
    """Return which agreements are looked at together: all but those with more rules than one mask holds."""
    few = [one for one in live if len(event_rules(one.agreement)) <= PER_MASK]
    alone = [[one] for one in live if one not in few]
    return [few, *alone] if few else alone


def _tables() -> Standing:
    return Standing(duckdb.connect(config={"threads": 1}))


class _Stood(NamedTuple):
    """Until when a lead has been decided, and the number of the row that says so."""

    number: int
    until: int


_Standings = dict[int, dict[int, _Stood]]  # by publication and lead


class _Known(NamedTuple):
    """What is known of the leads of a batch: their history, what is new, and what was decided before."""

    history: History
    news: Mapping[int, New]
    standings: _Standings
    episodes: Episodes


def _decide(one: Live, ground: Ground, numbers: Sequence[int], given: _Known, now: int) -> list[Decided]:
    agreement = one.agreement
    found = matched(agreement, ground)
    if found is None:
        raise AssertionError("the ground of the live agreements has all that they ask for")
    known = np.array([given.history.known_until[number] for number in numbers], dtype=np.int64)
    stood = given.standings[one.number]
    decided = _decided_until([stood], numbers)
    before = past_of(one, given.episodes, numbers, found.outcomes)
    # What has been decided stays so; and while an episode has not ended, none begins.
    floor = np.maximum(np.maximum(found.floor, decided + 1), before.ended_at)
    prepared = prepare(agreement, found._replace(floor=np.where(before.open, FOREVER, floor)))
    at = np.maximum(known, now)
    standing = stand(prepared, at, points=False, threads=1)
    grades = grades_of(prepared, standing.state)
    rows = (None if row is None else row.number for row in map(stood.get, numbers))
    columns = zip(
        numbers, standing.score.tolist(), standing.fit.tolist(), standing.engagement.tolist(), grades,
        (standing.answers[:, 3] == TRUE).tolist(), at.tolist(), known.tolist(), rows,
        strict=True,
    )  # fmt: skip
    decisions = [Decided(number, one.number, *rest) for number, *rest in columns]
    # Before one of its name was live, or before anybody here heard of it: it came as history. What the
    # version before has judged stays judged; what waited when that was replaced is handed off by this one.
    replaced = [given.standings[each] for each in one.before] if np.any(decided == NEVER) else []
    judged = np.where(decided == NEVER, _decided_until(replaced, numbers), NEVER)

    def came(k: int) -> Came:
        new = given.news[numbers[k]]
        return Came(
            max(one.first, new.since, int(judged[k]) + 1),
            new.imported,
            # What is imported later is history that nobody asked to be handed off.
            one.hand_off and (one.begun_at is None or new.since <= one.begun_at),
        )

    for k, begun in beginnings(one, prepared, ground, before.ordinal, came).items():
        decisions[k] = decisions[k]._replace(begun=begun)
    return decisions


def _publications(live: Sequence[Live]) -> list[int]:
    """Return the numbers of live publications and of those that they replaced."""
    return [number for one in live for number in (one.number, *one.before)]


def _asking_standings(live: Sequence[Live], numbers: Sequence[int]) -> Question:
    condition, parameters = among("lead_id", numbers)
    under, more = among("publication_id", _publications(live))
    sql = (
        f"SELECT publication_id, lead_id, id, decided_until FROM store_standing WHERE {condition} AND {under}"
    )
    return Question(sql, [*parameters, *more])


def _standings(live: Sequence[Live], rows: Iterable[Sequence[Any]]) -> _Standings:
    """Return how leads stood before, by the answer to that question."""
    found: _Standings = {number: {} for number in _publications(live)}
    for publication, lead, *stood in rows:
        found[publication][lead] = _Stood(*stood)
    return found


def _decided_until(several: Sequence[Mapping[int, _Stood]], numbers: Sequence[int]) -> Ints:
    """Return per lead until when it has been decided under any of some publications, else `NEVER`."""
    found = np.full(len(numbers), NEVER, dtype=np.int64)
    never = _Stood(0, NEVER)
    for own in several:
        np.maximum(found, [own.get(number, never).until for number in numbers], out=found)
    return found


def _inputs(tables: Standing, history: History, seen: Seen, wanted: Mapping[str, frozenset[str]]) -> Inputs:
    return kept_inputs(
        tables,
        leads=history.leads,
        companies=history.companies,
        events=history.events,
        outcomes=history.outcomes,
        customers=history.customers,
        seen=seen,
        wanted=wanted,
    )
