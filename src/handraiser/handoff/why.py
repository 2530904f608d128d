"""Why is this lead an MQL, in three lines for the screen of a phone, and what is there to say to them?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from handraiser.agreement.expression import Comparison, Literal, Logic, Name, words
from handraiser.agreement.model import Agreement
from handraiser.agreement.parser import parse
from handraiser.agreement.wording import joined, number, readable, times
from handraiser.handoff.about import clean

__all__ = ["Gave", "gave", "talk", "why"]

_NAMED = 4  # rules in a line
_TALK = 3  # lines to say
_LETTERS = 60  # of a rule's title
_SAID = 400  # of what is to be said


class Gave(NamedTuple):
    """What a rule gave, under its title or its name in words; from 0 events where it is about none."""

    rule: str
    title: str
    points: float
    events: int
    fit: bool
    say: str


def gave(agreement: Agreement, reasons: Mapping[str, Any]) -> list[Gave]:
    """Return what rules gave, the strongest first; reasons are those of an episode."""
    about = {rule.name: rule for rule in (*agreement.fit.rules, *agreement.engagement.rules)}
    fit = {rule.name for rule in agreement.fit.rules}
    found = []
    for each in reasons["rules"]:
        rule = about.get(each["rule"])
        title = readable(each["rule"], rule.title if rule else "")
        found.append(
            Gave(
                rule=each["rule"],
                title=clean(title, most=_LETTERS),
                points=each["points"],
                events=each.get("count", 0),
                fit=each["rule"] in fit,
                say=clean(rule.say, most=_SAID) if rule else "",
            )
        )
    return sorted(found, key=lambda each: -each.points)


def why(agreement: Agreement, reasons: Mapping[str, Any], *, hand_raise: bool) -> list[str]:
    """Return three lines: what it amounts to, who they are, what they did.

    Score 72 (it takes over 50): fit 30, grade B; engagement 42.
    Who they are: 50 to 500 employees +15, vice president +15.
    What they did: whitepaper +20, pricing page 3 times +15, webinar +7.
    """
    rules = gave(agreement, reasons)
    return [
        f"{_asked(agreement, rules) if hand_raise else ''}{_sums(agreement, reasons, hand_raise)}.",
        f"Who they are: {_named([each for each in rules if each.fit]) or 'nothing of it counts'}.",
        f"What they did: {_named([each for each in rules if not each.fit]) or 'nothing of it counts'}.",
    ]


def talk(agreement: Agreement, reasons: Mapping[str, Any]) -> list[str]:
    """Return what the strongest rules that gave something would have one say."""
    said = [each.say for each in gave(agreement, reasons) if each.say and each.points >= 0]
    return list(dict.fromkeys(said))[:_TALK]


def _sums(agreement: Agreement, reasons: Mapping[str, Any], hand_raise: bool) -> str:
    bound = "" if hand_raise else _bound(agreement.qualify.mql.text)
    takes = f" (it takes {bound})" if bound else ""
    grade = f", grade {reasons['grade']};" if reasons.get("grade") else ","
    return (
        f"Score {number(reasons['score'])}{takes}: fit {number(reasons['fit'])}{grade} "
        f"engagement {number(reasons['engagement'])}"
    )


def _asked(agreement: Agreement, rules: Sequence[Gave]) -> str:
    """Return by what they asked for sales, as far as rules tell."""
    sql = agreement.qualify.hand_raise
    meant = _names(sql.text) if sql is not None else frozenset()
    by = [each.title for each in rules if each.rule in meant and not each.fit and each.events]
    return f"Asked for sales: {joined(by[:_NAMED], 'and')}. " if by else "Asked for sales. "


def _named(rules: Sequence[Gave]) -> str:
    told = [_told(each) for each in rules[:_NAMED]]
    # What speaks against somebody is not left out for being last.
    against = [_told(each) for each in rules[_NAMED:] if each.points < 0][-1:]
    left = len(rules) - len(told) - len(against)
    more = [f"{left} more"] if left else []
    return joined([*told, *more, *against], "and") if more else ", ".join([*told, *against])


def _told(rule: Gave) -> str:
    often = f" {times(rule.events)}" if rule.events > 1 else ""
    sign = "+" if rule.points > 0 else ""
    return f"{rule.title}{often}{f' {sign}{number(rule.points)}' if rule.points else ''}"


@lru_cache(maxsize=64)
def _bound(text: str) -> str:
    """Return which score an MQL needs whatever else holds, in words; nothing where that is not plain."""
    whole = parse(text)
    parts = whole.operands if isinstance(whole, Logic) and whole.word == "and" else (whole,)
    for part in parts:
        match part:
            case Comparison(">", Name("", "score"), Literal(float(value))):
                return f"over {number(value)}"
            case Comparison("<", Literal(float(value)), Name("", "score")):
                return f"over {number(value)}"
            case Comparison(">=", Name("", "score"), Literal(float(value))):
                return f"{number(value)} or more"
            case Comparison("<=", Literal(float(value)), Name("", "score")):
                return f"{number(value)} or more"
    return ""


@lru_cache(maxsize=64)
def _names(text: str) -> frozenset[str]:
    return frozenset(
        part.name for part in words(parse(text)) if isinstance(part, Name) and not part.qualifier
    )
