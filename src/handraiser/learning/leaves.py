"""Of which conditions is a condition made, and what could it be if one of them were known?"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from handraiser.agreement.conditions import names, parse
from handraiser.agreement.expression import Expression, Logic, Not

__all__ = ["Could", "Leaf", "could", "leaves"]

Flags = npt.NDArray[np.bool_]


class Leaf(NamedTuple):
    """A condition that joins no others, as it was written, and the names that it reads."""

    text: str
    names: frozenset[tuple[str, str]]


class Could(NamedTuple):
    """Per lead whether a condition could be true, and whether it could be false; neither: unknown stays."""

    true: Flags
    false: Flags


def leaves(text: str) -> list[Leaf]:
    """Return the conditions that `and`, `or` and `not` join, each once, in the order of the text."""
    found = dict.fromkeys(_leaves(parse(text), text))
    return [Leaf(each, names(each)) for each in found]


def could(text: str, known: Callable[[str], Could]) -> Could:
    """Return what a condition could be, given what each of its leaves could be.

    An upper bound: leaves that contradict each other could each be true.
    """
    return _could(parse(text), text, known)


def _leaves(part: Expression, text: str) -> Iterator[str]:
    match part:
        case Logic(_, operands):
            for each in operands:
                yield from _leaves(each, text)
        case Not(operand):
            yield from _leaves(operand, text)
        case _:
            yield _words(part, text)


def _could(part: Expression, text: str, known: Callable[[str], Could]) -> Could:
    match part:
        case Logic(word, operands):
            several = [_could(each, text, known) for each in operands]
            every, some = (np.logical_and.reduce, np.logical_or.reduce)
            true, false = (every, some) if word == "and" else (some, every)
            return Could(true([each.true for each in several]), false([each.false for each in several]))
        case Not(operand):
            found = _could(operand, text, known)
            return Could(found.false, found.true)
        case _:
            return known(_words(part, text))


def _words(part: Expression, text: str) -> str:
    return text[slice(*part.span)]
