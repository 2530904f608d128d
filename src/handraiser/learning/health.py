"""Of how many leads can each rule and condition be decided, where they came from, and what is known of them?

Three-valued, as section 3 has it: a condition is true of a lead, false, or unknown, where what it reads is
not known. A whole one may be decided though one of its parts is not (`a or b`), so both are told. What asks
something of events is asked of each lead that did such a thing: true where it is of one of these events.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

import msgspec
import numpy as np
import numpy.typing as npt

from handraiser.agreement.model import Agreement, FitRule
from handraiser.learning.decided import Answers, answers_of
from handraiser.learning.heard import last_heard
from handraiser.learning.leaves import leaves
from handraiser.learning.worth import Worth, worth_collecting
from handraiser.scoring.match import event_rules
from handraiser.scoring.programs import qualify_trees
from handraiser.scoring.registers import FALSE, NEVER, NULL, TRUE
from handraiser.scoring.survey import Ground

__all__ = [
    "UNKNOWN",
    "AttributeHealth",
    "ConditionHealth",
    "Health",
    "MonthKnown",
    "Origin",
    "Tally",
    "health",
]

UNKNOWN = "unknown"
_REST = "all others"
_ORIGINS = 7  # that stand for themselves
_MONTHS = 12
Flags = npt.NDArray[np.bool_]
Truths = npt.NDArray[np.uint8]


class Tally(msgspec.Struct, frozen=True, kw_only=True):
    """Of how many leads something is true, false or unknown."""

    true: int
    false: int
    unknown: int

    @property
    def leads(self) -> int:
        """How many leads it is asked of."""
        return self.true + self.false + self.unknown

    @property
    def decided(self) -> float | None:
        """The share of leads of which it is decided, None where there are none."""
        return (self.true + self.false) / self.leads if self.leads else None


class Origin(msgspec.Struct, frozen=True, kw_only=True):
    """How leads came first, and how many came so."""

    name: str
    leads: int


class ConditionHealth(msgspec.Struct, frozen=True, kw_only=True):
    """A condition of the agreement, and of how many leads it can be decided.

    of        fit, event, mql, hand_raise or never
    rule      the name of the rule that asks it, empty of `qualify`
    text      as it was written; of a rule with bands, its bands, one in a line
    part      whether it is but a part of a condition that stands before it
    number    whether it is a number that `qualify` compares: then known is told as true
    all       over all leads; of event rules over those that did such a thing
    origins   the same by `Health.origins`
    """

    of: str
    rule: str
    title: str
    text: str
    part: bool
    number: bool
    all: Tally
    origins: list[Tally]


class MonthKnown(msgspec.Struct, frozen=True, kw_only=True):
    """Leads that were first seen in a month, and of how many of these an attribute is known."""

    month: str
    known: int
    leads: int


class AttributeHealth(msgspec.Struct, frozen=True, kw_only=True):
    """An attribute that the agreement reads, and of how many leads it is known: told as true.

    ever      whether anybody has ever had it
    derived   whether it is worked out from events or outcomes: nobody can collect it
    heard_at  when it was last heard of anybody, in microseconds, as something new; None for never
    months    of the latest months in which leads were first seen
    """

    name: str
    ever: bool
    derived: bool
    heard_at: int | None
    all: Tally
    origins: list[Tally]
    months: list[MonthKnown]


class Health(msgspec.Struct, frozen=True, kw_only=True):
    """How healthy the data are that an agreement reads, at an instant (microseconds).

    looked_at  how many leads were looked at
    leads      of about how many
    origins    the commonest first; those of whom it is not known last
    """

    at: int
    looked_at: int
    leads: int
    origins: list[Origin]
    conditions: list[ConditionHealth]
    attributes: list[AttributeHealth]
    worth: list[Worth]


def health(
    agreement: Agreement, ground: Ground, came: Sequence[str], *, at: int, leads: int | None = None
) -> Health:
    """Return how healthy the data of some leads are at an instant.

    came   how each lead of the ground came first, in their order; empty where that is not known
    leads  of how many these were chosen, without looking at what they are; they are all, unless said
    """
    origins = _origins(came)
    answers = answers_of(agreement, ground, at=at)
    conditions = [
        *_fit(agreement, answers, origins),
        *_events(agreement, answers, origins),
        *_qualify(agreement, answers, origins),
    ]
    attributes = list(_attributes(agreement, ground, answers, origins))
    derived = {each.name for each in attributes if each.derived}
    total = len(came) if leads is None else leads
    worth = worth_collecting(answers, origins, scale=total / max(1, len(came)))
    return Health(
        at=at,
        looked_at=len(came),
        leads=total,
        origins=[Origin(name=name, leads=int(own.sum())) for name, own in origins],
        conditions=conditions,
        attributes=attributes,
        worth=[each for each in worth if each.name not in derived],
    )


class _Asked(NamedTuple):
    """A condition, or a part of one, and what it is of each lead that it is asked of."""

    text: str
    may: Truths
    part: bool
    number: bool = False


def _fit(
    agreement: Agreement, answers: Answers, origins: Sequence[tuple[str, Flags]]
) -> Iterator[ConditionHealth]:
    for rule in agreement.fit.rules:
        if not isinstance(rule, FitRule):
            continue
        texts = [band.when.text for band in rule.bands]
        whole = _either([answers.truth(text) for text in texts])
        asked = [_Asked("\n".join(texts), whole, part=False), *_parts(answers, texts)]
        yield from _told("fit", rule.name, rule.title, asked, origins)


def _events(
    agreement: Agreement, answers: Answers, origins: Sequence[tuple[str, Flags]]
) -> Iterator[ConditionHealth]:
    for rule in event_rules(agreement):
        if rule.where is None:
            continue
        done = answers.done[rule.name]
        asked = [_Asked(text, done.truths[text], part=bool(place)) for place, text in enumerate(done.truths)]
        yield from _told("event", rule.name, rule.title, asked, origins, among=done.did)


def _qualify(
    agreement: Agreement, answers: Answers, origins: Sequence[tuple[str, Flags]]
) -> Iterator[ConditionHealth]:
    qualify = agreement.qualify
    said = zip(
        ("mql", "hand_raise", "never"), (qualify.mql, qualify.hand_raise, qualify.never),
        qualify_trees(agreement), strict=True,
    )  # fmt: skip
    for place, (name, sql, tree) in enumerate(said):
        if sql is None or tree is None or not tree.attributes:
            continue  # what reads no attribute is always decided
        asked = [_Asked(sql.text, answers.standing.answers[:, place], part=False)]
        for one in tree.attributes:
            if one.kind == "truth":
                asked += [_Asked(leaf.text, answers.truth(leaf.text), part=True) for leaf in leaves(one.text)]
            else:
                known = np.where(answers.number_known(one.text), TRUE, NULL).astype(np.uint8)
                asked.append(_Asked(one.text, known, part=True, number=True))
        yield from _told(name, "", "", asked, origins)


def _parts(answers: Answers, texts: Sequence[str]) -> list[_Asked]:
    """Return the conditions that some are made of, unless there is but one."""
    found = list(dict.fromkeys(leaf.text for text in texts for leaf in leaves(text)))
    if len(found) < 2:
        return []
    return [_Asked(text, answers.truth(text), part=True) for text in found]


def _either(several: Sequence[Truths]) -> Truths:
    """Return what some conditions are, joined by `or`."""
    true = np.logical_or.reduce([each == TRUE for each in several])
    unknown = np.logical_or.reduce([each == NULL for each in several])
    return np.where(true, TRUE, np.where(unknown, NULL, FALSE)).astype(np.uint8)


def _told(
    of: str, rule: str, title: str, asked: Sequence[_Asked], origins: Sequence[tuple[str, Flags]],
    *, among: Flags | None = None,
) -> Iterator[ConditionHealth]:  # fmt: skip
    for one in asked:
        yield ConditionHealth(
            of=of, rule=rule, title=title, text=one.text, part=one.part, number=one.number,
            all=_tally(one.may, among),
            origins=[_tally(one.may, own if among is None else own & among) for _, own in origins],
        )  # fmt: skip


def _tally(may: Truths, among: Flags | None) -> Tally:
    of = may if among is None else may[among]
    return Tally(
        true=int((of == TRUE).sum()), false=int((of == FALSE).sum()), unknown=int((of == NULL).sum())
    )


def _attributes(
    agreement: Agreement, ground: Ground, answers: Answers, origins: Sequence[tuple[str, Flags]]
) -> Iterator[AttributeHealth]:
    heard = last_heard(ground.inputs, answers.attributes)
    month = _months(ground, agreement.timezone)
    seen = sorted({str(each) for each in month if each})[-_MONTHS:]
    latest = [(each, month == each) for each in seen]
    for name, known in answers.attributes.items():
        may = np.where(known, TRUE, NULL).astype(np.uint8)
        of = heard[name]
        yield AttributeHealth(
            name=".".join(name), ever=of.ever, derived=of.derived, heard_at=of.at, all=_tally(may, None),
            origins=[_tally(may, own) for _, own in origins],
            months=[
                MonthKnown(month=each, known=int((known & own).sum()), leads=int(own.sum()))
                for each, own in latest
            ],
        )  # fmt: skip


def _months(ground: Ground, zone: str) -> npt.NDArray[np.str_]:
    """Return the month in which each lead was first seen, empty where that is not known."""
    there = ZoneInfo(zone)
    return np.array(
        [
            "" if at == NEVER else f"{datetime.fromtimestamp(at / 1e6, UTC).astimezone(there):%Y-%m}"
            for at in ground.leads.created.tolist()
        ],
        dtype="U7",
    )


def _origins(came: Sequence[str]) -> list[tuple[str, Flags]]:
    """Return how leads came, and which came so: few, the commonest first, what is not known last."""
    values = np.array([each or UNKNOWN for each in came], dtype=object)
    counts = {each: int((values == each).sum()) for each in dict.fromkeys(values.tolist())}
    known = sorted((each for each in counts if each != UNKNOWN), key=lambda each: (-counts[each], each))
    alone = known if len(known) <= _ORIGINS + 1 else known[:_ORIGINS]
    found: list[tuple[str, Flags]] = [(each, values == each) for each in alone]
    if rest := known[len(alone) :]:
        found.append((_REST, np.isin(values.astype(str), rest)))
    if UNKNOWN in counts:
        found.append((UNKNOWN, values == UNKNOWN))
    return found
