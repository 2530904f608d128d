"""A slow, obvious reading of the agreement language, written from its page and decision 0001 alone.

Engines are held against it. It shares nothing with them but the parser of SQL: no line here is there to
be fast, and whoever doubts one can lay the page beside it.

    oracle = Oracle(agreement_yaml, leads, companies, events, outcomes)
    oracle.score("ann", at).points
    oracle.mql_at("ann", at)

Rows are dicts with the columns of section 2; times are aware datetimes, texts, or integers of UTC
microseconds. Answers are integers of UTC microseconds.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from oracle_agreement import read
from oracle_facts import BEGINNING, Facts, Instant, Outcome, Row, instant
from oracle_hits import Hit, kept_and_dropped
from oracle_score import Further, Lead, Result, Scorer
from oracle_until import first_failure

ENDS = ("customer", "lost", "recycled", "disqualified")


@dataclass(frozen=True)
class Episode:
    """One time a lead was an MQL; `end` is customer, lost, recycled or disqualified, None while open."""

    mql_at: int
    hand_raise: bool
    ended_at: int | None = None
    end: str | None = None


@dataclass(frozen=True)
class Standing:
    """What outcomes up to an instant have made of a lead, episodes apart."""

    closed: bool = False
    recycled_at: int | None = None
    not_before: Instant = BEGINNING


class Oracle:
    """Answers about the leads of one set of inputs under one agreement.

    `ignore_outcomes` asks as a back-test does: as if no recycled and no lost outcome had been.
    """

    def __init__(
        self,
        agreement: str | dict[str, Any],
        leads: Iterable[Row],
        companies: Iterable[Row] = (),
        events: Iterable[Row] = (),
        outcomes: Iterable[Row] = (),
    ) -> None:
        self.agreement = read(agreement)
        self.facts = Facts(leads, companies, events, outcomes)

    # ---- the score

    def score(self, lead_id: str, t: Any, *, ignore_outcomes: bool = False) -> Result:
        """The lead at t, with all that is known at t."""
        at = self._at(t)
        return self._score(self._lead(lead_id, at, ignore_outcomes), at, known=at)

    def kept(self, lead_id: str, rule: str, t: Any) -> list[Hit]:
        """The rule's kept hits that have begun to count by t, in or out of its window."""
        return [hit for hit in self._hits[lead_id][rule][0] if hit.begins <= self._at(t)]

    def dropped(self, lead_id: str, rule: str, t: Any) -> list[tuple[Hit, str]]:
        """The rule's dropped hits that have begun to count by t, each with `distinct` or `at_most`."""
        return [(hit, why) for hit, why in self._hits[lead_id][rule][1] if hit.begins <= self._at(t)]

    def _at(self, t: Any) -> int:
        at = instant(t)
        assert at is not None
        return at

    def _score(self, lead: Lead, at: int, *, known: int, further: Further | None = None) -> Result:
        return Scorer(self.agreement, self.facts, lead, at, known, further).score()

    def _lead(self, lead_id: str, known: int, ignore_outcomes: bool = False) -> Lead:
        recycled_at = self._standing(lead_id, known, ignore_outcomes).recycled_at
        forgets = self.agreement.forget_engagement and recycled_at is not None
        hits = self._hits[lead_id]
        return Lead(
            attributes=self.facts.lead_attributes(lead_id, known),
            company=self.facts.company_attributes(self.facts.company_of(lead_id, known), known),
            created_at=self.facts.created_at(lead_id),
            kept={rule: kept for rule, (kept, _) in hits.items()},
            all_hits=[h for kept, dropped in hits.values() for h in kept + [each for each, _ in dropped]],
            forgotten_until=recycled_at if forgets and recycled_at is not None else -math.inf,
        )

    @cached_property
    def _hits(self) -> dict[str, dict[str, tuple[list[Hit], list[tuple[Hit, str]]]]]:
        """For each lead and event rule the kept and the dropped hits of all time."""
        rules = [rule for rule in self.agreement.engagement.rules if rule.kind == "event"]
        return {
            lead: {rule.name: kept_and_dropped(self.agreement, self.facts, rule, lead) for rule in rules}
            for lead in self.facts.lead_ids()
        }

    # ---- episodes

    def moments(self, lead_id: str) -> list[int]:
        """The instants at which something happens to the lead, of all time."""
        created, floor = self.facts.created_at(lead_id), self.facts.floor(lead_id)
        found = {hit.begins for kept, _ in self._hits[lead_id].values() for hit in kept}
        if created is not None:
            found.add(created)
        for at in self.facts.attribute_instants(lead_id):
            if self.facts.attributes_change(lead_id, at):
                found.add(at)
        return sorted(at for at in found if at >= floor)

    def episodes(
        self, lead_id: str, until_t: Any, first_only: bool = False, ignore_outcomes: bool = False
    ) -> list[Episode]:
        """The lead's episodes begun by that instant, as they stand then."""
        until = self._at(until_t)
        found: list[Episode] = []
        for at in self.moments(lead_id):
            if at > until or (first_only and found):
                break
            standing = self._standing(lead_id, at, ignore_outcomes)
            if standing.closed or at < standing.not_before:
                continue
            if found and self._ended(lead_id, found[-1], at, ignore_outcomes).end is None:
                continue
            result = self.score(lead_id, at, ignore_outcomes=ignore_outcomes)
            if result.qualified:
                found.append(Episode(mql_at=at, hand_raise=result.hand_raise is True))
        return [self._ended(lead_id, episode, until, ignore_outcomes) for episode in found]

    def mql_at(self, lead_id: str, t: Any) -> int | None:
        """When the first episode began, if by t."""
        first = self.episodes(lead_id, t, first_only=True)
        return first[0].mql_at if first else None

    def _outcomes(self, lead_id: str, ignore_outcomes: bool) -> list[Outcome]:
        """What happened to the lead under this agreement, in the order in which it applies."""
        return [
            outcome
            for outcome in self.facts.outcomes
            if outcome.lead == lead_id
            and outcome.agreement in (None, self.agreement.name)
            and not (ignore_outcomes and outcome.stage in ("recycled", "lost"))
        ]

    def _end_of(self, outcome: Outcome) -> str | None:
        """What the outcome ends an episode as, None where it leaves it open."""
        if outcome.stage == "recycled":
            reason = self.agreement.reasons.get(outcome.reason or "")
            return "disqualified" if reason and reason.disqualify else "recycled"
        return outcome.stage if outcome.stage in ENDS else None

    def _ended(self, lead_id: str, episode: Episode, by: int, ignore_outcomes: bool) -> Episode:
        """The episode as it stands at an instant: those of its own first instant applied before it began."""
        for outcome in self._outcomes(lead_id, ignore_outcomes):
            end = self._end_of(outcome)
            if episode.mql_at < outcome.at <= by and end is not None:
                return Episode(episode.mql_at, episode.hand_raise, outcome.at, end)
        return episode

    def _standing(self, lead_id: str, at: int, ignore_outcomes: bool) -> Standing:
        standing = Standing()
        for outcome in self._outcomes(lead_id, ignore_outcomes):
            if outcome.at > at:
                break
            if standing.closed:
                if outcome.stage == "reopened":
                    standing = Standing(False, standing.recycled_at, outcome.at)
                continue
            end = self._end_of(outcome)
            if end == "recycled":
                reason = self.agreement.reasons.get(outcome.reason or "")
                own = reason.requalify_after if reason else None
                wait = self.agreement.requalify_after if own is None else own
                standing = Standing(recycled_at=outcome.at, not_before=outcome.at + wait)
            elif end is not None:
                standing = Standing(True, standing.recycled_at, standing.not_before)
        return standing

    # ---- what explains it

    def missing(self, lead_id: str, t: Any) -> dict[str, int | None]:
        """For each event rule how many further hits, now, would alone make the lead qualify."""
        rules = [rule for rule in self.agreement.engagement.rules if rule.kind == "event"]
        return {rule.name: self._missing(lead_id, rule.name, self._at(t)) for rule in rules}

    def _missing(self, lead_id: str, name: str, t: int) -> int | None:
        rule = self.agreement.rules[name]
        if self.score(lead_id, t).qualified:
            return 0
        weight = rule.points if isinstance(rule.points, float) else None
        if weight is None:
            so_far = self.kept(lead_id, name, t)
            if not so_far:
                return None
            weight = so_far[-1].weight
        lead = self._lead(lead_id, t)
        for number in range(1, 101):
            if self._score(lead, t, known=t, further=Further(name, number, weight)).qualified:
                return number
        return None

    def until(self, lead_id: str, t: Any) -> int | None:
        """The first instant after t at which, with nothing new, the lead stops qualifying.

        Where a half-life or a linear decay crosses a bound, the last bit of a sum can move the answer by
        a microsecond or two; where nothing is smooth it is exact.
        """
        at = self._at(t)
        if not self.score(lead_id, at).qualified:
            return None
        lead = self._lead(lead_id, at)
        return first_failure(self.agreement, lead, at, lambda u: self._score(lead, u, known=at))

    def until_by_walking(self, lead_id: str, t: Any, *, step: int, steps: int) -> int | None:
        """The first of t + step, t + 2 × step, … at which it does not qualify: the oracle's own oracle."""
        at = self._at(t)
        lead = self._lead(lead_id, at)
        if not self._score(lead, at, known=at).qualified:
            return None
        walked = (at + number * step for number in range(1, steps + 1))
        return next((u for u in walked if not self._score(lead, u, known=at).qualified), None)
