"""What does one rule say: of fit, of events, of silence?"""

from __future__ import annotations

from datetime import timedelta

import msgspec

from handraiser.agreement.codes import Code
from handraiser.agreement.conditions import Scope
from handraiser.agreement.durations import read_at_most, read_decay, read_duration
from handraiser.agreement.fields import Fields, condition, items, points, text
from handraiser.agreement.model import (
    FOREVER,
    AtMost,
    Band,
    Decay,
    EventRule,
    FitRule,
    Limits,
    SilenceRule,
    Sql,
)
from handraiser.agreement.nodes import Listing, Node, Scalar, under
from handraiser.agreement.notes import Notes
from handraiser.agreement.scalars import shown
from handraiser.agreement.vocabulary import EVENT_ONLY, KEYS, SILENCE_ONLY, nearest
from handraiser.agreement.wrong import Wrong
from handraiser.errors import Place

__all__ = ["AnyRule", "Defaults", "engagement_rule", "fit_rule", "read_window"]

AnyRule = FitRule | EventRule | SilenceRule

_NOT_IN_FIT = {
    **dict.fromkeys(EVENT_ONLY, "It belongs to a rule on events, in `engagement`."),
    **dict.fromkeys(SILENCE_ONLY, "It belongs to a rule in `engagement`."),
    "where": "A rule in `fit` has `when`, a condition on attributes; `where` belongs to a rule on events.",
}
_NOT_ON_EVENTS = {
    "when": "A rule on events has `where`, a condition on the event; `when` belongs to a rule in `fit`.",
}
_NOT_ON_SILENCE = {
    **dict.fromkeys(EVENT_ONLY, "It belongs to a rule with `event`; silence listens to every event rule."),
    "event": "A rule has `event` or `silent_for`, not both: make two rules of it.",
    "when": "It belongs to a rule in `fit`.",
}


class Defaults(msgspec.Struct, frozen=True):
    """What `engagement` says for the rules on events that say nothing themselves."""

    within: timedelta | None = None
    decay: Decay = Decay()


class _Head(msgspec.Struct, frozen=True):
    """What every rule has."""

    name: str
    title: str
    say: str
    group: str | None
    limits: Limits
    at: Place


def _called(node: Node, other: str) -> str:
    """How messages call a rule: by its name, if it has one."""
    name = under(node, "rule")
    return f"rule `{shown(name.text)}`" if isinstance(name, Scalar) and name.text else other


def _head(fields: Fields) -> _Head:
    fields.need("rule", fix="Give the rule a name: `rule: whitepaper`.")
    return _Head(
        name=fields.text("rule"),
        title=fields.text("title"),
        say=fields.text("say"),
        group=fields.text("group") if "group" in fields else None,
        limits=fields.limits(),
        at=fields.at,
    )


def fit_rule(node: Node, notes: Notes) -> AnyRule:
    """A rule of `fit`; one that belongs in `engagement` is told so, and read as what it is."""
    if _asks_for_events(node) and not _asks_for_attributes(node):
        _tell_to_move(node, notes, what="what leads do", stands="fit", belongs="engagement")
        return msgspec.structs.replace(_read_engagement_rule(node, notes, Defaults()), group=None)
    return _read_fit_rule(node, notes)


def engagement_rule(node: Node, notes: Notes, defaults: Defaults) -> AnyRule:
    """A rule of `engagement`; one that belongs in `fit` is told so, and read as what it is."""
    if _asks_for_attributes(node) and not _asks_for_events(node):
        _tell_to_move(node, notes, what="who leads are", stands="engagement", belongs="fit")
        return msgspec.structs.replace(_read_fit_rule(node, notes), group=None)
    return _read_engagement_rule(node, notes, defaults)


def _asks_for_events(node: Node) -> bool:
    return any(under(node, key) is not None for key in ("event", "silent_for"))


def _asks_for_attributes(node: Node) -> bool:
    return under(node, "when") is not None or isinstance(under(node, "points"), Listing)


