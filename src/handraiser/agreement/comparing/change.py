"""What is one change between two agreements, and how is its effect judged and told?"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import StrEnum

import msgspec

from handraiser.agreement.proving.signs import NONE, Signs, times
from handraiser.errors import Place

__all__ = ["BOTH_SIGNS", "About", "Change", "Draft", "Effect", "Path", "Verdict", "WORDS", "judged"]


class Effect(StrEnum):
    """What a change does to who becomes an MQL, and when; of promises, to what sales has to keep.

    looser    whoever becomes an MQL under the old agreement does so under the new, no later
    stricter  the other way round
    neutral   both: nothing changes
    depends   on the data, or it cannot be seen from the agreements
    """

    LOOSER = "looser"
    STRICTER = "stricter"
    DEPENDS = "depends"
    NEUTRAL = "neutral"


class About(StrEnum):
    """Whom a change concerns: leads (who becomes an MQL), sales (what it promises), or words alone."""

    LEADS = "leads"
    SALES = "sales"
    WORDS = "words"


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """One difference between two agreements, in words for both sides that signed.

    `old_at` and `new_at` are where it stands in each; None where nothing of it stands there.
    """

    where: str
    says: str
    effect: Effect
    why: str
    about: About = About.LEADS
    old_at: Place | None = None
    new_at: Place | None = None


class Verdict(msgspec.Struct, frozen=True):
    """The effect of a change, and why."""

    effect: Effect
    why: str
    about: About = About.LEADS


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """A change that may be told together with others: of several rules in one sentence.

    one    what is said of one thing, its name before it: "now gives 10 points, not 20"
    many   the same of several: "now give 10 points, not 20"
    alone  the whole sentence instead, where it is told by itself in any case
    """

    where: str
    verdict: Verdict
    name: str = ""
    one: str = ""
    many: str = ""
    alone: str = ""
    old_path: tuple[str | int, ...] | None = None
    new_path: tuple[str | int, ...] | None = None


class Path(msgspec.Struct, frozen=True):
    """One way in which a change reaches `qualify`: what moves, whither, and how that is asked for.

    `doubt` says why it may move both ways, where that is so.
    """

    what: str
    move: Signs
    asked: Signs
    doubt: str = ""


BOTH_SIGNS = "Its points may be above zero or below: some leads gain, others lose."
WORDS = Verdict(Effect.NEUTRAL, "Words for people decide nothing.", About.WORDS)

_NOBODY_ASKS = "Nothing that makes or bars an MQL depends on it."
_TWO_WAYS = "The agreement asks for it both ways: here more of it helps a lead, there it keeps one out."
_BOTH_POINTS = "Some leads collect more points by it, others fewer."
_HITS = {
    frozenset({1}): "there are more of them now",
    frozenset({-1}): "there are fewer of them now",
}
_OTHER_HITS = "they are others now"
_WHY = {
    ("points", 1, 1): "Leads collect more points, so more of them reach a threshold.",
    ("points", -1, 1): "Leads collect fewer points, so fewer of them reach a threshold.",
    ("points", 1, -1): "Leads collect more points, and here points keep them out.",
    ("points", -1, -1): "Leads collect fewer points, and here points keep them out.",
    ("group", 1, 1): "Leads have more points in a group, and points there help them to qualify.",
    ("group", -1, 1): "Leads have fewer points in a group, and points there help them to qualify.",
    ("group", 1, -1): "Leads have more points in a group, and points there keep them out.",
    ("group", -1, -1): "Leads have fewer points in a group, and points there keep them out.",
    ("holds", 1, 1): "It is met more easily, and meeting it helps a lead to qualify.",
    ("holds", -1, 1): "It is harder to meet, and meeting it helps a lead to qualify.",
    ("holds", 1, -1): "It is met more easily, and meeting it keeps a lead out.",
    ("holds", -1, -1): "It is harder to meet, and meeting it keeps a lead out.",
    ("count", 1, 1): "More of it counts, and the count helps a lead to qualify.",
    ("count", -1, 1): "Less of it counts, and the count helps a lead to qualify.",
    ("count", 1, -1): "More of it counts, and the count keeps a lead out.",
    ("count", -1, -1): "Less of it counts, and the count keeps a lead out.",
    ("silence", 1, 1): "More leads count as silent, and silence helps them to qualify.",
    ("silence", -1, 1): "Fewer leads count as silent, and silence helps them to qualify.",
    ("silence", 1, -1): "More leads count as silent, and silence counts against them.",
    ("silence", -1, -1): "Fewer leads count as silent, and silence counts against them.",
    ("asked", 1, 1): "It is easier to qualify.",
    ("asked", -1, 1): "It is harder to qualify.",
    ("asked", 1, -1): "More leads are kept out.",
    ("asked", -1, -1): "Fewer leads are kept out.",
}


def judged(paths: Sequence[Path], *, moments: Signs = NONE, calm: tuple[bool, bool]) -> Verdict:
    """The verdict on a change that reaches `qualify` on these paths and moves the moments.

    `calm` says of the old and of the new agreement whether fewer moments lose nobody there.
    """
    moved = frozenset(sign for path in paths for sign in times(path.move, path.asked))
    old_calm, new_calm = calm
    loosens = -1 not in moved and (-1 not in moments or new_calm)
    tightens = 1 not in moved and (1 not in moments or old_calm)
    effect = _effect(loosens, tightens)
    return Verdict(effect, _why(paths, moved, NONE if effect is Effect.NEUTRAL else moments, effect))


def _effect(loosens: bool, tightens: bool) -> Effect:
    if loosens:
        return Effect.NEUTRAL if tightens else Effect.LOOSER
    return Effect.STRICTER if tightens else Effect.DEPENDS


def _why(paths: Sequence[Path], moved: Signs, moments: Signs, effect: Effect) -> str:
    hits = _HITS.get(moments, _OTHER_HITS)
    if not moved and not moments:
        return _NOBODY_ASKS
    if not moved:
        return (
            f"No threshold depends on it, but each hit is a moment at which a lead can become an MQL: {hits}."
        )
    if len(moved) > 1:
        return _doubt(paths)
    said = next(iter(_reasons(paths)))
    if effect is not Effect.DEPENDS:
        return said
    return f"{said} But each hit is also a moment at which a lead can become an MQL, and {hits}."


def _doubt(paths: Sequence[Path]) -> str:
    doubts = [path.doubt for path in paths if path.doubt and path.asked and len(path.move) > 1]
    if doubts:
        return doubts[0]
    if any(len(path.asked) > 1 and path.move for path in paths):
        return _TWO_WAYS
    by_points = [path for path in paths if path.what in ("points", "group")]
    if len({sign for path in by_points for sign in times(path.move, path.asked)}) > 1:
        return _BOTH_POINTS
    # One thing helps, another keeps out: both are said.
    return " But also: ".join(dict.fromkeys(_reasons(paths)))


def _reasons(paths: Iterable[Path]) -> Iterable[str]:
    for path in paths:
        for move in path.move:
            for asked in path.asked:
                yield _WHY[path.what, move, asked]
