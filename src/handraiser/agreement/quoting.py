"""Which quote, escape or first sign of a value made YAML give up?"""

from __future__ import annotations

import re
from functools import partial

from handraiser.agreement.codes import Code
from handraiser.agreement.nodes import Style
from handraiser.agreement.source import Source
from handraiser.agreement.tree import Breakdown, Tree
from handraiser.agreement.wrong import Trap

__all__ = [
    "bad_escape",
    "bad_start",
    "number_of_no_character",
    "sign_without_word",
    "text_behind_end",
    "unclosed_quote",
]

_TOO_GREAT = re.compile(r"(?<!\\)(?:\\\\)*\\U(?!0010|000)[0-9A-Fa-f]{8}")


def bad_start(source: Source, tree: Tree, error: Breakdown) -> Trap | None:
    """A value that begins with a sign that YAML keeps for itself."""
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


def sign_without_word(source: Source, tree: Tree, error: Breakdown) -> Trap | None:
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


def unclosed_quote(source: Source, tree: Tree, error: Breakdown) -> Trap | None:
    """A quote that runs on into the lines below."""
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


def text_behind_end(source: Source, tree: Tree, error: Breakdown) -> Trap | None:
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


def bad_escape(source: Source, tree: Tree, error: Breakdown) -> Trap | None:
    """A backslash between double quotes that escapes nothing."""
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


def number_of_no_character(source: Source, tree: Tree, error: Breakdown) -> Trap | None:
    """`\\U` with a number too great."""
    if "no character has" not in error.problem:
        return None
    for number, line in enumerate(source.lines):
        found = _TOO_GREAT.search(line)
        if found is not None:
            return Trap(
                code=Code.BAD_ESCAPE,
                at=source.place(number, found.start()),
                says=f"No character has the number that `{found.group()}` asks for.",
                fix="Write the character itself.",
                mend=partial(source.replace, number, found.start(), found.start(), "\\"),
            )
    return None
