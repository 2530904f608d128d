"""How would a colleague tell why a lead stands where it does, in a minute?

First what is so and what would change it, then what to say, then the points: they add up as shown, with
limits as lines of their own. `--format json` has every hit, every decimal and every event dropped.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple
from zoneinfo import ZoneInfo

from rich.text import Text

from handraiser.agreement.conditions import names
from handraiser.agreement.model import Agreement, EventRule, FitRule, SilenceRule
from handraiser.agreement.wording import (
    adding_up,
    capital,
    fading,
    instant,
    joined,
    length,
    number,
    readable,
    times,
)
from handraiser.edge.hits_told import latest, strongest_hits
from handraiser.edge.page import Page
from handraiser.edge.reasons_told import tell_conditions, verdict
from handraiser.errors import many
from handraiser.scoring.explanation import Explanation, GroupSum, RulePoints

__all__ = ["tell"]

_TALK = 3  # rules whose `say` is read out
_IN_FULL = 3  # rules that show hits on lines of their own
_RULES = 12  # rules a section shows
_DROPPED = 4  # rules whose dropped events are counted


def tell(explanation: Explanation, *, rules: Agreement) -> Text:
    """Return the explanation in words, at most 80 columns wide; times are those of the agreement's zone."""
    return _Teller(explanation, rules).told()


class _Entry(NamedTuple):
    """A line of a section: its points, what gives them, and what the lead did for them."""

    points: float
    words: str
    hits: Sequence[str] = ()


