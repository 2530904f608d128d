"""Where did YAML cut short or misread what was written, and what would be right?

Each trap that is found may come with a way to mend the text, so that the reading can go on behind it.
"""

from __future__ import annotations

import re
from functools import partial

from handraiser.agreement.amounts import number_meant
from handraiser.agreement.codes import Code
from handraiser.agreement.extents import end_of_value, scan
from handraiser.agreement.nodes import Style
from handraiser.agreement.source import Source
from handraiser.agreement.syntax import QUOTE_IT, explain
from handraiser.agreement.tree import Leaf, Tree
from handraiser.agreement.wrong import Trap, Wrong

__all__ = ["CONDITION_KEYS", "find_trap"]

CONDITION_KEYS = frozenset({"when", "where", "points", "mql", "hand_raise", "never"})

_COMMAS = re.compile(r"(?<![\w.])\d+(?:,\d+)+(?:\.\d+)?", re.ASCII)


def find_trap(source: Source, tree: Tree) -> Trap | None:
    """The first trap that stands in the text, None where YAML and its author agree."""
    for leaf in tree.leaves:
        trap = _cut_condition(source, leaf) or _cut_number(source, leaf) or _misread(source, tree, leaf)
        if trap is not None:
            return trap
    return explain(source, tree, tree.breakdown) if tree.breakdown is not None else None


def _cut_condition(source: Source, leaf: Leaf) -> Trap | None:
    """A condition that ends inside a quote or a bracket, where the rest of the line would close it."""
    if leaf.scalar.style is not Style.PLAIN or leaf.key not in CONDITION_KEYS:
        return None
    _, quote, depth = scan(leaf.scalar.text, 0, flow=False)
    rest = source.rest(*leaf.end)
    if not (quote or (leaf.flow and depth > 0)) or not rest.strip():
        return None
    column, quote, depth = scan(
        source.lines[leaf.end[0]], leaf.end[1], flow=leaf.flow, quote=quote, depth=depth
    )
    if quote or depth > 0 or column == leaf.end[1]:
        return None
    cut = leaf.end[1] + len(rest) - len(rest.lstrip())
    code, sign = _cutter(source.lines[leaf.end[0]][cut])
    return Trap(
        code=code,
        at=source.place(leaf.end[0], cut),
        says=f"YAML cuts the condition short at {sign}: only `{leaf.scalar.text}` is left of it.",
        fix=QUOTE_IT,
        mend=partial(source.quote, leaf.start, end_of_value(source, leaf)),
    )


def _cut_number(source: Source, leaf: Leaf) -> Trap | None:
    """`{points: 1,000}`: the comma makes a key of the rest of the number."""
    line, column = leaf.start
    if not (leaf.is_key and leaf.flow and leaf.scalar.text[:1].isdecimal()):
        return None
    found = next(
        (each for each in _COMMAS.finditer(source.lines[line]) if column in range(*each.span())), None
    )
    meant = number_meant(found.group()) if found else None
    if found is None or meant is None:
        return None
    start, end = found.span()
    return Trap(
        code=Code.CUT_BY_COMMA,
        at=source.place(line, start + found.group().index(",")),
        says=f"YAML cuts the number `{found.group()}` at `,`, which separates entries inside {{ }} and [ ].",
        fix=f"Write `{meant}`.",
        mend=partial(source.replace, line, start, end, meant),
    )


def _cutter(char: str) -> tuple[Code, str]:
    if char == "#":
        return Code.CUT_BY_COMMENT, "` #`, which begins a comment"
    if char == ":":
        return Code.CUT_BY_COLON, "`: `, which ends a key"
    return Code.CUT_BY_COMMA, f"`{char}`, which separates entries inside {{ }} and [ ]"


def _misread(source: Source, tree: Tree, leaf: Leaf) -> Trap | None:
    """A text whose first sign YAML takes for its own: an alias, an anchor that nothing uses, a tag."""
    found = _sign_taken(source, tree, leaf)
    if found is None:
        return None
    end = end_of_value(source, leaf)
    quotable = end > leaf.start and not leaf.is_key and found.code is not Code.BAD_ESCAPE
    mend = partial(source.quote, leaf.start, end) if quotable else None
    return Trap(code=found.code, at=source.place(*leaf.start), says=found.says, fix=found.fix, mend=mend)


def _sign_taken(source: Source, tree: Tree, leaf: Leaf) -> Wrong | None:
    text = leaf.scalar.text
    if any("\ud800" <= char <= "\udfff" for char in text):
        says, fix = "An escape in this text gives half a character.", "Write the character itself."
        return Wrong(Code.BAD_ESCAPE, says, fix)
    if leaf.scalar.style is Style.ALIAS:
        says = f"YAML reads `{text}` as a reference to an anchor `&{text[1:]}`, and there is none."
        return Wrong(Code.READ_AS_ALIAS, says, "Put the value in quotes, or set the anchor before it.")
    if leaf.tag is not None:
        says = f"YAML reads `{_first_word(source, leaf)}` as a tag and drops it from the text."
        return Wrong(Code.READ_AS_TAG, says, "Put the value in quotes.")
    unused = leaf.anchor is not None and leaf.anchor not in tree.aliases
    if unused and tree.breakdown is None and leaf.scalar.style is Style.PLAIN:
        says = f"YAML reads `&{leaf.anchor}` as an anchor, which nothing refers to, and drops it."
        return Wrong(Code.READ_AS_ANCHOR, says, "Put the value in quotes, or take the anchor away.")
    return None


def _first_word(source: Source, leaf: Leaf) -> str:
    return (source.rest(*leaf.start).split() or ["!"])[0]