def _tell_to_move(node: Node, notes: Notes, *, what: str, stands: str, belongs: str) -> None:
    called = _called(node, "this rule")
    says = f"{called[0].upper()}{called[1:]} is about {what}, and stands under `{stands}`."
    notes.mistake(Code.MISPLACED_KEY, node.at, says, f"Move the rule to the `rules` of `{belongs}`.")


def _read_fit_rule(node: Node, notes: Notes) -> FitRule:
    """A rule on attributes; a plain `when` with `points` is a single band."""
    fields = Fields(
        node, notes, what=_called(node, "a fit rule"), keys=KEYS["a fit rule"], elsewhere=_NOT_IN_FIT
    )
    head = _head(fields)
    fields.need("points", fix="Write `points: 10`, or a list of bands.")
    given = fields.get("points")
    if isinstance(given, Listing):
        bands = _bands(fields, given)
    else:
        if under(node, "where") is None:  # which is told to be a `when`
            fields.need("when", fix="Write `when:` and a condition on `lead.` and `company.`.")
        when = condition(fields["when"], notes, Scope.ATTRIBUTES) if "when" in fields else None
        worth = points(given, notes, Scope.ATTRIBUTES) if given is not None else 0.0
        bands = (Band(when=when or Sql(""), points=worth),)
    return FitRule(bands=bands, **msgspec.structs.asdict(head))


def _bands(fields: Fields, given: Listing) -> tuple[Band, ...]:
    notes = fields.notes
    if "when" in fields:
        notes.mistake(
            Code.MISPLACED_KEY,
            fields.place("when"),
            f"{fields.what} has bands, and a `when` beside them.",
            "Each band has its own `when`; take this one away.",
        )
    if not given.items:
        notes.mistake(
            Code.EMPTY, given.at, f"{fields.what} has no band.", "Write `- {when: …, points: …}` for each."
        )
    return tuple(_band(each, notes) for each in given.items)


def _band(node: Node, notes: Notes) -> Band:
    fields = Fields(node, notes, what="a band", keys=("when", "points"))
    fields.need("when", "points")
    when = condition(fields["when"], notes, Scope.ATTRIBUTES) if "when" in fields else None
    worth = points(fields["points"], notes, Scope.ATTRIBUTES) if "points" in fields else 0.0
    return Band(when=when or Sql(""), points=worth)


def _read_engagement_rule(node: Node, notes: Notes, defaults: Defaults) -> EventRule | SilenceRule:
    """A rule on events, or on their absence."""
    if under(node, "silent_for") is not None:
        return _silence_rule(node, notes)
    return _event_rule(node, notes, defaults)


def _silence_rule(node: Node, notes: Notes) -> SilenceRule:
    fields = Fields(
        node,
        notes,
        what=_called(node, "a silence rule"),
        keys=KEYS["a silence rule"],
        elsewhere=_NOT_ON_SILENCE,
    )
    head = _head(fields)
    fields.need("points")
    return SilenceRule(
        silent_for=fields.value("silent_for", _read_silence, FOREVER),
        points=_plain_points(fields, "a rule with `silent_for`"),
        **msgspec.structs.asdict(head),
    )


def _read_silence(words: str) -> timedelta | Wrong:
    if words == "forever":
        return Wrong(
            Code.FOREVER, "No lead has been silent forever.", "Write how long, as in `silent_for: 45 days`."
        )
    return _read_some_time(words)


def _read_some_time(words: str) -> timedelta | Wrong:
    length = read_duration(words)
    if length == timedelta(0):
        return Wrong(Code.BAD_DURATION, f"`{words}` is no time at all.", "Write a longer time.")
    return length


def read_window(words: str) -> timedelta | Wrong | None:
    """How far back events count; None for `forever`."""
    length = _read_some_time(words)
    return None if length == FOREVER else length


