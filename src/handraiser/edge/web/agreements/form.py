"""How does the text of an agreement look as a form, and what is wrong at which of its fields?

Every field knows its path in the text. What no field asks for is told as written in the text.
"""

from __future__ import annotations

from collections.abc import Sequence

from handraiser.agreement.changing import thresholds_in
from handraiser.agreement.spans import Keys, Path, Word, found
from handraiser.agreement.splicing import is_missing
from handraiser.agreement.trouble import Unreadable
from handraiser.agreement.vocabulary import KEYS
from handraiser.edge.web.agreements import form_words as asks
from handraiser.edge.web.agreements.form_drawing import Drawing, as_sent
from handraiser.edge.web.agreements.form_parts import Elsewhere, Field, Form, Listed, Part
from handraiser.edge.web.agreements.form_words import Asked
from handraiser.errors import Diagnostic

__all__ = ["drawn"]

Groups = list[tuple[str, list[Field]]]

_THRESHOLD = Asked("threshold", "Score needed", "number")
_ADDS = {
    "fit": (("fit", "Add a rule"),),
    "engagement": (("event", "Add a rule on an event"), ("silence", "Add a rule on silence")),
}


def drawn(text: str, diagnostics: Sequence[Diagnostic] = ()) -> Form:
    """Return the form of a text. Raises Mistakes where it is no YAML."""
    drawing = Drawing(text, diagnostics)
    parts = [
        _about(drawing),
        _qualify(drawing),
        _section(drawing, "fit", "Fit: who they are", "Points for what is known of a lead and its company."),
        _section(
            drawing, "engagement", "Engagement: what they do", "Points for what a lead does, while it counts."
        ),
        _handoff(drawing),
        _recycle(drawing),
        _aims(drawing),
    ]
    groups = [
        word.text
        for section in ("fit", "engagement")
        if isinstance(keys := found(drawing.root, (section, "groups")), Keys)
        for word, _ in keys.entries
    ]
    return Form(parts, {**asks.SUGGESTED, "groups": tuple(groups)}, drawing.wrong())


def _about(drawing: Drawing) -> Part:
    known = [word for word in KEYS["the agreement"] if word != "<<"]
    return Part(
        id="about", says="Title and name", hint="", groups=[("", drawing.fields(asks.HEAD, (), of="about"))],
        lists=[], elsewhere=drawing.elsewhere(drawing.root, known), wrong=(),
    )  # fmt: skip


def _qualify(drawing: Drawing) -> Part:
    fields = drawing.fields(asks.QUALIFY, ("qualify",), of="qualify")
    mql, needed = found(drawing.root, ("qualify", "mql")), []
    if isinstance(mql, Word) and not fields[0].locked:
        try:
            needed = thresholds_in(mql.text)
        except Unreadable:
            needed = []
    if len(set(needed)) == 1:
        at = as_sent(("threshold",))
        fields.insert(0, Field(_THRESHOLD, "qualify-threshold", at, needed[0], fields[0].line))
    score = drawing.fields(asks.SCORE, ("score",), of="score")
    return _part(
        drawing, "qualify", "Who is an MQL", "A lead that meets this is handed to sales.",
        [("", fields), ("Bounds", score)],
        elsewhere=drawing.elsewhere(found(drawing.root, ("score",)), [each.key for each in asks.SCORE]),
    )  # fmt: skip


def _section(drawing: Drawing, section: str, says: str, hint: str) -> Part:
    fields = drawing.fields(asks.SECTION[section], (section,), of=section)
    groups: Groups = [("For all of them" if section == "engagement" else "All together", fields)]
    if section == "fit":
        groups += _by_name(drawing, ("fit", "grades"), "Grades", "fit of at least", kind="number")
    together = drawing.named((section, "groups"), asks.LIMITS, says="Groups: rules that count together")
    lists = [drawing.rules(section, _ADDS[section]), *([together] if together.cards else [])]
    known = [
        "rules",
        "groups",
        *(each.key for each in asks.SECTION[section]),
        *(["grades"] * (section == "fit")),
    ]
    return _part(drawing, section, says, hint, groups, lists, known=known)


