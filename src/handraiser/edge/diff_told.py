"""How would a colleague tell what has changed between two agreements, and what comes of it?

First what it comes to, as far as that can be proven; then who becomes an MQL: what is looser, what is
stricter, what depends on the data, each under its reason; then what sales promises, then mere words.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import msgspec
from rich.text import Text

from handraiser.agreement.diff import About, Change, Effect, balance
from handraiser.agreement.model import Agreement
from handraiser.edge.page import Page, unbroken

__all__ = ["Compared", "Diff", "tell_diff", "written"]

_HEADINGS = {
    Effect.LOOSER: "Looser: more leads become MQLs, or sooner",
    Effect.STRICTER: "Stricter: fewer leads become MQLs, or later",
    Effect.DEPENDS: "Depends: some leads may gain, others lose",
    Effect.NEUTRAL: "Neutral: the same leads become MQLs",
}
_STYLES = {
    Effect.LOOSER: "green",
    Effect.STRICTER: "red",
    Effect.DEPENDS: "yellow",
    Effect.NEUTRAL: "dim",
}
_MARKS = {Effect.LOOSER: "+", Effect.STRICTER: "−", Effect.DEPENDS: "?", Effect.NEUTRAL: "="}
_COUNTED = {
    About.LEADS: "Who becomes an MQL",
    About.SALES: "What sales promises",
    About.WORDS: "Words",
}
_OTHERS = {About.SALES: "What sales promises, and the targets", About.WORDS: "Words for people"}
_SUMMED = {
    Effect.LOOSER: "All in all looser: whoever becomes an MQL under the old agreement does so under the "
    "new one, and no later.",
    Effect.STRICTER: "All in all stricter: whoever becomes an MQL under the new agreement did so under the "
    "old one, and no later.",
    Effect.NEUTRAL: "The same leads become MQLs, and at the same time.",
    Effect.DEPENDS: "All in all it may go either way. Your data can tell: `handraiser backtest` with "
    "the new agreement, `--against` the old one.",
}
_SAME = "The two agreements are the same, word for word."
_NOTHING = "Nothing that counts has changed: the same leads become MQLs, and sales promises the same."


class Compared(msgspec.Struct, frozen=True, kw_only=True):
    """One of the two agreements."""

    agreement: str
    title: str
    fingerprint: str


class Diff(msgspec.Struct, frozen=True, kw_only=True):
    """All that has changed between two agreements; `effect` is that of all changes together, on leads."""

    old: Compared
    new: Compared
    effect: Effect
    changes: list[Change]


def written(old: Agreement, new: Agreement, changes: Sequence[Change]) -> bytes:
    """The changes with what they are between, as JSON."""
    one, other = (
        Compared(agreement=each.name, title=each.title, fingerprint=each.fingerprint) for each in (old, new)
    )
    told = Diff(old=one, new=other, effect=balance(changes), changes=list(changes))
    return msgspec.json.format(msgspec.json.encode(told), indent=2)


def tell_diff(old: Agreement, new: Agreement, changes: Sequence[Change], *, files: tuple[str, str]) -> Text:
    """Return the changes in words, at most 80 columns wide."""
    page = Page()
    page.heading(" → ".join(dict.fromkeys(each.title or each.name for each in (old, new))))
    page.words(" → ".join(files))
    page.blank()
    _summary(page, old, new, changes)
    of_leads = [change for change in changes if change.about is About.LEADS]
    for effect, heading in _HEADINGS.items():
        _section(page, heading, [each for each in of_leads if each.effect is effect], _STYLES[effect])
    for about, heading in _OTHERS.items():
        _others(page, heading, [each for each in changes if each.about is about])
    return page.text()


def _summary(page: Page, old: Agreement, new: Agreement, changes: Sequence[Change]) -> None:
    """How many changes there are of each effect, and what they come to."""
    if not changes:
        page.words(_SAME, style="bold")
        return
    if old.fingerprint == new.fingerprint:
        page.words(_NOTHING, style="bold")
        return
    told = ((about, [change.effect for change in changes if change.about is about]) for about in About)
    counts = [f"{_COUNTED[about]}: {_counts(effects)}." for about, effects in told if effects]
    page.words(" ".join(counts), style="bold")
    page.words(_SUMMED[balance(changes)])


def _section(page: Page, heading: str, changes: Sequence[Change], style: str) -> None:
    """Changes of one effect, each under its reason."""
    if not changes:
        return
    page.blank()
    page.words(heading, style=f"bold {style}")
    for why in dict.fromkeys(change.why for change in changes):
        _told(page, why, [change for change in changes if change.why == why])


def _others(page: Page, heading: str, changes: Sequence[Change]) -> None:
    """Changes of all effects, each under its effect and reason."""
    if not changes:
        return
    page.blank()
    page.words(heading, style="bold")
    for effect in Effect:
        for why in dict.fromkeys(change.why for change in changes if change.effect is effect):
            alike = [change for change in changes if (change.effect, change.why) == (effect, why)]
            _told(page, f"{effect.value.capitalize()}: {why[0].lower()}{why[1:]}", alike)


def _told(page: Page, why: str, changes: Sequence[Change]) -> None:
    page.words(why, first="  ", style="dim")
    for change in changes:
        page.words(f"{change.says}{_lines(change)}", first=f"    {_MARKS[change.effect]} ")


def _lines(change: Change) -> str:
    """Where to look: the line of the new text, of the old one where the new has none."""
    if change.new_at is not None:
        return f" {unbroken(f'(line {change.new_at.line})')}"
    return f" {unbroken(f'(was line {change.old_at.line})')}" if change.old_at is not None else ""


def _counts(effects: Sequence[Effect]) -> str:
    """How many of each effect: `2 looser, 1 neutral`."""
    counted = Counter(effects)
    return ", ".join(
        f"{counted[effect]} {_named(effect, counted[effect])}" for effect in Effect if counted[effect]
    )


def _named(effect: Effect, count: int) -> str:
    return effect.value if effect is not Effect.DEPENDS or count == 1 else "depend"
