"""What has changed in a rule on events, and what does it do to a lead?"""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import timedelta

from handraiser.agreement.comparing.change import BOTH_SIGNS, Draft, Path, Verdict
from handraiser.agreement.comparing.hits import drops, hits_verdict, keeping, kept, weights
from handraiser.agreement.comparing.matching import Pair
from handraiser.agreement.comparing.scene import Scene
from handraiser.agreement.comparing.speaking import Speaker
from handraiser.agreement.comparing.told import SAME_MEANING, given, of_pair, of_rule, worked_out
from handraiser.agreement.model import Decay, DecayKind, EventRule, Sql
from handraiser.agreement.parser import parse
from handraiser.agreement.proving.clauses import ALWAYS, Clause, bare, read_clause
from handraiser.agreement.proving.conditions import part_changes
from handraiser.agreement.proving.implying import numbers_moved
from handraiser.agreement.proving.reach import weight_reach
from handraiser.agreement.proving.signs import ANY, DOWN, NONE, UP, Signs, flipped, of_number, times
from handraiser.agreement.wording import counted, exact, joined, length

__all__ = ["event_rule_drafts"]

_RECKONED = "Its points are worked out otherwise: some leads may get more, others less."


class _Rule:
    """A rule as it was and as it is."""

    def __init__(self, scene: Scene, pair: Pair, old: EventRule, new: EventRule) -> None:
        self.scene, self.pair, self.old, self.new = scene, pair, old, new

    def draft(self, key: str, verdict: Verdict, one: str, many: str = "") -> Draft:
        return of_pair(self.pair, self.new, key, verdict, one, many)

    def points(self, move: Signs, doubt: str = "") -> Path:
        return self.scene.points(
            move, self.new.name, "engagement", self.old.group, self.new.group, doubt=doubt
        )

    def drafts(self) -> Iterator[Draft]:
        yield from self.events()
        yield from self.where()
        yield from self.machines()
        yield from self.worth()
        yield from self.at_least()
        yield from self.kept()
        yield from self.within()
        yield from self.decay()

    # ---- which events are hits

    def hits(self, move: Signs) -> Verdict:
        return hits_verdict(self.scene, self.old, self.new, move)

    def events(self) -> Iterator[Draft]:
        gone = [name for name in self.old.event if name not in self.new.event]
        come = [name for name in self.new.event if name not in self.old.event]
        verdict = self.hits((UP if come else NONE) | (DOWN if gone else NONE))
        if gone and come:
            more, less = joined(come, "and"), joined(gone, "and")
            yield self.draft(
                "event", verdict, f"now counts {more}, not {less}", f"now count {more}, not {less}"
            )
        elif come:
            more = joined(come, "and")
            yield self.draft("event", verdict, f"now also counts {more}", f"now also count {more}")
        elif gone:
            less = joined(gone, "and")
            yield self.draft("event", verdict, f"no longer counts {less}", f"no longer count {less}")

    def where(self) -> Iterator[Draft]:
        old, new = self.old.where, self.new.where
        if (old and old.text.strip()) == (new and new.text.strip()):
            return
        lists = self.scene.names.lists
        before = ALWAYS if old is None else read_clause(old, names={}, lists=lists)
        after = ALWAYS if new is None else read_clause(new, names={}, lists={})
        changes = part_changes(before, after)
        for change in changes:
            said = of_rule(change, Speaker(), verb="counts")
            yield self.draft("where", self.hits(change.move), said)
        if not changes and not lists:
            yield self.draft("where", self.hits(NONE), f"has a condition that {SAME_MEANING}")

    def machines(self) -> Iterator[Draft]:
        if self.old.count_machines == self.new.count_machines:
            return
        if self.new.count_machines:
            said = ("now counts what machines do, too", "now count what machines do, too")
        else:
            said = ("no longer counts what machines do", "no longer count what machines do")
        yield self.draft("machines", self.hits(UP if self.new.count_machines else DOWN), *said)

    # ---- what a hit is worth

    def worth(self) -> Iterator[Draft]:
        old, new = self.old.points, self.new.points
        if isinstance(old, Sql) or isinstance(new, Sql):
            yield from self.reckoned()
        elif old != new:
            silence = DOWN if old <= 0 < new else UP if new <= 0 < old else NONE
            verdict = self.scene.verdict(self.points(of_number(new - old)), self.scene.silence(silence))
            yield self.draft("points", verdict, *given(old, new))

    def reckoned(self) -> Iterator[Draft]:
        """Points that are an expression on one side or both."""
        old, new = self.old.points, self.new.points
        said = worked_out(_text(old), _text(new))
        if isinstance(old, Sql) and isinstance(new, Sql):
            if old.text.strip() == new.text.strip():
                return
            lists = self.scene.names.lists
            before, after = (bare(parse(each.text), names={}, lists=lists) for each in (old, new))
            if before == after:
                if not lists:
                    verdict = self.scene.verdict()
                    yield self.draft("points", verdict, f"works out its points by what {SAME_MEANING}")
                return
            move = numbers_moved(before, after, self.asked())
            if len(move) < 2 and not drops(self.old) and not drops(self.new):
                verdict = self.scene.verdict(self.points(move), self.scene.silence(self.waking(move)))
                yield self.draft("points", verdict, said)
                return
        paths = self.scene.unclear(
            self.new.name, "engagement", self.old.group, self.new.group, doubt=_RECKONED
        )
        verdict = self.scene.verdict(*paths, self.scene.silence(ANY), moments=ANY)
        yield self.draft("points", verdict, said)

    def asked(self) -> Clause:
        """What is so of every hit, as it was and as it is."""
        old, new = self.old.where, self.new.where
        same_text = old is not None and new is not None and old.text == new.text
        return read_clause(new, names={}, lists={}) if same_text and new is not None else ALWAYS

    def waking(self, move: Signs) -> Signs:
        """How silence moves where every weight does: hits of positive weight alone end it."""
        least = min(weight_reach(self.old)[0], weight_reach(self.new)[0])
        return NONE if least > 0 else flipped(move)

    # ---- how many hits it takes

    def at_least(self) -> Iterator[Draft]:
        old, new = self.old.at_least, self.new.at_least
        if old is None and new is not None:
            once = f"now gives its points once, from {counted(new, 'hit')} on; before: for each hit"
            yield self.once(self.old, DOWN, new, once)
        elif old is not None and new is None:
            each = f"now gives points for each hit; before: once, from {counted(old, 'hit')} on"
            yield self.once(self.new, UP, old, each)
        elif old is not None and new is not None and old != new:
            move = of_number(old - new)
            points = self.points(times(move, weights(self.old, self.new)), BOTH_SIGNS)
            verdict = self.scene.verdict(points, self.scene.holding(move, self.new.name))
            said = f"{counted(new, 'hit')}, not {old}"
            yield self.draft("at_least", verdict, f"now needs {said}", f"now need {said}")

    def once(self, each: EventRule, move: Signs, least: int, said: str) -> Draft:
        """From points for each hit to points once (DOWN), or back; `each` is the rule that gives them so."""
        if each.decay.kind is DecayKind.NONE:
            points = self.points(times(move, weights(self.old, self.new)), BOTH_SIGNS)
        else:
            points = self.points(ANY, "A hit loses points with its age, and what is given once does not.")
        holds = self.scene.holding(move if least > 1 else NONE, self.new.name)
        return self.draft("at_least", self.scene.verdict(points, holds), said)

    def kept(self) -> Iterator[Draft]:
        old, new = (self.old.distinct, self.old.at_most), (self.new.distinct, self.new.at_most)
        if keeping(*old) == keeping(*new):
            return
        verdict = hits_verdict(self.scene, self.old, self.new, kept(old, new), dropping=True)
        said = f"{keeping(*new)}, not {keeping(*old)}"
        key = "distinct" if old[1] == new[1] else "at_most"
        yield self.draft(key, verdict, f"now counts {said}", f"now count {said}")

    # ---- how long a hit counts, and how it fades

    def within(self) -> Iterator[Draft]:
        old, new = self.old.within, self.new.within
        if old == new:
            return
        move = UP if new is None or (old is not None and new > old) else DOWN
        verdict = hits_verdict(self.scene, self.old, self.new, move, moments=False)
        said = f"{_for_long(new, short=False)}, not {_for_long(old, short=new is not None)}"
        yield self.draft("within", verdict, f"now counts {said}", f"now count {said}")

    def decay(self) -> Iterator[Draft]:
        old, new = self.old.decay, self.new.decay
        if old == new or (self.old.at_least is None) != (self.new.at_least is None):
            return
        move = _fading_moved(old, new)
        weight = weights(self.old, self.new)
        doubt = "At some ages a hit is worth more than before, at others less."
        verdict = self.scene.verdict(self.points(times(move, weight), doubt if len(move) > 1 else BOTH_SIGNS))
        yield self.draft("decay", verdict, *_fading_said(old, new))


