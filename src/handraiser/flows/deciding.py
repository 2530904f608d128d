"""How do some leads stand under the live agreements, and whose episode begins? Nothing is written here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import duckdb
import msgspec
import numpy as np
import numpy.typing as npt

from handraiser.agreement.model import Agreement
from handraiser.facts.inputs import Inputs
from handraiser.facts.standing import Standing
from handraiser.flows.live import Live, wanted_names
from handraiser.scoring.hits import PER_MASK
from handraiser.scoring.keeping import packed_all
from handraiser.scoring.layout import silence_rules
from handraiser.scoring.match import matched
from handraiser.scoring.plan import Plan, event_rules, planned
from handraiser.scoring.registers import FOREVER, NEVER, TRUE
from handraiser.scoring.score import Episodes, Prepared, find_episodes, grade_names, prepare, stand
from handraiser.scoring.survey import Ground, survey
from handraiser.store import remembering
from handraiser.store.bulk import among, query
from handraiser.store.history import History, history_of, names_seen
from handraiser.tables.kept import Seen, kept_inputs

__all__ = ["Decided", "Looked", "Looking"]

_BATCHES = 2_000  # of a connection
_PLANS = 16
Ints = npt.NDArray[np.int64]


class Decided(NamedTuple):
    """How a lead stands under an agreement at an instant, and the episode that begins, if one does.

    reasons  JSON
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
    begun_at: int | None = None
    ordinal: int = 0
    hand_raise: bool = False
    from_history: bool = False
    reasons: str = ""


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

    def look(self, live: Sequence[Live], since: Mapping[int, int], now: int) -> Looked:
        """Return how leads stand; `since` is per lead when what is new of it was received."""
        self._renew(names_seen())
        looked = Looked([], {})
        for together in _grounds(live):
            self._look(together, since, now, looked)
        return looked

    def _look(self, live: Sequence[Live], since: Mapping[int, int], now: int, looked: Looked) -> None:
        agreements = [one.agreement for one in live]
        wanted = wanted_names(agreements)
        plan = self._planned(agreements, wanted)
        memory = remembering.read(since, plan.key).readable(plan.events.shape)
        history = history_of(since, after=memory.until)
        if not history.known_until:
            return
        inputs = _inputs(self._standing, history, self._seen, wanted)
        ground = survey(agreements, inputs, threads=1, earlier=memory.hits, plan=plan)
        numbers = [int(each) for each in ground.leads.ids.to_pylist()]
        looked.decided.extend(
            each for one in live for each in _decide(one, ground, numbers, history, since, now)
        )
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


def _decide(
    one: Live, ground: Ground, numbers: Sequence[int], history: History, since: Mapping[int, int], now: int
) -> list[Decided]:
    agreement = one.agreement
    found = matched(agreement, ground)
    if found is None:
        raise AssertionError("the ground of the live agreements has all that they ask for")
    known = np.array([history.known_until[number] for number in numbers], dtype=np.int64)
    decided = _decided_until([one.number], numbers)
    ordinals = _ordinals(one, numbers)
    # What has been decided stays so; and while an episode has not ended, none begins.
    floor = np.where(ordinals > 0, FOREVER, np.maximum(found.floor, decided + 1))
    prepared = prepare(agreement, found._replace(floor=floor))
    begun = find_episodes(prepared, FOREVER - 1, first_only=True, threads=1)
    at = np.maximum(known, now)
    standing = stand(prepared, at, points=False, threads=1)
    grades = _grades(agreement, prepared, standing.state)
    reasons = _reasons(prepared, np.where(begun.found > 0, begun.at, at), begun.found > 0)
    columns = zip(
        numbers, standing.score.tolist(), standing.fit.tolist(), standing.engagement.tolist(), grades,
        (standing.answers[:, 3] == TRUE).tolist(), at.tolist(), known.tolist(),
        strict=True,
    )  # fmt: skip
    decisions = [Decided(number, one.number, *rest) for number, *rest in columns]
    # Before one of its name was live, or before anybody here heard of it: it came as history. What the
    # version before has judged stays judged; what waited when that was replaced is handed off by this one.
    before = one.before if np.any(decided == NEVER) else ()
    judged = np.where(decided == NEVER, _decided_until(before, numbers), NEVER)
    told_from = [max(one.first, since[number], int(judged[k]) + 1) for k, number in enumerate(numbers)]
    return _with_episodes(decisions, begun, ordinals, told_from, reasons)


