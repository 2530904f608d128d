"""How is what leads share said to people: how sure it is, how many others have it, and as which rule?"""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import NamedTuple

from handraiser.agreement.model import Agreement, EventRule, FitRule
from handraiser.agreement.wording import capital, joined, readable
from handraiser.errors import many
from handraiser.learning.shared import Condition, Finding, Found, item_of, named, points_of
from handraiser.learning.shared.conditions import Done

__all__ = ["Shared", "Suggested", "shown", "taken_in"]

_FEW = 5
_WORDS = ("No", "One", "Two", "Three", "Four", "Five")
_ALSO = 4  # that say nearly the same
_RULE = re.compile(r"(?m)^[\s-]*\{?\s*rule:\s*['\"]?(\w+)")


class Suggested(NamedTuple):
    """Something that the examples share, and the rule that would say it.

    wide, wide_others  of how many in a hundred it holds
    support, sure      in words: of whom it holds, and how often by chance
    asked              rules that ask for it already, by what they are called
    """

    place: int
    says: str
    section: str
    stands_out: bool
    wide: int
    wide_others: int
    support: str
    of_others: str
    sure: str
    times: str
    points: int
    rule: str
    also: list[str]
    asked: str


class Shared(NamedTuple):
    """What examples share, and in a few sentences how much that says."""

    suggested: list[Suggested]
    verdict: str
    caution: str
    how: str
    examples: int
    others: int

    @property
    def out(self) -> list[Suggested]:
        """Return what stands out."""
        return [each for each in self.suggested if each.stands_out]

    @property
    def chance(self) -> list[Suggested]:
        """Return what may be chance."""
        return [each for each in self.suggested if not each.stands_out]


def shown(found: Found, *, agreement: Agreement | None, taken: Collection[str]) -> Shared:
    """Return what was found in words; rules get names that nothing in the agreement has."""
    return Shared(
        [_suggested(place, each, found, agreement, taken) for place, each in enumerate(found.findings)],
        _verdict(found),
        _caution(found),
        f"{found.tried:,} things were tried, and leads drawn at random share some of them too. Beside each "
        "stands how often they would share anything as unlikely.",
        found.examples,
        found.others,
    )


def taken_in(text: str) -> set[str]:
    """Return the names that rules have in a text, though it may be no agreement yet."""
    return set(_RULE.findall(text)) | set(re.findall(r"(?m)^\s+([a-z][a-z0-9_]*):", text))


def _suggested(
    place: int, finding: Finding, found: Found, agreement: Agreement | None, taken: Collection[str]
) -> Suggested:
    condition, points = finding.condition, points_of(finding.times)
    share = finding.others / found.others
    return Suggested(
        place,
        condition.says,
        condition.section,
        finding.stands_out,
        round(100 * finding.shared_by / found.examples),
        round(100 * share),
        _of_examples(finding.shared_by, found.examples),
        f"{_percent(share)} of {many(found.others, 'other')}"
        if finding.others
        else f"none of {many(found.others, 'other')}",
        _odds(finding.chance, found.examples),
        f"at least {finding.times:.2g} times as often" if finding.times > 1 else "",
        points,
        item_of(condition, name=named(condition, taken), points=points),
        [each.says for each in finding.also[:_ALSO]],
        joined(_asking(agreement, condition), "and") if agreement else "",
    )


def _verdict(found: Found) -> str:
    out = sum(each.stands_out for each in found.findings)
    if not found.others:
        return "There are no other leads to compare them with."
    if out:
        what = "One thing stands" if out == 1 else f"{out} things stand"
        return f"{what} out: leads drawn at random share anything so rare in fewer than 1 of 20 draws."
    return "Nothing stands out: leads drawn at random often share as much."


def _caution(found: Found) -> str:
    if not 0 < found.examples <= _FEW:
        return ""
    are = "lead is" if found.examples == 1 else "leads are"
    few = f"{_WORDS[found.examples]} {are} few"
    return f"{few}: what they share may be chance. Add more, or watch the rule in what-if."


def _of_examples(holds: int, of: int) -> str:
    if holds < of:
        return f"{holds} of {of}"
    return "the one" if of == 1 else "both" if of == 2 else f"all {of}"


def _percent(share: float) -> str:
    return "less than 1 %" if share < 0.005 else f"{100 * share:.0f} %"


def _odds(chance: float, examples: int) -> str:
    leads = "a random lead has" if examples == 1 else f"{examples} random leads share"
    if chance > 0.5:
        return f"as likely as not {leads} something as rare"
    often = "fewer than 1 of 10,000" if chance < 0.0001 else f"about 1 of {round(1 / chance):,}"
    return f"{leads} something as rare in {often} draws"


def _asking(agreement: Agreement, condition: Condition) -> list[str]:
    """Return what rules are called that ask for the same already, or for something near it."""
    found = []
    for rule in (*agreement.fit.rules, *agreement.engagement.rules):
        if isinstance(rule, FitRule) and not isinstance(condition, Done):
            asks = any(_speaks_of(band.when.text, condition.name) for band in rule.bands)
        elif isinstance(rule, EventRule) and isinstance(condition, Done):
            asks = condition.thing.event in rule.event and _asks_where(rule, condition)
        else:
            asks = False
        if asks:
            found.append(f"“{capital(readable(rule.name, rule.title))}”")
    return found


def _asks_where(rule: EventRule, condition: Done) -> bool:
    thing = condition.thing
    if rule.where is None or not thing.name:
        return True
    first = thing.value[1:].partition("/")[0] if thing.begins else thing.value
    return first.casefold() in rule.where.text.casefold()


def _speaks_of(text: str, name: str) -> bool:
    return re.search(rf"(?i)(?<![\w.]){re.escape(name)}(?!\w)", text) is not None