def _plain_points(fields: Fields, what: str) -> float:
    """Points of a rule for which only a number will do."""
    if "points" not in fields:
        return 0.0
    node = fields["points"]
    worth = points(node, Notes(), Scope.PROPERTIES)
    if not isinstance(worth, Sql):
        return fields.number("points") or 0.0
    fields.notes.mistake(
        Code.POINTS_NOT_A_NUMBER,
        node.at,
        f"{what[0].upper()}{what[1:]} gives its points once, so they are a number, not an expression.",
        "Write a number, as in `points: 5`.",
    )
    return 0.0


def _event_rule(node: Node, notes: Notes, defaults: Defaults) -> EventRule:
    fields = Fields(
        node,
        notes,
        what=_called(node, "a rule of `engagement`"),
        keys=KEYS["an event rule"],
        elsewhere=_NOT_ON_EVENTS,
    )
    head = _head(fields)
    fields.need("event", fix="Write `event:` and the event's name, or `silent_for:` and a time.")
    fields.need("points")
    at_least = fields.whole("at_least", least=1)
    thrice = "at_least" in fields
    if thrice:
        worth: float | Sql = _plain_points(fields, "a rule with `at_least`")
    else:
        worth = points(fields["points"], notes, Scope.PROPERTIES) if "points" in fields else 0.0
    return EventRule(
        event=_events(fields),
        points=worth,
        where=condition(fields["where"], notes, Scope.PROPERTIES) if "where" in fields else None,
        distinct=_distinct(fields),
        at_most=fields.value("at_most", _read_limit, None),
        at_least=at_least,
        within=fields.value("within", read_window, None) if "within" in fields else defaults.within,
        decay=_no_decay(fields) if thrice else fields.value("decay", read_decay, defaults.decay),
        count_machines=fields.value("machines", _read_machines, default=False),
        **msgspec.structs.asdict(head),
    )


def _read_limit(words: str) -> AtMost | Wrong | None:
    return read_at_most(words)


def _read_machines(words: str) -> bool | Wrong:
    if words in ("count", "ignore"):
        return words == "count"
    meant = nearest(words, ("count", "ignore")) or "count"
    says = f"`machines` is `count` or `ignore`, not `{words}`."
    return Wrong(Code.UNKNOWN_CHOICE, says, f"Write `{meant}`.")


def _no_decay(fields: Fields) -> Decay:
    """No decay for a rule with `at_least`; one that it asks for itself is reported."""
    if fields.value("decay", read_decay, Decay()) != Decay():
        fields.notes.mistake(
            Code.DECAY_WITH_AT_LEAST,
            fields.place("decay"),
            f"{fields.what[0].upper()}{fields.what[1:]} has `at_least`, so its points do not decay.",
            "Take `decay` away; `within` says how far back hits count.",
        )
    return Decay()


def _events(fields: Fields) -> tuple[str, ...]:
    """The names of the events, each once."""
    if "event" not in fields:
        return ()
    node, notes = fields["event"], fields.notes
    each = items(node, notes, fix="") if isinstance(node, Listing) else (node,)
    fix = "Name one, as in `event: Page Viewed`."
    if not each:
        notes.mistake(Code.EMPTY, node.at, "No event is named.", fix)
    names = []
    for item in each:
        before = len(notes.diagnostics)
        name = text(item, notes)
        if not name.strip() and len(notes.diagnostics) == before:
            notes.mistake(Code.EMPTY, item.at, "The event has no name.", fix)
        names.append(name)
    return tuple(dict.fromkeys(names))


def _distinct(fields: Fields) -> str | None:
    """The name of the property by which hits are told apart."""
    if "distinct" not in fields:
        return None
    name = fields.text("distinct").strip()
    node, notes = fields["distinct"], fields.notes
    if name.lower().startswith(("lead.", "company.")):
        notes.mistake(
            Code.NOT_A_PROPERTY,
            node.at,
            f"`{name}` is an attribute, and `distinct` tells hits apart by a property of the event.",
            f"Name a property, as in `distinct: {name.partition('.')[2] or 'session_id'}`.",
        )
    elif not name and isinstance(node, Scalar) and node.text == name:
        notes.mistake(Code.EMPTY, node.at, "`distinct` names no property.", "Write `distinct: session_id`.")
    return name or None
