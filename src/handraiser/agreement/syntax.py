"""Why did YAML give up here, in the words of somebody who writes agreements?

Each explanation looks at where the parser broke down and at what it had read until then, and knows
one cause; the first that fits is taken.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import partial

from msgspec import structs

from handraiser.agreement.codes import Code
from handraiser.agreement.extents import end_of_value
from handraiser.agreement.nodes import Style
from handraiser.agreement.quoting import (
    bad_escape,
    bad_start,
    number_of_no_character,
    sign_without_word,
    text_behind_end,
    unclosed_quote,
)
from handraiser.agreement.source import Source
from handraiser.agreement.tree import Breakdown, Leaf, Tree
from handraiser.agreement.wrong import Trap

__all__ = ["QUOTE_IT", "explain"]

_OF_DIRECTIVES = ("directive", "<document start>", "incompatible YAML", "tag handle")
_TOP_KEY = re.compile(r"[A-Za-z_]+:(\s|$)")
QUOTE_IT = "Put the whole value in double quotes (single quotes inside them may stay)."


def explain(source: Source, tree: Tree, error: Breakdown) -> Trap:
    """What is said of the syntax error, and how the text can be mended, if it can."""
    for explanation in _EXPLANATIONS:
        trap = explanation(source, tree, error)
        if trap is not None:
            break
    else:
        trap = _generic(source, error)
    return trap if trap.mend is not None else _leave_out(source, tree, error, trap)


def _leave_out(source: Source, tree: Tree, error: Breakdown, trap: Trap) -> Trap:
    """The trap, mended by leaving out the lines from it to the next key of the agreement itself."""
    first = min(error.line, trap.at.line - 1, len(source.lines) - 1)
    last = tree.leaves[-1] if tree.leaves else None
    # A word that runs into the line of the error has swallowed what comes before it.
    if last is not None and last.end[0] >= error.line:
        first = min(first, last.start[0])
    end = next((n for n in range(first + 1, len(source.lines)) if _TOP_KEY.match(source.lines[n])), None)
    lost = [n for n in range(first, end or len(source.lines)) if source.lines[n]]
    if not lost or "<document start>" in error.problem:
        return trap

    def mend() -> None:
        for number in lost:
            source.replace(number, 0, len(source.lines[number]), "")

    return structs.replace(trap, mend=mend, loses=True)


def _directive(source: Source, tree: Tree, error: Breakdown) -> Trap | None:
    words = f"{error.context} {error.problem}"
    if not any(
        sign in words for sign in ("directive", "<document start>", "incompatible YAML", "tag handle")
    ):
        return None
    for number, line in enumerate(source.lines):
        if line.startswith("%"):
            return Trap(
                code=Code.BAD_START,
                at=source.place(number, 0),
                says="YAML takes a line that begins with `%` for a directive, and does not know this one.",
                fix="Take the line away, or begin it with `#` if it is a comment.",
                mend=partial(source.replace, number, 0, len(line), ""),
            )
    return None


def _tab(source: Source, tree: Tree, error: Breakdown) -> Trap | None:
    if "'\\t'" not in error.problem:
        return None
    lines = [n for n, line in enumerate(source.lines) if "\t" in line[: len(line) - len(line.lstrip())]]
    more = len([n for n in lines if n > error.line])
    # Beside lines with blanks nobody knows how wide a tab was meant to be.
    only_tabs = not any(line.startswith(" ") and line.strip() for line in source.lines)

    def mend() -> None:
        for number in lines:
            for column in reversed(range(len(source.lines[number]) - len(source.lines[number].lstrip()))):
                if source.lines[number][column] == "\t":
                    source.replace(number, column, column + 1, "  ")

    return Trap(
        code=Code.TAB,
        at=source.place(error.line, error.column),
        says="A tab stands where YAML allows only blanks" + (f" (and on {more} more)." if more else "."),
        fix="Indent with blanks, two a level.",
        mend=mend if only_tabs and lines else None,
    )


def _unclosed_bracket(source: Source, tree: Tree, error: Breakdown) -> Trap | None:
    before = [start for start in tree.unclosed if start[0] < error.line]
    if not before:
        return None
    line, column = before[-1]
    at_the_end = error.line >= len(source.lines) - 1
    if not at_the_end and source.indentation(error.line) > source.indentation(line):
        return None
    openers = [source.rest(*start)[:1] for start in before]
    closers = "".join({"[": "]", "{": "}"}.get(sign, "") for sign in reversed(openers))
    last = next(n for n in range(error.line - 1, line - 1, -1) if source.lines[n].strip())
    stop = re.compile(r"\s+#").search(source.lines[last])
    end = len(source.lines[last][: stop.start() if stop else None].rstrip())
    return Trap(
        code=Code.UNCLOSED_BRACKET,
        at=source.place(line, column),
        says=f"The {openers[-1]} that opens here is not closed before the next key.",
        fix=f"Close it with {closers[:1]}, or look for a comma too many or too few behind it.",
        mend=partial(source.replace, last, end, end, closers),
    )


def _no_blank(source: Source, tree: Tree, error: Breakdown) -> Trap | None:
    if "could not find expected ':'" not in error.problem or error.began is None:
        return None
    line, column = error.began
    glued = re.compile(r"\w+:(?=\S)").match(source.lines[line], column)
    if glued is None:
        says, fix = (
            "This is no `key: value`.",
            "Write a key and a colon before it, or join it to the line above.",
        )
        return Trap(code=Code.BAD_YAML, at=source.place(line, column), says=says, fix=fix)
    return Trap(
        code=Code.NO_BLANK,
        at=source.place(line, glued.end() - 1),
        says=f"YAML sees no key here, because no blank follows `{glued.group()}`.",
        fix="Put a blank behind the colon.",
        mend=partial(source.replace, line, glued.end(), glued.end(), " "),
    )


def _colon(source: Source, tree: Tree, error: Breakdown) -> Trap | None:
    colon = error.problem.startswith("mapping values are not allowed") or error.problem.endswith("got ':'")
    if not colon or not tree.leaves:
        return None
    leaf = tree.leaves[-1]
    if leaf.scalar.style is not Style.PLAIN or leaf.end[0] != error.line:
        return None
    before = source.lines[error.line][: error.column]
    if leaf.start[0] < error.line and re.fullmatch(r"\s*(?:- +)?[\w.-]+", before):
        return _indentation_at(source, error.line)
    return Trap(
        code=Code.CUT_BY_COLON,
        at=source.place(error.line, error.column),
        says="YAML takes the text before `: ` for a key, and no key can stand here.",
        fix=QUOTE_IT,
        mend=partial(source.quote, leaf.start, end_of_value(source, leaf)),
    )


def _comment_inside(source: Source, tree: Tree, error: Breakdown) -> Trap | None:
    """A text over several lines with a comment on one of them: there it ends."""
    cut = next(_commented_leaves(tree, error), None)
    if cut is None or "allowed" in error.problem:
        return None
    line, column = cut.end
    rest = source.rest(line, column)
    column += len(rest) - len(rest.lstrip())
    length = len(source.lines[line])
    return Trap(
        code=Code.CUT_BY_COMMENT,
        at=source.place(line, column),
        says="The comment ends the value here, but the value goes on in the next line.",
        fix="Move the comment to a line of its own above the key.",
        mend=partial(source.replace, line, column, length, " " * (length - column)),
    )


def _commented_leaves(tree: Tree, error: Breakdown) -> Iterator[Leaf]:
    for leaf in tree.leaves[-2:]:
        near = leaf.end[0] < error.line <= leaf.end[0] + 2
        if leaf.key is not None and near and leaf.scalar.comment is not None:
            yield leaf


def _indentation(source: Source, tree: Tree, error: Breakdown) -> Trap | None:
    if "expected <block end>" not in error.problem and "sequence entries" not in error.problem:
        return None
    return _indentation_at(source, error.line)


def _indentation_at(source: Source, line: int) -> Trap:
    return Trap(
        code=Code.INDENTATION,
        at=source.place(line, source.indentation(line) if line < len(source.lines) else 0),
        says="This line does not belong where its indentation puts it.",
        fix="Begin keys and list entries that belong together in the same column.",
    )


def _generic(source: Source, error: Breakdown) -> Trap:
    return Trap(
        code=Code.BAD_YAML,
        at=source.place(error.line, error.column),
        says=f"This is not YAML: {(error.context + ': ' if error.context else '')}{error.problem}.",
        fix="Look for a missing bracket, quote or colon here or just above.",
    )


_EXPLANATIONS: tuple[Callable[[Source, Tree, Breakdown], Trap | None], ...] = (
    _directive,
    _tab,
    bad_start,
    unclosed_quote,
    sign_without_word,
    bad_escape,
    number_of_no_character,
    text_behind_end,
    _unclosed_bracket,
    _colon,
    _comment_inside,
    _no_blank,
    _indentation,
)
