"""Why does a lead have this score, at this instant, and what would change it?

The `Explanation` is written from what the fold computed: its points are the score's own, not a second
reckoning.
"""

from __future__ import annotations

import math
from datetime import timedelta
from functools import cached_property

import msgspec

from handraiser.agreement.model import Agreement, EventRule, FitRule, Group, Limits, SilenceRule, Sql
from handraiser.facts.inputs import Inputs, Source
from handraiser.scoring.cited import Cited, cited_attributes, cited_events, cited_outcomes, moment, said
from handraiser.scoring.evidence import Hit, evidence
from handraiser.scoring.explanation import (
    Condition,
    Dropped,
    EpisodeStart,
    Explanation,
    GroupSum,
    HitPoints,
    RulePoints,
    SalesOutcome,
)
from handraiser.scoring.machines import machine_hits
from handraiser.scoring.match import event_rules, match, microseconds
from handraiser.scoring.outlook import outlook
from handraiser.scoring.reasons import conditions_of
from handraiser.scoring.registers import CLOSES, REOPENS, TRUE
from handraiser.scoring.score import Prepared, Standing, find_episodes, grade_names, prepare, stand
from handraiser.scoring.timeline import UNKNOWN
from handraiser.scoring.weighing import factors

__all__ = [
    "Condition",
    "Dropped",
    "EpisodeStart",
    "Explanation",
    "GroupSum",
    "HitPoints",
    "RulePoints",
    "SalesOutcome",
    "explain_lead",
    "moment",
]


def explain_lead(agreement: Agreement, inputs: Inputs, *, lead: str, at: int) -> Explanation:
    """Return why the lead stands as it does at an instant (microseconds).

    Raises `LookupError` where the leads input has no such lead.
    """
    own = _only(inputs, lead)
    try:
        matched = match(agreement, own, threads=1)
        ids = matched.leads.ids.to_pylist()
        if lead not in ids:
            raise LookupError(lead)
        return _Writer(prepare(agreement, matched), own, ids.index(lead), at).explanation()
    finally:
        own.con.execute("DROP TABLE IF EXISTS explained_events")


def _only(inputs: Inputs, lead: str) -> Inputs:
    """Return the inputs with the events of one lead, each with its `row`; the other leads stay, as they
    decide whose company is a customer."""
    inputs.con.execute(
        "CREATE OR REPLACE TABLE explained_events AS SELECT *, row_number() OVER () - 1 AS row "
        f"FROM {inputs.events.relation} WHERE usable AND lead_id = $1",
        [lead],
    )
    events = inputs.events
    own = Source(relation="explained_events", columns=events.columns, has=events.has | {"row"})
    return msgspec.structs.replace(inputs, events=own)