def event_rule_drafts(scene: Scene, pair: Pair, old: EventRule, new: EventRule) -> Iterator[Draft]:
    """What has changed in a rule on events, but for what every rule has."""
    return _Rule(scene, pair, old, new).drafts()


def _text(points: float | Sql) -> float | str:
    return points.text if isinstance(points, Sql) else points


def _for_long(within: timedelta | None, *, short: bool) -> str:
    if within is None:
        return "forever"
    return length(within) if short else f"for {length(within)}"


# ---- which of two decays leaves more of a hit, and how is that said?


def _fading_moved(old: Decay, new: Decay) -> Signs:
    """Which way the worth of a hit may go at any age."""
    return (NONE if _never_slower(old, new) else DOWN) | (NONE if _never_slower(new, old) else UP)


def _never_slower(one: Decay, other: Decay) -> bool:
    """Whether under the first a hit of any age is never worth more than under the second."""
    if other.kind is DecayKind.NONE or one == other:
        return True
    match one.kind, other.kind:
        case (DecayKind.HALF_LIFE, DecayKind.HALF_LIFE) | (DecayKind.LINEAR, DecayKind.LINEAR):
            return one.over <= other.over
        case DecayKind.STEPS, DecayKind.STEPS:
            return one.over <= other.over and one.percent >= other.percent
        case DecayKind.LINEAR, DecayKind.STEPS:
            return one.over <= other.over * (100 / other.percent)
        case DecayKind.LINEAR, DecayKind.HALF_LIFE:
            # The half-life's curve lies above its tangent at age 0.
            return one.over * math.log(2) <= other.over
    return False


