"""Why did YAML give up here, in the words of somebody who writes agreements?

Each explanation looks at where the parser broke down and at what it had read until then, and knows
one cause; the first that fits is taken.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import partial

from handraiser.agreement.codes import Code
from handraiser.agreement.extents import end_of_value
from handraiser.agreement.source import Source
from handraiser.agreement.tree import Breakdown, Leaf, Style, Tree
from handraiser.agreement.wrong import Trap

__all__ = ["QUOTE_IT", "explain"]

QUOTE_IT = "Put the whole value in double quotes (single quotes inside them may stay)."


def explain(source: Source, tree: Tree, error: Breakdown) -> Trap:
    """What is said of the syntax error, and how the text can be mended, if it can."""
    for explanation in _EXPLANATIONS:
        trap = explanation(source, tree, error)
        if trap is not None:
            return trap
    return _generic(source, error)


def _tab(source: Source, tree: Tree, error: Breakdown) -> Trap | None:
    if "'\\t'" not in error.problem:
        return None
    lines = [n for n, line in enumerate(source.lines) if "\t" in line[: len(line) - len(line.lstrip())]]
    more = len([n for n in lines if n > error.line])

    def mend() -> None:
        for number in {*lines, error.line}:
            blank = len(source.lines[number]) - len(source.lines[number].lstrip())
            blank = max(blank, error.column + 1 if number == error.line else 0)
            for column in reversed(range(blank)):
                if source.lines[number][column] == "\t":
                    source.replace(number, column, column + 1, "  ")

    return Trap(
        code=Code.TAB,
        at=source.place(error.line, error.column),
        says="A tab stands where YAML allows only blanks" + (f" (and on {more} more)." if more else "."),
        fix="Indent with blanks, two a level.",
        mend=mend,
    )


def _bad_start(source: Source, tree: Tree, error: Breakdown) -> Trap | None:
    found = re.fullmatch(r"found character '(.)' that cannot start any token", error.problem)
    if found is None:
        return None
    sign = found.group(1)
    line = source.lines[error.line]
    flow = _flow_is_open(source, error)
    stop = re.compile(r"\s+#|,\s|[}\]]" if flow else r"\s+#").search(line, error.column)
    end = len(line[: stop.start() if stop else len(line)].rstrip())
    return Trap(
        code=Code.BAD_START,
        at=source.place(error.line, error.column),
        says=f"A value cannot begin with `{sign}` in YAML.",
        fix="Put the value in quotes.",
        mend=partial(source.quote, (error.line, error.column), (error.line, end)),
    )


def _flow_is_open(source: Source, error: Breakdown) -> bool:
    before = source.lines[error.line][: error.column]
    return before.count("{") > before.count("}") or before.count("[") > before.count("]")


def _sign_without_word(source: Source, tree: Tree, error: Breakdown) -> Trap | None:
    """`* note`, `& Sons`, `!!`: a sign of YAML's own, and no name behind it."""
    for what, code in (
        ("alias", Code.READ_AS_ALIAS),
        ("anchor", Code.READ_AS_ANCHOR),
        ("tag", Code.READ_AS_TAG),
    ):
        if what in error.context and error.context.startswith("while scanning") and error.began is not None:
            line, column = error.began
            return Trap(
                code=code,
                at=source.place(line, column),
                says=f"YAML reads `{source.rest(line, column)[:1]}` at the beginning of a value "
                f"as the sign of {'a tag' if what == 'tag' else f'an {what}'}.",
                fix="Put the value in quotes.",
                mend=partial(source.quote, error.began, (line, len(source.lines[line].rstrip()))),
            )
    return None


def _unclosed_quote(source: Source, tree: Tree, error: Breakdown) -> Trap | None:
    start = None
    if "quoted scalar" in error.context and "unexpected" in error.problem:
        start = error.began
    elif tree.leaves:
        last = tree.leaves[-1]
        swallowed = last.start[0] < last.end[0] == error.line
        if last.scalar.style is Style.QUOTED and swallowed:
            start = last.start
    if start is None:
        return None
    line, column = start
    mark = source.rest(line, column)[:1]
    end = len(source.lines[line].rstrip())
    return Trap(
        code=Code.UNCLOSED_QUOTE,
        at=source.place(line, column),
        says=f"The quote ({mark}) that opens here is not closed on its line.",
        fix=f"Close it with {mark} where the value ends.",
        mend=partial(source.replace, line, end, end, mark),
    )


def _text_behind_end(source: Source, tree: Tree, error: Breakdown) -> Trap | None:
    """`'it's'`, `"a" = b`, `[Beta] launch`: the text goes on behind the sign that ends it."""
    ends = [(leaf.start, leaf.end) for leaf in tree.leaves[-1:] if leaf.scalar.style is Style.QUOTED]
    for start, end in [*ends, *tree.flows[-1:]]:
        same_line = start[0] == end[0] == error.line
        if same_line and not source.lines[error.line][end[1] : error.column].strip():
            opener = source.rest(*start)[:1]
            return Trap(
                code=Code.QUOTE_INSIDE,
                at=source.place(*end),
                says=f"The value begins with {opener} and ends here for YAML, but more text follows.",
                fix="Put the whole value in quotes, and write a quote of the same kind inside it twice.",
                mend=partial(source.quote, start, (start[0], len(source.lines[start[0]].rstrip())))
                if not _flow_is_open(source, error)
                else None,
            )
    return None


def _bad_escape(source: Source, tree: Tree, error: Breakdown) -> Trap | None:
    if "escape" not in error.problem or error.began is None:
        return None
    column = source.lines[error.line].rfind("\\", 0, error.column + 1)
    if column < 0:
        return None
    return Trap(
        code=Code.BAD_ESCAPE,
        at=source.place(error.line, column),
        says="Between double quotes a backslash begins an escape, and YAML does not know this one.",
        fix="Write the backslash twice, or use single quotes around the value.",
        mend=partial(source.replace, error.line, column, column, "\\"),
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
    _tab,
    _bad_start,
    _unclosed_quote,
    _sign_without_word,
    _bad_escape,
    _text_behind_end,
    _colon,
    _comment_inside,
    _indentation,
)
