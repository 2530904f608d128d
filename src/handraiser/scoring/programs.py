"""The three expressions of `qualify` as trees."""

from __future__ import annotations

from functools import lru_cache

from handraiser.agreement.conditions import QualifyNames
from handraiser.agreement.model import Agreement, EventRule, Sql
from handraiser.agreement.program import QualifyTree, compile_qualify

__all__ = ["names_of", "qualify_trees"]


def names_of(agreement: Agreement) -> QualifyNames:
    """Return the names that `qualify` may use."""
    rules = [*agreement.fit.rules, *agreement.engagement.rules]
    return QualifyNames(
        event_rules=frozenset(rule.name for rule in rules if isinstance(rule, EventRule)),
        rules=frozenset(rule.name for rule in rules),
        groups=frozenset(group.name for group in [*agreement.fit.groups, *agreement.engagement.groups]),
        grades=tuple(name for name, _ in agreement.grades),
        lists=frozenset(agreement.lists),
    )


def qualify_trees(agreement: Agreement) -> tuple[QualifyTree | None, ...]:
    """Return `mql`, `hand_raise` and `never`, None where the agreement has none."""
    qualify = agreement.qualify
    names = names_of(agreement)
    return tuple(
        None if sql is None else _compiled(sql, names)
        for sql in (qualify.mql, qualify.hand_raise, qualify.never)
    )


@lru_cache(maxsize=256)
def _compiled(sql: Sql, names: QualifyNames) -> QualifyTree:
    return compile_qualify(sql, names)