class _Teller:
    def __init__(self, explanation: Explanation, agreement: Agreement) -> None:
        self.why, self.agreement = explanation, agreement
        self.zone = ZoneInfo(agreement.timezone)
        self.rules = {rule.name: rule for rule in (*agreement.fit.rules, *agreement.engagement.rules)}
        self.page = Page()
        fit, engagement, score = explanation.sums
        shown = adding_up([fit.points, engagement.points], score.sum)
        self.shown = dict(zip(("fit", "engagement"), shown, strict=True))

    def told(self) -> Text:
        self._heading()
        self.page.words(verdict(self.why, self.zone, self.agreement))
        self._outcomes()
        self._talk_track()
        for total in self.why.sums:
            if total.section != "score":
                self._section(total)
        self._sum()
        self._dropped()
        tell_conditions(self.page, self.why)
        self._episodes()
        return self.page.text()

    def _heading(self) -> None:
        self.page.heading(" · ".join(filter(None, (self.why.lead_id, self._who()))))
        title = self.agreement.title or self.agreement.name
        self.page.words(f"{title}, at {instant(self.why.at, self.zone)} ({self.agreement.timezone})")
        self.page.blank()

    def _who(self) -> str:
        """Return what a person would call the lead, as far as the data tell."""
        given = self.why.attributes
        parts = [given.get(f"lead.{name}", "") for name in ("first_name", "last_name")]
        name = given.get("lead.name") or given.get("lead.full_name") or " ".join(filter(None, parts))
        title = given.get("lead.job_title") or given.get("lead.title")
        return ", ".join(filter(None, (name, title, given.get("company.name"))))

    def _talk_track(self) -> None:
        holding = sorted(
            (rule for rule in self.why.rules if rule.holds and rule.say), key=lambda rule: -rule.points
        )
        if holding:
            self.page.heading("Say", space=True)
        for rule in holding[:_TALK]:
            self.page.words(rule.say, first="  • ")

    # ---- points

    def _section(self, total: GroupSum) -> None:
        own = [rule for rule in self.why.rules if rule.section == total.section]
        if not own:
            return
        grade = f", grade {self.why.grade}" if total.section == "fit" and self.why.grade else ""
        self.page.heading(f"{capital(total.name)} {number(self.shown[total.name])}{grade}", space=True)
        entries = self._entries(own, total)
        shown = adding_up([entry.points for entry in entries], self.shown[total.name])
        for value, entry in zip(shown, entries, strict=True):
            self.page.words(entry.words, first=f"{number(value):>8}  ")
            for hit in entry.hits:
                self.page.words(hit, first=" " * 12, style="dim")
        if not entries:
            self.page.words("no rule holds", first="       0  ")

    def _entries(self, own: list[RulePoints], total: GroupSum) -> list[_Entry]:
        """Return all that a section's points are made of, limits as entries of their own."""
        giving = sorted(
            (rule for rule in own if rule.holds or rule.points), key=lambda rule: -abs(rule.points)
        )
        rest = giving[_RULES:]
        entries = [self._entry(rule) for rule in sorted(giving[:_RULES], key=lambda rule: -rule.points)]
        if rest:
            entries.append(_Entry(sum(rule.points for rule in rest), many(len(rest), "more rule")))
        limits = [group for group in self.why.groups if group.section == total.section]
        limited = [each for each in (*limits, total) if each.points != each.sum]
        return entries + [_Entry(each.points - each.sum, _limit(each)) for each in limited]

    def _entry(self, told: RulePoints) -> _Entry:
        words, hits = self._rule(told)
        return _Entry(told.points, words, hits)

    def _rule(self, told: RulePoints) -> tuple[str, list[str]]:
        """Return a rule in a line, and its latest hits where it is one of the strongest."""
        rule = self.rules[told.rule]
        name = capital(readable(told.rule, told.title))
        clamped = (
            "" if _close(told.sum, told.points) else f", {number(told.sum)} limited to {number(told.points)}"
        )
        if isinstance(rule, SilenceRule):
            return f"{name}{clamped}: nothing for {length(rule.silent_for)}", []
        if isinstance(rule, FitRule):
            return f"{name}{clamped}{self._seen(rule)}", []
        if not told.holds:
            return f"{name}{clamped}", []
        return self._event_rule(told, rule, f"{name}{clamped}")

    def _event_rule(self, told: RulePoints, rule: EventRule, name: str) -> tuple[str, list[str]]:
        needed = f", {rule.at_least} needed" if rule.at_least else ""
        how_often = f"{times(len(told.hits))}{needed}"
        if told.rule in self._strongest and rule.at_least is None:
            fades = f", {fading(rule.decay)}" if fading(rule.decay) else ""
            hits = strongest_hits(told, rule, zone=self.zone, at=self.why.at)
            return f"{name}, {how_often}{fades}", hits
        return f"{name}, {how_often}: {latest(told, rule, zone=self.zone, at=self.why.at)}", []

    @property
    def _strongest(self) -> set[str]:
        counted = [rule for rule in self.why.rules if rule.hits]
        return {rule.rule for rule in sorted(counted, key=lambda rule: -abs(rule.points))[:_IN_FULL]}

    def _seen(self, rule: FitRule) -> str:
        """Return what the rule's conditions found in the lead and its company."""
        asked = [f"{of}.{name}" for band in rule.bands for of, name in sorted(names(band.when.text))]
        given = [
            f"{name} {self.why.attributes[name]}"
            for name in dict.fromkeys(asked)
            if name in self.why.attributes
        ]
        return f": {', '.join(given)}" if given else ""

    def _sum(self) -> None:
        fit, engagement, score = self.why.sums
        parts = f"fit {number(fit.points)} + engagement {number(engagement.points)}"
        limit = (
            "" if score.sum == score.points else f" = {number(score.sum)}, limited to {number(score.points)}"
        )
        self.page.heading(f"Score {number(score.points)} = {parts}{limit}", space=True)

    # ---- what does not count, and what came of it

    def _dropped(self) -> None:
        dropping = sorted(
            (rule for rule in self.why.rules if rule.dropped),
            key=lambda rule: len(rule.dropped),
            reverse=True,
        )
        if not dropping:
            return
        self.page.heading("Not counted", space=True)
        for rule in dropping[:_DROPPED]:
            why = Counter(event.why for event in rule.dropped)
            reasons = ", ".join(f"{count} × {each}" for each, count in why.most_common())
            self.page.words(f"{capital(readable(rule.rule, rule.title))}: {reasons}", first="  ")
        if dropping[_DROPPED:]:
            events = sum(len(rule.dropped) for rule in dropping[_DROPPED:])
            rules = many(len(dropping) - _DROPPED, "more rule")
            self.page.words(f"{events:,} more of {rules}", first="  ")

    def _outcomes(self) -> None:
        told = [
            f"{each.stage}{f' ({each.reason})' if each.reason else ''} {instant(each.at, self.zone)}"
            for each in self.why.outcomes
        ]
        if told:
            closed = " The lead is closed for this agreement." if self.why.closed else ""
            self.page.words(f"Sales said: {joined(told, 'then')}.{closed}")

    def _episodes(self) -> None:
        begun = [
            f"{instant(each.mql_at, self.zone)}{' by raising its hand' if each.hand_raise else ''}"
            for each in self.why.episodes
        ]
        if len(begun) > 1:
            self.page.blank()
            self.page.words(f"An MQL {times(len(begun))}: {joined(begun, 'and')}.")


def _limit(each: GroupSum) -> str:
    most = each.max is not None and each.sum > each.max
    return f"{each.name}: {number(each.sum)}, counted {number(each.points)} at {'most' if most else 'least'}"


def _close(one: float, other: float) -> bool:
    # `points` are rounded to six decimals, `sum` is not.
    return abs(one - other) < 1e-6