def _fading_said(old: Decay, new: Decay) -> tuple[str, str]:
    """What is said of a rule, and of several, whose hits lose their points otherwise."""
    if new.kind is DecayKind.NONE:
        now = ("no longer fades", "no longer fade")
    else:
        now = (f"now {_worth_lost(new, 0)}", f"now {_worth_lost(new, 1)}")
    if (old.kind, old.percent) == (new.kind, new.percent):
        than = f", not {_FADING[old.kind][3]} {length(old.over)}"
        return now[0] + than, now[1] + than
    before = _worth_lost(old, 2)
    return f"{now[0]}; before, it {before}", f"{now[1]}; before, they {before}"


_FADING = {
    DecayKind.NONE: ("does not fade", "do not fade", "did not fade", ""),
    DecayKind.HALF_LIFE: ("loses half its points", "lose half their points", "lost half the points", "every"),
    DecayKind.LINEAR: ("fades to nothing", "fade to nothing", "faded to nothing", "in"),
    DecayKind.STEPS: (
        "loses {} % of its first points",
        "lose {} % of their first points",
        "lost {} %",
        "every",
    ),
}


def _worth_lost(decay: Decay, form: int) -> str:
    """How worth is lost, said of one, of several, or of either before."""
    words = _FADING[decay.kind]
    span = f" {words[3]} {length(decay.over)}" if words[3] else ""
    return words[form].format(exact(decay.percent)) + span