class _Writer:
    """Writes the explanation of one lead from what was folded."""

    def __init__(self, prepared: Prepared, inputs: Inputs, lead: int, at: int) -> None:
        self.prepared, self.inputs, self.lead, self.at = prepared, inputs, lead, at
        self.agreement = prepared.agreement
        self.standing: Standing = stand(prepared, at, points=True, threads=1)
        self.state = int(self.standing.state[lead])
        self.events = cited_events(inputs)
        self.evidence = evidence(prepared, lead, at)
        self.by_machines = machine_hits(self.agreement, inputs, lead, at)

    def explanation(self) -> Explanation:
        agreement, lead = self.agreement, self.lead
        rules = [self._fit_rule(rule) for rule in agreement.fit.rules if isinstance(rule, FitRule)]
        rules += [self._engagement_rule(rule) for rule in agreement.engagement.rules]
        points = {rule.rule: rule for rule in rules}
        groups = [self._group(group, "fit", rules) for group in agreement.fit.groups]
        groups += [self._group(group, "engagement", rules) for group in agreement.engagement.groups]
        fit, engagement = float(self.standing.fit[lead]), float(self.standing.engagement[lead])
        sums = [
            self._sum("fit", agreement.fit.limits, rules, groups, fit),
            self._sum("engagement", agreement.engagement.limits, rules, groups, engagement),
        ]
        score = float(self.standing.score[lead])
        total = sums[0].points + sums[1].points
        sums.append(_group_sum("score", "score", total, agreement.score, score))
        mql, hand_raise, never = conditions_of(self.prepared, points, groups, self.standing, lead)
        last = [self._last(hits) for hits in self.evidence.hits]
        ahead = outlook(self.prepared, lead, self.at, last=last, found=self.evidence)
        episodes = self._episodes()
        return Explanation(
            agreement=agreement.name,
            title=agreement.title,
            fingerprint=agreement.fingerprint,
            lead_id=self.prepared.matched.leads.ids[lead].as_py(),
            at=moment(self.at),
            score=score,
            fit=sums[0].points,
            engagement=sums[1].points,
            grade=self._grade(),
            qualified=bool(self.standing.answers[lead, 3] == TRUE),
            mql_at=episodes[0].mql_at if episodes else None,
            rules=rules,
            groups=groups,
            sums=sums,
            mql=mql,
            hand_raise=hand_raise,
            never=never,
            missing=ahead.missing,
            until=None if ahead.until is None else moment(ahead.until),
            episodes=episodes,
            outcomes=self._outcomes(),
            closed=self._closed(),
            attributes=self._attributes(),
        )

    def _grade(self) -> str | None:
        if not self.agreement.grades:
            return None
        return grade_names(self.agreement)[int(self.prepared.fit.grade[self.state])]

    def _fit_rule(self, rule: FitRule) -> RulePoints:
        place = [other.name for other in self.agreement.fit.rules].index(rule.name)
        fit = self.prepared.fit
        return RulePoints(
            rule=rule.name,
            section="fit",
            title=rule.title,
            say=rule.say,
            group=rule.group,
            holds=bool(fit.holds[self.state, place]),
            count=None,
            sum=float(fit.raw[self.state, place]),
            min=rule.limits.min,
            max=rule.limits.max,
            points=float(fit.points[self.state, place]),
            hits=[],
            dropped=[],
        )

    def _engagement_rule(self, rule: EventRule | SilenceRule | FitRule) -> RulePoints:
        events = event_rules(self.agreement)
        silences = [other for other in self.agreement.engagement.rules if isinstance(other, SilenceRule)]
        slot = [other.name for other in [*events, *silences]].index(rule.name)
        holds = bool(self.standing.holds[self.lead, slot])
        hits: list[HitPoints] = []
        dropped: list[Dropped] = []
        count: int | None = None
        if isinstance(rule, EventRule):
            hits, dropped = self._hits(rule, self.evidence.hits[slot], self.by_machines[slot])
            count = int(self.standing.counts[self.lead, slot])
            total = sum((hit.points or 0.0 for hit in hits), 0.0)
            if rule.at_least is not None and not isinstance(rule.points, Sql):
                total = rule.points if holds else 0.0
        else:
            assert isinstance(rule, SilenceRule)  # noqa: S101  engagement has no fit rules
            total = rule.points if holds else 0.0
        return RulePoints(
            rule=rule.name,
            section="engagement",
            title=rule.title,
            say=rule.say,
            group=rule.group,
            holds=holds,
            count=count,
            sum=total,
            min=rule.limits.min,
            max=rule.limits.max,
            points=float(self.standing.points[self.lead, slot]),
            hits=hits,
            dropped=dropped,
        )

    def _hits(
        self, rule: EventRule, found: list[Hit], by_machines: list[Hit]
    ) -> tuple[list[HitPoints], list[Dropped]]:
        counted = sorted((hit for hit in found if not hit.fate), key=self._place)
        left_out = [(hit, _why(rule, hit)) for hit in found if hit.fate]
        left_out += [(hit, "made by a machine") for hit in by_machines]
        left_out.sort(key=lambda each: self._place(each[0]))
        shares = factors(rule, [self.at - hit.occurred for hit in counted])
        apart = rule.at_least is None
        hits = [
            _hit_points(self.events[hit.source], hit.weight if apart else None, share)
            for hit, share in zip(counted, shares, strict=True)
        ]
        return hits, [_dropped(self.events[hit.source], why) for hit, why in left_out]

    def _last(self, hits: list[Hit]) -> float | None:
        """Return the weight of the last hit that is kept."""
        kept = [hit for hit in hits if hit.fate != "dropped"]
        return max(kept, key=self._place).weight if kept else None

    def _place(self, hit: Hit) -> tuple[int, int, str, float]:
        """Return where a hit stands in the order of section 5, which the fold keeps only where it matters."""
        return hit.begin, hit.occurred, self.events[hit.source].event_id or "", -hit.weight

    def _group(self, group: Group, section: str, rules: list[RulePoints]) -> GroupSum:
        total = sum((rule.points for rule in rules if rule.group == group.name), 0.0)
        if section == "fit":
            points = float(self.prepared.fit.groups[group.name][self.state])
        else:
            points = _clamped(total, group.limits)
        return _group_sum(group.name, section, total, group.limits, points)

    def _sum(
        self, section: str, limits: Limits, rules: list[RulePoints], groups: list[GroupSum], points: float
    ) -> GroupSum:
        total = sum((group.points for group in groups if group.section == section), 0.0)
        total += sum(rule.points for rule in rules if rule.section == section and rule.group is None)
        return _group_sum(section, section, total, limits, points)

    def _episodes(self) -> list[EpisodeStart]:
        found = find_episodes(self.prepared, self.at, first_only=False, threads=1)
        first = int(found.offsets[self.lead])
        return [
            EpisodeStart(mql_at=moment(int(found.at[k])), hand_raise=bool(found.hand_raise[k]))
            for k in range(first, first + int(found.found[self.lead]))
        ]

    def _outcomes(self) -> list[SalesOutcome]:
        lead = self.prepared.matched.leads.ids[self.lead].as_py()
        return [
            SalesOutcome(at=at, stage=stage, reason=reason)
            for at, stage, reason in cited_outcomes(self.inputs, lead, self.agreement.name, self.at)
        ]

    def _closed(self) -> bool:
        outcomes = self.prepared.matched.outcomes
        own = slice(outcomes.offsets[self.lead], outcomes.offsets[self.lead + 1])
        effect = outcomes.effect[own][outcomes.at[own] <= self.at]
        decisive = effect[(effect == CLOSES) | (effect == REOPENS)]
        return bool(len(decisive) and decisive[-1] == CLOSES)

    def _attributes(self) -> dict[str, str]:
        """Return what holds of the lead and its company, by the names that conditions use."""
        states = self.prepared.matched.states
        found = cited_attributes(self.inputs, self.inputs.leads, "lead", int(states.lead_row[self.state]))
        if self.inputs.companies is not None:
            company = int(states.company_row[self.state])
            found |= cited_attributes(self.inputs, self.inputs.companies, "company", company)
        derived = {"lead.unsubscribed": states.unsubscribed, "company.is_customer": states.is_customer}
        for name, column in derived.items():
            value = int(column[self.state])
            if name not in self._given and value != UNKNOWN:
                found[name] = said(value == 1)
        return found

    @cached_property
    def _given(self) -> set[str]:
        companies = self.inputs.companies
        given = {f"lead.{name}" for name in self.inputs.leads.columns}
        return given | {f"company.{name}" for name in (companies.columns if companies else ())}