def _with_episodes(
    decisions: list[Decided],
    begun: Episodes,
    ordinals: Ints,
    told_from: Sequence[int],
    reasons: Mapping[int, str],
) -> list[Decided]:
    """Return the decisions, with the episodes that begin."""
    for k in np.flatnonzero(begun.found).tolist():
        begun_at = int(begun.at[k])
        decisions[k] = decisions[k]._replace(
            begun_at=begun_at,
            ordinal=int(ordinals[k]) + 1,
            hand_raise=bool(begun.hand_raise[k]),
            from_history=begun_at < told_from[k],
            reasons=reasons[k],
        )
    return decisions


def _decided_until(publications: Sequence[int], numbers: Sequence[int]) -> Ints:
    """Return per lead until when it has been decided under any of some publications, else `NEVER`."""
    if not publications:
        return np.full(len(numbers), NEVER, dtype=np.int64)
    condition, parameters = among("lead_id", numbers)
    under, more = among("publication_id", publications)
    sql = (
        f"SELECT lead_id, max(decided_until) FROM store_standing WHERE {under} AND {condition} "
        "GROUP BY lead_id"
    )
    known = dict(query(sql, [*more, *parameters]))
    return np.array([known.get(number, NEVER) for number in numbers], dtype=np.int64)


def _ordinals(one: Live, numbers: Sequence[int]) -> Ints:
    """Return how many episodes each lead has had under the agreement, with those who are one with it."""
    condition, parameters = among("person.root_id", numbers)
    sql = (
        "SELECT person.root_id, max(ordinal) FROM store_episode AS episode JOIN store_person AS person "
        f"ON person.id = episode.lead_id WHERE agreement = %s AND shadow = %s AND {condition} "
        "GROUP BY person.root_id"
    )
    known = dict(query(sql, [one.agreement.name, one.shadow, *parameters]))
    return np.array([known.get(number, 0) for number in numbers], dtype=np.int64)


def _grades(agreement: Agreement, prepared: Prepared, states: Ints) -> list[str | None]:
    if not agreement.grades:
        return [None] * len(states)
    names = grade_names(agreement)
    return [names[place] for place in prepared.fit.grade[states]]


def _reasons(prepared: Prepared, at: Ints, wanted: npt.NDArray[np.bool_]) -> dict[int, str]:
    """Return by place of a lead what it had at its instant, as JSON: the sums, and what rules gave."""
    if not wanted.any():
        return {}
    agreement = prepared.agreement
    standing = stand(prepared, at, points=True, threads=1)
    grades = _grades(agreement, prepared, standing.state)
    events, silences = event_rules(agreement), silence_rules(agreement)
    told = {}
    for k in np.flatnonzero(wanted):
        state = standing.state[k]
        rules: list[dict[str, object]] = []
        for r, fit in enumerate(agreement.fit.rules):
            if prepared.fit.holds[state, r] or prepared.fit.points[state, r]:
                rules.append({"rule": fit.name, "points": float(prepared.fit.points[state, r])})
        for r, rule in enumerate([*events, *silences]):
            if standing.points[k, r] or standing.holds[k, r] == TRUE:
                rules.append({"rule": rule.name, "points": float(standing.points[k, r])})
                if r < len(events):
                    rules[-1]["count"] = int(standing.counts[k, r])
        sums = {"score": standing.score[k], "fit": standing.fit[k], "engagement": standing.engagement[k]}
        reasons = {name: float(value) for name, value in sums.items()} | {"grade": grades[k], "rules": rules}
        told[int(k)] = msgspec.json.encode(reasons).decode()
    return told


def _inputs(tables: Standing, history: History, seen: Seen, wanted: Mapping[str, frozenset[str]]) -> Inputs:
    return kept_inputs(
        tables,
        leads=history.leads,
        companies=history.companies,
        events=history.events,
        seen=seen,
        wanted=wanted,
    )
