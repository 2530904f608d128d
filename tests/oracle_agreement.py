"""What does an agreement say? (AGREEMENT.md 1 and 4)

A plain reading of the YAML into values, without any check: the oracle is only asked about agreements
that are right. Durations are microseconds, and None is `forever`.
"""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from typing import Any

from ruamel.yaml import YAML
from sqlglot import exp

from oracle_expressions import parse

MINUTE = 60 * 1_000_000
UNITS = {"minute": MINUTE, "hour": 60 * MINUTE, "day": 24 * 60 * MINUTE, "week": 7 * 24 * 60 * MINUTE}

Points = float | exp.Expr


@dataclass(frozen=True)
class Limits:
    min: float | None = None
    max: float | None = None

    def clamp(self, x: float) -> float:
        if self.min is not None and x < self.min:
            return self.min
        if self.max is not None and x > self.max:
            return self.max
        return x


@dataclass(frozen=True)
class Decay:
    kind: str = "none"
    over: int = 0
    percent: float = 0.0


@dataclass(frozen=True)
class Rule:
    """One rule. `kind` is fit, event or silence, and only what that kind has is filled in."""

    name: str
    kind: str
    group: str | None
    limits: Limits
    bands: tuple[tuple[exp.Expr, Points], ...] = ()
    points: Points = 0.0
    events: tuple[str, ...] = ()
    where: exp.Expr | None = None
    distinct: str | None = None
    at_most: tuple[int, str] | None = None
    at_least: int | None = None
    within: int | None = None
    decay: Decay = Decay()
    machines: bool = False
    silent_for: int = 0


@dataclass(frozen=True)
class Section:
    rules: tuple[Rule, ...]
    groups: dict[str, Limits]
    limits: Limits


@dataclass(frozen=True)
class Reason:
    disqualify: bool = False
    requalify_after: int | None = None


@dataclass(frozen=True)
class Agreement:
    name: str
    zone: str
    lists: dict[str, tuple[str, ...]]
    fit: Section
    engagement: Section
    grades: dict[str, float]
    score: Limits
    mql: exp.Expr
    hand_raise: exp.Expr | None
    never: exp.Expr | None
    reasons: dict[str, Reason] = field(default_factory=dict)
    requalify_after: int = 0
    forget_engagement: bool = False

    @property
    def rules(self) -> dict[str, Rule]:
        return {rule.name: rule for rule in self.fit.rules + self.engagement.rules}


def duration(text: str) -> int | None:
    """`N minutes|hours|days|weeks` in microseconds; `forever` is None."""
    if text == "forever":
        return None
    number, unit = text.split()
    return int(number) * UNITS[unit.removesuffix("s")]


def length(text: str) -> int:
    found = duration(text)
    assert found is not None
    return found


def decay(text: str) -> Decay:
    kind, _, rest = text.partition(" ")
    percent, over = rest.split("% every ") if kind == "steps" else ("0", rest)
    if kind == "none" or duration(over) is None:  # what takes for ever takes nothing away
        return Decay()
    return Decay(kind, length(over), float(percent))


def limits(of: dict[str, Any]) -> Limits:
    low, high = of.get("min"), of.get("max")
    return Limits(None if low is None else float(low), None if high is None else float(high))


def points(of: Any) -> Points:
    return parse(of) if isinstance(of, str) else float(of)


def fit_rule(of: dict[str, Any]) -> Rule:
    if isinstance(of["points"], list):
        bands = tuple((parse(str(band["when"])), points(band["points"])) for band in of["points"])
    else:
        bands = ((parse(str(of["when"])), points(of["points"])),)
    return Rule(name=of["rule"], kind="fit", group=of.get("group"), limits=limits(of), bands=bands)


def engagement_rule(of: dict[str, Any], default_within: str, default_decay: str) -> Rule:
    common: dict[str, Any] = {"name": of["rule"], "group": of.get("group"), "limits": limits(of)}
    if "silent_for" in of:
        return Rule(
            kind="silence", silent_for=length(of["silent_for"]), points=points(of["points"]), **common
        )
    at_most = None
    if "at_most" in of:
        number, bucket = of["at_most"].split(" per ")
        at_most = (int(number), bucket)
    return Rule(
        kind="event",
        points=points(of["points"]),
        events=tuple(of["event"]) if isinstance(of["event"], list) else (of["event"],),
        where=parse(str(of["where"])) if "where" in of else None,
        distinct=of.get("distinct"),
        at_most=at_most,
        at_least=of.get("at_least"),
        within=duration(of.get("within", default_within)),
        decay=decay(of.get("decay", default_decay)),
        machines=of.get("machines") == "count",
        **common,
    )


def section(of: dict[str, Any], rules: tuple[Rule, ...]) -> Section:
    groups = {name: limits(group or {}) for name, group in (of.get("groups") or {}).items()}
    return Section(rules=rules, groups=groups, limits=limits(of))


def read(source: str | dict[str, Any]) -> Agreement:
    """The agreement, from YAML text or from the plain dict that the text stands for."""
    said = YAML(typ="safe", pure=True).load(io.StringIO(source)) if isinstance(source, str) else source
    fit, engagement, qualify = said["fit"], said["engagement"], said["qualify"]
    recycle = said.get("recycle") or {}
    within, default_decay = engagement.get("within", "forever"), engagement.get("decay", "none")
    return Agreement(
        name=said.get("agreement", "default"),
        zone=said.get("timezone", "UTC"),
        lists={name: tuple(map(str, items)) for name, items in (said.get("lists") or {}).items()},
        fit=section(fit, tuple(fit_rule(rule) for rule in fit.get("rules") or [])),
        engagement=section(
            engagement,
            tuple(engagement_rule(rule, within, default_decay) for rule in engagement.get("rules") or []),
        ),
        grades={name: float(bound) for name, bound in (fit.get("grades") or {}).items()},
        score=limits({"min": 0, **(said.get("score") or {})}),
        mql=parse(str(qualify["mql"])),
        hand_raise=parse(str(qualify["hand_raise"])) if "hand_raise" in qualify else None,
        never=parse(str(qualify["never"])) if "never" in qualify else None,
        reasons={name: reason(of or {}) for name, of in (recycle.get("reasons") or {}).items()},
        requalify_after=length(recycle.get("requalify_after", "0 days")),
        forget_engagement=bool(recycle.get("forget_engagement", False)),
    )


def reason(of: dict[str, Any]) -> Reason:
    own = length(of["requalify_after"]) if "requalify_after" in of else None
    return Reason(disqualify=bool(of.get("disqualify", False)), requalify_after=own)