def _hit_points(cited: Cited, weight: float | None, factor: float) -> HitPoints:
    return HitPoints(
        event=cited.event,
        occurred_at=cited.occurred_at,
        known_at=cited.known_at,
        event_id=cited.event_id,
        properties=cited.properties,
        weight=weight,
        factor=None if weight is None else factor,
        points=None if weight is None else weight * factor,
    )


def _dropped(cited: Cited, why: str) -> Dropped:
    return Dropped(
        event=cited.event,
        occurred_at=cited.occurred_at,
        known_at=cited.known_at,
        event_id=cited.event_id,
        properties=cited.properties,
        why=why,
    )


def _why(rule: EventRule, hit: Hit) -> str:
    if hit.fate == "forgotten":
        return "before the lead was recycled"
    if hit.fate == "lapsed":
        return f"{_length(rule.within)} or more ago"
    limit = "" if rule.at_most is None else f"at most {rule.at_most.count} per {rule.at_most.per}"
    if rule.distinct is None:
        return limit
    return f"{limit} for each {rule.distinct}" if limit else f"the same {rule.distinct} has counted already"


def _length(within: timedelta | None) -> str:
    for unit, size in (("days", timedelta(days=1)), ("hours", timedelta(hours=1))):
        if within is not None and within % size == timedelta(0):
            return f"{within // size} {unit}"
    return f"{microseconds(within) // 60_000_000} minutes"


def _clamped(value: float, limits: Limits) -> float:
    if limits.max is not None:
        value = min(value, limits.max)
    if limits.min is not None:
        value = max(value, limits.min)
    return _rounded(value)


def _rounded(value: float) -> float:
    return math.floor(value * 1e6 + 0.501) / 1e6


def _group_sum(name: str, section: str, total: float, limits: Limits, points: float) -> GroupSum:
    return GroupSum(
        name=name, section=section, sum=_rounded(total), min=limits.min, max=limits.max, points=points
    )
