"""Why does a lead have this score, at this instant, and what would change it?

An `Explanation` holds everything section 9 of AGREEMENT.md asks for, as plain values: `msgspec.json`
writes it, `telling` (the edge) puts it into words. Its points are those that the fold computed.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import msgspec

from handraiser.agreement.model import Agreement, EventRule, FitRule, Group, Limits, SilenceRule
from handraiser.facts.inputs import Inputs, Source
from handraiser.scoring.evidence import Hit, evidence
from handraiser.scoring.match import event_rules, match, microseconds
from handraiser.scoring.outlook import outlook
from handraiser.scoring.reasons import Condition, conditions_of
from handraiser.scoring.registers import TRUE
from handraiser.scoring.score import Prepared, Standing, find_episodes, grade_names, prepare, stand
from handraiser.scoring.weighing import factors

__all__ = ["Dropped", "EpisodeStart", "Explanation", "GroupSum", "HitPoints", "RulePoints", "explain_lead", "moment"]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class HitPoints(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One hit that counts: points = weight * factor, not rounded (its rule's points are)."""

    event: str
    occurred_at: datetime
    known_at: datetime | None = None
    event_id: str | None = None
    properties: dict[str, str] = {}
    weight: float
    factor: float
    points: float


class Dropped(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One event that met the rule and does not count, and why."""

    event: str
    occurred_at: datetime
    known_at: datetime | None = None
    event_id: str | None = None
    properties: dict[str, str] = {}
    why: str


class RulePoints(msgspec.Struct, frozen=True, kw_only=True):
    """A rule: `sum` is what it gives before its own clamp, `points` after it and rounded."""

    rule: str
    section: str
    title: str
    say: str
    group: str | None
    holds: bool
    count: int | None
    sum: float
    min: float | None
    max: float | None
    points: float
    hits: list[HitPoints]
    dropped: list[Dropped]


class GroupSum(msgspec.Struct, frozen=True, kw_only=True):
    """A group or section: the sum of its points before and after its clamp."""

    name: str
    section: str
    sum: float
    min: float | None
    max: float | None
    points: float


class EpisodeStart(msgspec.Struct, frozen=True, kw_only=True):
    mql_at: datetime
    hand_raise: bool


class Explanation(msgspec.Struct, frozen=True, kw_only=True):
    """The proof of one lead's score. `until` is the first instant at which it stops qualifying."""

    agreement: str
    title: str
    fingerprint: str
    lead_id: str
    at: datetime
    score: float
    fit: float
    engagement: float
    grade: str | None
    qualified: bool
    mql_at: datetime | None
    rules: list[RulePoints]
    groups: list[GroupSum]
    sums: list[GroupSum]
    mql: Condition
    hand_raise: Condition | None
    never: Condition | None
    missing: dict[str, int | None]
    until: datetime | None
    episodes: list[EpisodeStart]
    attributes: dict[str, str]


def moment(at: int) -> datetime:
    """Return an instant in microseconds as a datetime."""
    return _EPOCH + timedelta(microseconds=at)


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
        self.events = _events(inputs)
        self.evidence = evidence(prepared, lead, at)

    def explanation(self) -> Explanation:
        agreement, lead = self.agreement, self.lead
        rules = [self._fit_rule(rule) for rule in agreement.fit.rules if isinstance(rule, FitRule)]
        rules += [self._engagement_rule(rule) for rule in agreement.engagement.rules]
        points = {rule.rule: rule for rule in rules}
        groups = [self._group(group, "fit", rules) for group in agreement.fit.groups]
        groups += [self._group(group, "engagement", rules) for group in agreement.engagement.groups]
        sums = [
            self._sum("fit", agreement.fit.limits, rules, groups, float(self.standing.fit[lead])),
            self._sum(
                "engagement", agreement.engagement.limits, rules, groups, float(self.standing.engagement[lead])
            ),
        ]
        score = float(self.standing.score[lead])
        total = sums[0].points + sums[1].points
        sums.append(_group_sum("score", "score", total, agreement.score, score))
        mql, hand_raise, never = conditions_of(self.prepared, points, groups, self.standing, lead)
        ahead = outlook(self.prepared, lead, self.at)
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
            hits, dropped = self._hits(rule, self.evidence.hits[slot])
            count = int(self.standing.counts[self.lead, slot])
            total = sum(hit.points for hit in hits)
            if rule.at_least is not None:
                total = float(rule.points) if holds else 0.0  # type: ignore[arg-type]  # a number: load says so
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

    def _hits(self, rule: EventRule, found: list[Hit]) -> tuple[list[HitPoints], list[Dropped]]:
        counted = [hit for hit in found if not hit.fate]
        shares = factors(rule, [self.at - hit.occurred for hit in counted])
        hits = [
            HitPoints(
                **self.events[hit.source], weight=hit.weight, factor=share, points=hit.weight * share
            )
            for hit, share in zip(counted, shares, strict=True)
        ]
        dropped = [Dropped(**self.events[hit.source], why=_why(rule, hit)) for hit in found if hit.fate]
        return hits, dropped

    def _group(self, group: Group, section: str, rules: list[RulePoints]) -> GroupSum:
        total = sum(rule.points for rule in rules if rule.group == group.name)
        if section == "fit":
            points = float(self.prepared.fit.groups[group.name][self.state])
        else:
            points = _clamped(total, group.limits)
        return _group_sum(group.name, section, total, group.limits, points)

    def _sum(
        self, section: str, limits: Limits, rules: list[RulePoints], groups: list[GroupSum], points: float
    ) -> GroupSum:
        total = sum(rule.points for rule in rules if rule.section == section and rule.group is None)
        total += sum(group.points for group in groups if group.section == section)
        return _group_sum(section, section, total, limits, points)

    def _episodes(self) -> list[EpisodeStart]:
        found = find_episodes(self.prepared, self.at, first_only=False, threads=1)
        first = int(found.offsets[self.lead])
        return [
            EpisodeStart(mql_at=moment(int(found.at[k])), hand_raise=bool(found.hand_raise[k]))
            for k in range(first, first + int(found.count[self.lead]))
        ]

    def _attributes(self) -> dict[str, str]:
        """Return what holds of the lead and its company, by the names that conditions use."""
        states = self.prepared.matched.states
        said = _row(self.inputs, self.inputs.leads, "lead", int(states.lead_row[self.state]))
        if self.inputs.companies is not None:
            company = int(states.company_row[self.state])
            said |= _row(self.inputs, self.inputs.companies, "company", company)
        return said


def _why(rule: EventRule, hit: Hit) -> str:
    if hit.fate == "forgotten":
        return "before the lead was recycled"
    if hit.fate == "lapsed":
        days = microseconds(rule.within) / 86_400_000_000
        return f"{days:g} days or more ago"
    limit = "" if rule.at_most is None else f"at most {rule.at_most.count} per {rule.at_most.per}"
    if rule.distinct is None:
        return limit
    return f"{limit} for each {rule.distinct}" if limit else f"the same {rule.distinct} has counted already"


def _clamped(value: float, limits: Limits) -> float:
    if limits.max is not None:
        value = min(value, limits.max)
    if limits.min is not None:
        value = max(value, limits.min)
    return round(value, 6)


def _group_sum(name: str, section: str, total: float, limits: Limits, points: float) -> GroupSum:
    return GroupSum(
        name=name, section=section, sum=round(total, 6), min=limits.min, max=limits.max, points=points
    )


def _events(inputs: Inputs) -> list[dict[str, object]]:
    """Return the lead's events by row: what stands of each in an explanation."""
    columns = inputs.events.columns
    shown = ", ".join(["event", "occurred_at", *(column.sql for column in columns.values())])
    extra = [name for name in ("known_at", "event_id") if name in inputs.events.has]
    query = f"SELECT {shown}{''.join(f', {name}' for name in extra)} FROM {inputs.events.relation} ORDER BY row"
    found = []
    for event, occurred, *values in inputs.con.sql(query).fetchall():
        given = dict(zip(columns, values, strict=False))
        one: dict[str, object] = {
            "event": event,
            "occurred_at": moment(occurred),
            "properties": {name: _said(value) for name, value in given.items() if value is not None},
        }
        for name, value in zip(extra, values[len(columns) :], strict=True):
            if value is not None:
                one[name] = moment(value) if name == "known_at" else value
        found.append(one)
    return found


def _row(inputs: Inputs, source: Source, scope: str, row: int) -> dict[str, str]:
    columns = source.columns
    if row < 0 or not columns:
        return {}
    shown = ", ".join(column.sql for column in columns.values())
    values = inputs.con.sql(f"SELECT {shown} FROM {source.relation} WHERE row = {row}").fetchall()[0]
    return {
        f"{scope}.{name}": _said(value) for name, value in zip(columns, values, strict=True) if value is not None
    }


def _said(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return f"{value:.15g}"
    return str(value)
