"""Which episodes of some leads begin, why, and which of the agreement's routes does each lead meet?"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec
import numpy as np
import numpy.typing as npt

from handraiser.agreement.model import Agreement
from handraiser.agreement.recipients import RecipientKind
from handraiser.flows.live import Live
from handraiser.flows.routing import recipients_of
from handraiser.flows.wanted import wanted_names
from handraiser.handoff.asking import asking_routes, routes_met
from handraiser.scoring.attributes import values_at
from handraiser.scoring.layout import silence_rules
from handraiser.scoring.match import Outcomes
from handraiser.scoring.plan import event_rules
from handraiser.scoring.registers import CLOSES, FOREVER, NEVER, RECYCLES, TRUE
from handraiser.scoring.score import Prepared, find_episodes, grade_names, stand
from handraiser.scoring.survey import Ground
from handraiser.store.bulk import Question, among

__all__ = [
    "Beginning",
    "Came",
    "Episodes",
    "Past",
    "asked_of",
    "beginnings",
    "episodes_of",
    "grades_of",
    "past_of",
    "wanted_by",
]

Ints = npt.NDArray[np.int64]
Episodes = dict[tuple[str, bool], list[tuple[Any, ...]]]
"""By agreement and whether it is a shadow: lead, ordinal, when it began, when sales was done with it."""
OWNER = ("company", "owner")  # the attribute that says who owns a company


class Beginning(NamedTuple):
    """An episode that begins.

    handed    whether sales is to have it: it is not history, or that is handed off too, and it has not ended
    reasons   JSON: the sums, and of every rule its points, at that moment
    routes    the places of the agreement's routes that the lead met then, in order
    owner     whom the company's attribute `owner` named then
    """

    at: int
    ordinal: int
    hand_raise: bool
    from_history: bool
    handed: bool
    reasons: str
    routes: tuple[int, ...]
    owner: str | None


class Came(NamedTuple):
    """What of a lead came as history.

    before    what began before
    imported  and at any of these instants
    too       whether that is handed off too
    """

    before: int
    imported: frozenset[int]
    too: bool

    def holds(self, began: int) -> bool:
        """Return whether what began at an instant is part of it."""
        return began < self.before or began in self.imported


class Past(NamedTuple):
    """What episodes leads have had under an agreement, with those who are one with them.

    ordinal   of the latest, 0 without any
    open      whether one has not ended
    ended_at  when the latest did, NEVER without any
    """

    ordinal: Ints
    open: npt.NDArray[np.bool_]
    ended_at: Ints


def asked_of(live: Iterable[Live]) -> list[Agreement]:
    """Return the agreements that are asked about: the live ones, and the routes of those that hand off."""
    agreements = [one.agreement for one in live]
    asking = (asking_routes(one.agreement) for one in live if not one.shadow)
    return [*agreements, *(each for each in asking if each is not None)]


def wanted_by(agreements: Sequence[Agreement]) -> dict[str, frozenset[str]]:
    """Return by scope the names that agreements read, and that of the attribute for who owns a company."""
    wanted = wanted_names([agreement for agreement in agreements if agreement.source])
    owned = any(_asks_owner(each) for each in agreements)
    return wanted | {"company": wanted["company"] | {OWNER[1]}} if owned else wanted


def _asks_owner(agreement: Agreement) -> bool:
    """Return whether a route of the agreement is to who owns the company."""
    return any(
        each.kind is RecipientKind.COMPANY_OWNER
        for route in agreement.handoff.route
        for each in recipients_of(route.to)
    )


def asking_episodes(numbers: Sequence[int]) -> Question:
    """Return the question of what episodes leads have had, with those who are one with them."""
    condition, parameters = among("person.root_id", numbers)
    sql = (
        "SELECT episode.agreement, shadow, person.root_id, ordinal, begun_at, handoff.ended_at "
        "FROM store_episode AS episode JOIN store_person AS person ON person.id = episode.lead_id "
        f"LEFT JOIN store_handoff AS handoff ON handoff.episode_id = episode.id WHERE {condition}"
    )
    return Question(sql, parameters)


def episodes_of(live: Iterable[Live], rows: Iterable[Sequence[Any]]) -> Episodes:
    """Return the episodes of agreements, by the answer to that question."""
    found: Episodes = {(one.agreement.name, one.shadow): [] for one in live}
    for name, shadow, *episode in rows:
        if (own := found.get((name, bool(shadow)))) is not None:
            own.append(tuple(episode))
    return found


def past_of(one: Live, episodes: Episodes, numbers: Sequence[int], outcomes: Outcomes) -> Past:
    """Return what episodes leads have had under an agreement, given those of all."""
    ordinal = np.zeros(len(numbers), dtype=np.int64)
    still = np.zeros(len(numbers), dtype=np.bool_)
    ended_at = np.full(len(numbers), NEVER, dtype=np.int64)
    place = {number: k for k, number in enumerate(numbers)}
    for root, number, begun_at, ended in episodes[one.agreement.name, one.shadow]:
        k = place[root]
        ordinal[k] = max(ordinal[k], number)
        # A shadow's are nobody's to end: they end with what sales says of the lead.
        end = _end_after(begun_at, outcomes, k) if one.shadow else ended
        if end is None:
            still[k] = True
        else:
            ended_at[k] = max(ended_at[k], end)
    return Past(ordinal, still, ended_at)


def _end_after(begun_at: int, outcomes: Outcomes, lead: int) -> int | None:
    own = slice(outcomes.offsets[lead], outcomes.offsets[lead + 1])
    effect, at = outcomes.effect[own], outcomes.at[own]
    ends = at[((effect == CLOSES) | (effect == RECYCLES)) & (at > begun_at)]
    return int(ends.min()) if len(ends) else None


def beginnings(
    one: Live, prepared: Prepared, ground: Ground, ordinals: Ints, came: Callable[[int], Came]
) -> Mapping[int, tuple[Beginning, ...]]:
    """Return by place of a lead the episodes of it that begin; most often that is one.

    came  what is history of the lead at a place
    """
    found = find_episodes(prepared, FOREVER - 1, first_only=False, threads=1)
    begun: dict[int, list[Beginning]] = defaultdict(list)
    for turn in range(int(found.found.max(initial=0))):
        leads = np.flatnonzero(found.found > turn)
        places = found.offsets[leads] + turn
        at = np.zeros(len(found.found), dtype=np.int64)
        at[leads] = found.at[places]
        told = _told(one, prepared, ground, at, leads)
        for k, place, (reasons, routes, owner) in zip(leads.tolist(), places.tolist(), told, strict=True):
            began = int(found.at[place])
            history = came(k)
            past = history.holds(began)
            over = _end_after(began, prepared.matched.outcomes, k) is not None
            handed = not over and (history.too or not past)
            begun[k].append(
                Beginning(
                    began, int(ordinals[k]) + turn + 1, bool(found.hand_raise[place]), past, handed, reasons,
                    routes, owner,
                )
            )  # fmt: skip
    return {k: tuple(own) for k, own in begun.items()}


def _told(
    one: Live, prepared: Prepared, ground: Ground, at: Ints, leads: Ints
) -> list[tuple[str, tuple[int, ...], str | None]]:
    """Return of some leads, each at its own instant: the reasons, the routes met, who owns the company."""
    agreement = prepared.agreement
    standing = stand(prepared, at, points=True, threads=1)
    grades = grades_of(prepared, standing.state)
    states = standing.state[leads]
    routes: list[tuple[int, ...]] = [()] * len(leads)
    owners: list[str | None] = [None] * len(leads)
    if not one.shadow:
        routes = routes_met(agreement, ground, states)
        if _asks_owner(agreement):
            owners = values_at(ground.inputs, ground.states, states, [OWNER]).column(0).to_pylist()
    events, silences = event_rules(agreement), silence_rules(agreement)
    told = []
    for k, met, owner in zip(leads.tolist(), routes, owners, strict=True):
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
        told.append((msgspec.json.encode(reasons).decode(), met, None if owner is None else str(owner)))
    return told


def grades_of(prepared: Prepared, states: Ints) -> list[str | None]:
    """Return the grade that leads in some states have, None where the agreement has no grades."""
    if not prepared.agreement.grades:
        return [None] * len(states)
    names = grade_names(prepared.agreement)
    return [names[place] for place in prepared.fit.grade[states]]
