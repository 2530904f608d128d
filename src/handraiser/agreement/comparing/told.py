"""What is said of a change in a rule, in its condition, or in one of the conditions of `qualify`?"""

from __future__ import annotations

import msgspec

from handraiser.agreement.comparing.change import Draft, Verdict
from handraiser.agreement.comparing.matching import AnyRule, Pair
from handraiser.agreement.comparing.speaking import Speaker, quoted
from handraiser.agreement.proving.conditions import How, PartChange
from handraiser.agreement.wording import counted, exact, joined, readable

__all__ = ["SAME_MEANING", "given", "of_hand_raise", "of_mql", "of_never", "of_pair", "of_rule", "worked_out"]

SAME_MEANING = "is written otherwise, and means the same"


class _Wording(msgspec.Struct, frozen=True):
    """Sentences with places for the part, what it was before, and what stands beside it.

    `a_way` and `the_way` are said in place of who needs it, where a part belongs to one of several ways;
    `moved_sentence`, where the part is told by a whole sentence: "the lead's seats are at least 3".
    """

    who: str
    a_way: str
    the_way: str
    enough: str
    not_enough: str
    needed: str = "{who} now also need{s} this: {new}."
    not_needed: str = "{who} no longer need{s} this: {old}."
    moved: str = "{who} need{s} {new}, not {short}."
    moved_sentence: str = "{who} now need{s} this: {new}; before: {short}."
    other: str = "{who} now need{s} this: {new}. Before: {old}."


_OF_MQL = _Wording(
    who="MQLs",
    a_way="One of the ways to an MQL",
    the_way="The way to an MQL by {way}",
    enough="A further way to an MQL{beside}: {new}.",
    not_enough="No longer a way to an MQL{beside}: {old}.",
)
_OF_HAND_RAISE = _Wording(
    who="To raise a hand, leads",
    a_way="One of the ways to raise a hand",
    the_way="The way to raise a hand by {way}",
    enough="A further way to raise a hand{beside}: {new}.",
    not_enough="No longer a way to raise a hand{beside}: {old}.",
)
_OF_NEVER = _Wording(
    who="What keeps a lead out",
    a_way="One of the things that keep a lead out",
    the_way="Keeping a lead out because {way}",
    enough="Now keeps a lead out{beside}: {new}.",
    not_enough="No longer keeps a lead out{beside}: {old}.",
    moved="Now keeps a lead out: {new}; before: {short}.",
    moved_sentence="Now keeps a lead out: {new}; before: {short}.",
    other="Now keeps a lead out: {new}. Before: {old}.",
)


def of_mql(change: PartChange, speaker: Speaker) -> str:
    """The sentence for a change of `qualify.mql`."""
    return _of_qualify(change, speaker, _OF_MQL)


def of_hand_raise(change: PartChange, speaker: Speaker) -> str:
    """The sentence for a change of `qualify.hand_raise`."""
    return _of_qualify(change, speaker, _OF_HAND_RAISE)


def of_never(change: PartChange, speaker: Speaker) -> str:
    """The sentence for a change of `qualify.never`."""
    return _of_qualify(change, speaker, _OF_NEVER)


def _of_qualify(change: PartChange, speaker: Speaker, wording: _Wording) -> str:
    words = _parts(change, speaker)
    several = wording.who.endswith("s") and change.way is None
    who = wording.who if change.way is None else (wording.the_way if change.way else wording.a_way)
    words |= {"who": who.format(**words), "s": "" if several else "s"}
    is_sentence = words["new"].startswith(("the ", "`"))
    patterns = {
        How.NEEDED: wording.needed,
        How.NOT_NEEDED: wording.not_needed,
        How.ENOUGH: wording.enough,
        How.NOT_ENOUGH: wording.not_enough,
        How.MOVED: wording.moved_sentence if is_sentence else wording.moved,
        How.OTHER: wording.other,
    }
    return patterns[change.how].format(**words)


def of_rule(change: PartChange, speaker: Speaker, *, verb: str) -> str:
    """What is said of a rule behind its name; its verb is `applies` or `counts`."""
    words = _parts(change, speaker)
    where = f" where {words['way']}" if change.way else " in one of several cases" if change.way == () else ""
    patterns = {
        How.NEEDED: "now also asks for this{where}: {new}" if change.beside else "now {verb} only if {new}",
        How.NOT_NEEDED: "no longer asks for this{where}: {old}",
        How.ENOUGH: "now {verb} also if {new}",
        How.NOT_ENOUGH: "no longer {verb} if {old}",
        How.MOVED: "now {verb}{where} if {new}; before: {short}",
        How.OTHER: "now {verb}{where} if {new}; before: {old}",
    }
    return patterns[change.how].format(**words, verb=verb, where=where)


def _parts(change: PartChange, speaker: Speaker) -> dict[str, str]:
    old = "" if change.old is None else speaker.says(change.old)
    new = "" if change.new is None else speaker.says(change.new)
    short = "" if change.old is None else speaker.short(change.old)
    if change.old is not None and change.new is not None and old == new:
        # What differs has no words: shown as it is written.
        old, new = f"`{change.old.words}`", f"`{change.new.words}`"
        short = old
    beside = joined([speaker.says(part) for part in change.beside], "or")
    return {
        "old": old,
        "new": new,
        "short": short,
        "beside": f" beside {beside}" if beside and change.inside else "",
        "way": joined([speaker.says(part) for part in change.way or ()], "and"),
    }


# ---- rules


def of_pair(pair: Pair, rule: AnyRule, key: str, verdict: Verdict, one: str, many: str = "") -> Draft:
    """What has changed under a key of a rule, `one` and `many` being what is said behind its name."""
    return Draft(
        where=f"rule {rule.name}",
        verdict=verdict,
        name=quoted(readable(rule.name, rule.title)),
        one=one,
        many=many,
        old_path=(pair.section, "rules", pair.old_name, key),
        new_path=(pair.section, "rules", rule.name, key),
    )


def given(old: float, new: float) -> tuple[str, str]:
    """What is said of a rule, and of several, whose points are other numbers."""
    if new == 0:
        was = f"{'gave' if old > 0 else 'took'} {exact(abs(old))}"
        did = "give" if old > 0 else "take"
        return f"no longer {did}s points; it {was}", f"no longer {did} points; they {was}"
    did = "give" if new > 0 else "take"
    if old * new >= 0:
        said = f"{counted(abs(new), 'point')}, not {exact(abs(old))}"
        return f"now {did}s {said}", f"now {did} {said}"
    was = f"{'gave' if old > 0 else 'took'} {exact(abs(old))}"
    points = counted(abs(new), "point")
    return f"now {did}s {points}; it {was}", f"now {did} {points}; they {was}"


def worked_out(old: float | str, new: float | str) -> str:
    """What is said of a rule whose points are now a formula (a text), or were one."""
    now = f"works out its points as {_formula(new)}" if isinstance(new, str) else f"gives {_points(new)}"
    if isinstance(old, float):
        return f"now {now}; before, it gave {_points(old)}"
    before = "as" if isinstance(new, str) else "they were worked out as"
    return f"now {now}; before, {before} {_formula(old)}"


def _formula(text: str) -> str:
    return f"`{' '.join(text.split())}`"


def _points(value: float) -> str:
    return counted(value, "point")
