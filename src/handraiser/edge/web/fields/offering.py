"""Of which fields can a condition be made: what people have, and what the agreement itself says?"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from handraiser.agreement import read
from handraiser.agreement.conditions import QualifyNames, Scope, check_expression, check_qualify
from handraiser.agreement.model import Agreement, EventRule, Sql
from handraiser.agreement.operators import Sort
from handraiser.agreement.wording import readable
from handraiser.edge.web.fields.gathering import Known
from handraiser.edge.web.fields.shaping import Field
from handraiser.errors import Diagnostic, Mistakes
from handraiser.flows.live import agreement_of
from handraiser.flows.publishing import live_of

__all__ = ["ABOUT", "Agreed", "Choice", "Offer", "Option", "agreed_by", "offer", "wrong_in"]

ABOUT = ("lead", "event", "qualify")
"""What conditions are about: leads and companies; the properties of events; leads and what is agreed."""
_RULE = re.compile(r"\brule:\s*([a-z][a-z0-9_]*)")
_SUMS = ("score", "fit", "engagement")
_WHOSE = {"lead": "Of the lead", "company": "Of the company"}


class Agreed(NamedTuple):
    """What conditions may name of an agreement: rules, sums and grades; what rules are called; its lists."""

    names: QualifyNames
    titles: Mapping[str, str]
    lists: Mapping[str, tuple[str, ...]]


class Option(NamedTuple):
    """A field as conditions write it, what it is called, and what is known of it, if anything."""

    text: str
    says: str
    sort: Sort
    field: Field | None = None


class Choice(NamedTuple):
    """Fields of one kind."""

    says: str
    options: list[Option]


class Offer(NamedTuple):
    """All fields of which a condition can be made, and what it may name of the agreement."""

    about: str
    choices: list[Choice]
    agreed: Agreed

    def option(self, text: str) -> Option:
        """Return the field that is written so; one that nobody has is taken for a text."""
        found = (each for choice in self.choices for each in choice.options if each.text == text)
        return next(found, Option(text, text, Sort.TEXT))

    def knows(self, text: str) -> bool:
        """Return whether there is a field that is written so."""
        return any(each.text == text for choice in self.choices for each in choice.options)


def agreed_by(text: str, name: str, now: int) -> Agreed:
    """Return what conditions may name: of the agreement as it is being written, as far as it can be read."""
    written = _agreed_in(text) if text.strip() else None
    if written is not None:
        return written
    live = live_of(name, now) if name else None
    agreed = _agreed(agreement_of(live)) if live else Agreed(QualifyNames(), {}, {})
    # Where one is about to write it, rules are known by how they begin.
    rules = frozenset(_RULE.findall(text)) | agreed.names.rules
    said = QualifyNames(
        event_rules=rules, rules=rules, groups=agreed.names.groups, grades=agreed.names.grades,
        lists=agreed.names.lists,
    )  # fmt: skip
    return agreed._replace(names=said)


@lru_cache(maxsize=16)
def _agreed_in(text: str) -> Agreed | None:
    try:
        agreement, _ = read(text if "\n" in text else f"{text}\n", file="the agreement")
    except Mistakes:
        return None
    return None if agreement is None else _agreed(agreement)


def _agreed(agreement: Agreement) -> Agreed:
    rules = (*agreement.fit.rules, *agreement.engagement.rules)
    groups = (*agreement.fit.groups, *agreement.engagement.groups)
    names = QualifyNames(
        event_rules=frozenset(rule.name for rule in rules if isinstance(rule, EventRule)),
        rules=frozenset(rule.name for rule in rules),
        groups=frozenset(group.name for group in groups),
        grades=tuple(name for name, _ in agreement.grades),
        lists=frozenset(agreement.lists),
    )
    return Agreed(names, {rule.name: readable(rule.name, rule.title) for rule in rules}, agreement.lists)


def wrong_in(about: str, text: str, agreed: Agreed) -> list[Diagnostic]:
    """Return what is wrong with a condition, and what is odd about it."""
    if about == "qualify":
        return check_qualify(Sql(text), names=agreed.names)
    scope = Scope.PROPERTIES if about == "event" else Scope.ATTRIBUTES
    return check_expression(Sql(text), scope=scope, lists=agreed.names.lists)


def offer(about: str, known: Known, properties: Sequence[Field], agreed: Agreed) -> Offer:
    """Return the fields for a condition; `properties` are those of the events that it is about."""
    if about == "event":
        return Offer(about, [Choice("Of what was done", _options(properties, "of them"))], agreed)
    own = [Choice(says, _options(known.fields[scope], "of leads")) for scope, says in _WHOSE.items()]
    return Offer(about, (_of_agreement(agreed) if about == "qualify" else []) + own, agreed)


def _options(fields: Iterable[Field], of: str) -> list[Option]:
    return [Option(each.text, f"{_called(each)} · {each.percent} % {of}", each.sort, each) for each in fields]


def _called(field: Field) -> str:
    return f"{field.scope}'s {readable(field.name)}" if field.scope else readable(field.name)


def _of_agreement(agreed: Agreed) -> list[Choice]:
    names = agreed.names
    called = {name: agreed.titles.get(name, readable(name)) for name in sorted(names.rules)}
    sums = [Option(name, name, Sort.SUM) for name in _SUMS]
    sums += [Option(name, f"points of {readable(name)}", Sort.SUM) for name in sorted(names.groups)]
    if names.grades:
        sums.append(Option("grade", "grade", Sort.GRADE))
    counts = [
        Option(f"count({name})", f"how often: {called[name]}", Sort.SUM) for name in sorted(names.event_rules)
    ]
    given = [Option(f"points({name})", f"points of: {called[name]}", Sort.SUM) for name in called]
    return [
        Choice("Points", sums),
        Choice("Rules", [Option(name, says, Sort.RULE) for name, says in called.items()]),
        Choice("How often", counts),
        Choice("Points of one rule", given),
    ]
