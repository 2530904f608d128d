"""Can the rows of several agreements be told apart?"""

from __future__ import annotations

import os
from collections.abc import Sequence

from handraiser.agreement.model import Agreement
from handraiser.agreement.nodes import under
from handraiser.agreement.tree import root_of
from handraiser.errors import Diagnostic, Mistakes, Place

__all__ = ["refuse_same_names"]


def refuse_same_names(agreements: Sequence[Agreement]) -> None:
    """Raise Mistakes for every agreement that has the name of one before it, or is one given before."""
    first: dict[str, Agreement] = {}
    wrong: list[Diagnostic] = []
    for each in agreements:
        if each.name in first:
            wrong.append(_same_name(first[each.name], each))
        first.setdefault(each.name, each)
    if wrong:
        raise Mistakes(wrong)


def _same_name(first: Agreement, second: Agreement) -> Diagnostic:
    one, other = _file(first), _file(second)
    says = f"`{second.name}` is the name of {one}, too, and rows are told apart by it."
    fix = "Give one of the two another name behind `agreement:`."
    if second is first or (os.path.exists(other) and os.path.realpath(one) == os.path.realpath(other)):
        says, fix = "The agreement is given twice.", "Name it once."
    return Diagnostic(code="HR604", at=_place(second), says=says, fix=fix)


def _file(agreement: Agreement) -> str:
    return agreement.qualify.mql.at.file


def _place(agreement: Agreement) -> Place:
    """Return where the agreement says its name, or where it begins if it says none."""
    file = _file(agreement)
    root = root_of(agreement.source, file)
    node = under(root, "agreement") if root is not None else None
    return Place(file) if node is None else node.at