def _handoff(drawing: Drawing) -> Part:
    path: Path = ("handoff",)
    more = (
        Asked("expire_after", "Sent back without a verdict after", empty="never", suggest="times"),
        Asked("remind_at", "Reminded at", "words", empty="not reminded"),
    )
    groups: Groups = [
        ("", drawing.fields((*asks.PROMISES, *more), path, of="handoff")),
        ("Who asks outright", drawing.fields(asks.PROMISES, (*path, "hand_raise"), of="handoff-raise")),
        *_by_name(drawing, (*path, "hours"), "Open hours", "", kind="text"),
    ]
    lists = [
        drawing.listed((*path, "follow_up"), asks.FOLLOW_UP, says="What sales does, in order",
                       adds="Add a step", kind="step", names=("do", "within")),
        drawing.listed((*path, "escalate_at"), asks.ESCALATION, says="Who is told when time runs out",
                       adds="Add a step", kind="escalation", names=("at", "to")),
        drawing.listed((*path, "route"), asks.ROUTE, says="Who gets it: the first that holds",
                       adds="Add a route", kind="route", names=("to", "when")),
    ]  # fmt: skip
    raised = found(drawing.root, (*path, "hand_raise"))
    return _part(
        drawing, "handoff", "Hand-off: what sales promises", "Times from the hand-off on.", groups, lists,
        known=KEYS["handoff"], elsewhere=drawing.elsewhere(raised, KEYS["handoff.hand_raise"]),
    )  # fmt: skip


def _recycle(drawing: Drawing) -> Part:
    reasons = drawing.named(
        ("recycle", "reasons"),
        asks.REASON,
        says="Reasons that sales may give",
        adds=(("reason", "Add a reason"),),
    )
    return _part(
        drawing, "recycle", "Sent back", "What becomes of a lead that sales does not take.",
        [("", drawing.fields(asks.RECYCLE, ("recycle",), of="recycle"))], [reasons], known=KEYS["recycle"],
    )  # fmt: skip


def _aims(drawing: Drawing) -> Part:
    targets = drawing.fields(asks.TARGETS, ("targets",), of="targets")
    lists = _by_name(drawing, ("lists",), "Lists of values", "", kind="words")
    known = [each.key for each in asks.TARGETS]
    elsewhere = drawing.elsewhere(found(drawing.root, ("targets",)), known)
    wrong = tuple(
        each
        for key in ("targets", "lists")
        if (value := found(drawing.root, (key,)))
        for each in drawing.wrong(value)
    )
    return Part("aims", "Targets and lists", "", [("Targets", targets), *lists], [], elsewhere, wrong)


def _by_name(drawing: Drawing, path: Path, says: str, hint: str, *, kind: str) -> Groups:
    """Return the fields of what has names of its own, and one value each."""
    keys, of = found(drawing.root, path), "-".join(map(str, path))
    if not isinstance(keys, Keys) or not keys.entries:
        return []
    fields = []
    for number, (word, _) in enumerate(keys.entries):
        asked = Asked(word.text, f"{word.text}: {hint}" if hint else word.text, kind)
        fields.append(drawing.field(asked, (*path, word.text), of=of)._replace(id=f"{of}-{number}"))
    return [(says, fields)]


def _part(
    drawing: Drawing, key: str, says: str, hint: str, groups: Groups, lists: Sequence[Listed] = (), *,
    known: Sequence[str] = (), elsewhere: Sequence[Elsewhere] = (),
) -> Part:  # fmt: skip
    """Return a part of what stands under a key."""
    value = found(drawing.root, (key,))
    asked = known or KEYS[key]
    others = [*drawing.elsewhere(value, asked), *elsewhere]
    wrong = drawing.wrong(value) if value is not None and not is_missing(value) else ()
    return Part(key, says, hint, groups, list(lists), others, wrong)
