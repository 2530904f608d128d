"""Which agreement does a text describe, or what is wrong with it?

    file or text → source → tree (mended where YAML fell into a trap) → fields → Agreement

Everything that AGREEMENT.md calls a mistake is found here, all at once, and nothing runs on half an
agreement.
"""

from __future__ import annotations

import codecs
import os
import re
from collections.abc import Iterable
from functools import lru_cache

from msgspec import structs

from handraiser.agreement.codes import Code
from handraiser.agreement.conditions import ConditionCode, QualifyNames, check_expression, check_qualify
from handraiser.agreement.document import read_document
from handraiser.agreement.files import contents, is_text
from handraiser.agreement.fingerprint import fingerprint
from handraiser.agreement.model import Agreement, EventRule
from handraiser.agreement.nodes import Mapping, Node, Scalar
from handraiser.agreement.notes import Notes
from handraiser.agreement.scalars import Kind, kind_of
from handraiser.agreement.source import Source
from handraiser.agreement.traps import find_trap
from handraiser.agreement.tree import Tree, grow
from handraiser.errors import Diagnostic, Level, Mistakes, Place

__all__ = ["load", "read"]

_MENDS = 50  # a text with more traps than this is no agreement
_DEPTH = 64
_BAD_CHARACTER = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def load(source: str | os.PathLike[str], *, file: str | None = None) -> Agreement:
    """The agreement in a file, or in a text of several lines; `file` is how messages call a text.

    Raises `Mistakes` with every mistake that was found, in the order of the text, or that this is no file of
    an agreement, and `Unavailable` for a file that cannot be opened.
    """
    agreement, diagnostics = read(source, file=file)
    if agreement is None:
        raise Mistakes([each for each in diagnostics if each.level is Level.MISTAKE])
    return agreement


def read(
    source: str | os.PathLike[str], *, file: str | None = None
) -> tuple[Agreement | None, tuple[Diagnostic, ...]]:
    """The agreement, None if there are mistakes, and all mistakes and warnings in the order of the text.

    Raises `Mistakes` where this is no file of an agreement, and `Unavailable` for one that cannot be opened.
    """
    notes = Notes()
    if not isinstance(source, str | os.PathLike):
        says = f"An agreement is read from a file or a text, not from {_article(source)}."
        raise Mistakes(
            [
                Diagnostic(
                    code=Code.NO_AGREEMENT.value,
                    at=Place(file or "<text>"),
                    says=says,
                    fix="Give the path of a YAML file, or the text of one.",
                )
            ]
        )
    if isinstance(source, str) and ("\n" in source or "\r" in source):
        text, name = source, file or "<text>"
    else:
        name = file or os.fspath(source)
        written = contents(source)
        if not is_text(written):
            says, fix = "This is no text.", "An agreement is a YAML file, in UTF-8."
            notes.mistake(Code.NO_AGREEMENT, Place(name), says, fix)
            return None, tuple(notes.diagnostics)
        text = _decoded(written, name, notes)
    agreement, found = _understood(text, name)
    if not notes.diagnostics:
        return agreement, found
    return None, _in_order([*notes.diagnostics, *found])


def _article(source: object) -> str:
    return "None" if source is None else f"`{type(source).__name__}`"


def _decoded(written: bytes, name: str, notes: Notes) -> str:
    """The text; bytes that are not UTF-8 are written down, and the reading goes on around them."""
    try:
        return written.decode("utf-8")
    except UnicodeDecodeError as error:
        before = written[: error.start]
        line = before.count(b"\n") + 1
        column = len(before.rpartition(b"\n")[2].decode("utf-8")) + 1
        notes.mistake(
            Code.NOT_UTF8,
            Place(name, line, column),
            f"This byte (0x{written[error.start]:02x}) is not UTF-8.",
            "Save the file in the encoding UTF-8.",
        )
        sixteen = written.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
        return written.decode("utf-16" if sixteen else "utf-8", errors="replace")


def _in_order(diagnostics: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    return tuple(sorted(dict.fromkeys(diagnostics), key=lambda each: each.at))


@lru_cache(maxsize=64)  # whoever shows, compares or checks a text reads it again
def _understood(text: str, name: str) -> tuple[Agreement | None, tuple[Diagnostic, ...]]:
    notes = Notes()
    agreement = _described(text, name, notes)
    diagnostics = _in_order(notes.diagnostics)
    if agreement is None or any(each.level is Level.MISTAKE for each in diagnostics):
        return None, diagnostics
    return structs.replace(agreement, source=text, fingerprint=fingerprint(agreement)), diagnostics


def _described(text: str, name: str, notes: Notes) -> Agreement | None:
    source = Source(text, file=name)
    _replace_bad_characters(source, notes)
    _cut_deep_nesting(source, notes)
    root = _root(_grow_mended(source, notes), source, notes)
    if root is None:
        return None
    agreement = read_document(root, notes)
    _check_expressions(agreement, notes)
    return agreement


def _replace_bad_characters(source: Source, notes: Notes) -> None:
    found = [
        (number, match.start(), match.group())
        for number, line in enumerate(source.lines)
        for match in _BAD_CHARACTER.finditer(line)
    ]
    for number, column, _ in found:
        source.replace(number, column, column + 1, " ")
    if found:
        number, column, char = found[0]
        more = f" ({len(found) - 1} more like it)" if len(found) > 1 else ""
        notes.mistake(
            Code.BAD_CHARACTER,
            source.place(number, column),
            f"The character U+{ord(char):04X} cannot stand in YAML{more}.",
            "Take it away, and save the file in the encoding UTF-8.",
        )


def _cut_deep_nesting(source: Source, notes: Notes) -> None:
    """Leave out brackets beyond any use: the parser's time grows with the cube of their number."""
    for number, line in enumerate(source.lines):
        depth = 0
        for column, char in enumerate(line):
            depth += (char in "[{") - (char in "]}")
            if depth > _DEPTH:
                at = source.place(number, column)
                says, fix = f"More than {_DEPTH} brackets are open here.", "Close them."
                notes.mistake(Code.BAD_YAML, at, says, fix)
                source.replace(number, column, len(line), "")
                break


def _grow_mended(source: Source, notes: Notes) -> Tree:
    """What YAML reads once every trap that can be mended is mended."""
    seen: set[tuple[Code, Place]] = set()
    while True:
        tree = grow(source)
        trap = find_trap(source, tree)
        if trap is None:
            return tree
        if (trap.code, trap.at) not in seen:
            notes.mistake(trap.code, trap.at, trap.says, trap.fix)
        notes.complete = notes.complete and not trap.loses
        if (trap.code, trap.at) in seen or trap.mend is None or len(seen) >= _MENDS:
            notes.complete = False
            return tree
        seen.add((trap.code, trap.at))
        trap.mend()


def _root(tree: Tree, source: Source, notes: Notes) -> Mapping | None:
    """The one mapping that an agreement is."""
    for what, at in tree.strangers:
        if what == "key":
            notes.mistake(
                Code.ODD_KEY, at, "A key is a single word, not a list or keys.", "Write `key: value`."
            )
        else:
            notes.mistake(Code.READ_AS_TAG, at, "An agreement knows no YAML tags.", "Take the tag away.")
    if tree.second is not None:
        notes.mistake(
            Code.SEVERAL_DOCUMENTS,
            source.place(*tree.second),
            "A second document begins here, and a file holds one agreement.",
            "Put it in a file of its own, or take the `---` away.",
        )
    root = tree.root
    if isinstance(root, Mapping) and (root.entries or not notes.complete):
        return root
    if notes.complete:
        _say_what_it_is_instead(root, source, notes)
    return None


def _say_what_it_is_instead(root: Node | None, source: Source, notes: Notes) -> None:
    if root is None or isinstance(root, Mapping) or (isinstance(root, Scalar) and kind_of(root) is Kind.NULL):
        says, fix = "Here is no agreement: nothing is written.", "Begin with `agreement: name`."
        notes.mistake(Code.EMPTY_FILE, source.place(0, 0), says, fix)
        return
    what = "one text" if isinstance(root, Scalar) else "a list"
    notes.mistake(
        Code.NOT_A_MAPPING,
        root.at,
        f"An agreement is keys with values, and this is {what}.",
        "Begin with `agreement: name`, and write each part under its key.",
    )


def _check_expressions(agreement: Agreement, notes: Notes) -> None:
    lists = frozenset(agreement.lists)
    found = [
        each for sql, scope in notes.expressions for each in check_expression(sql, scope=scope, lists=lists)
    ]
    if notes.complete:
        names = _names(agreement)
        for sql in (agreement.qualify.mql, agreement.qualify.hand_raise, agreement.qualify.never):
            if sql is not None and sql.text:
                found += check_qualify(sql, names=names)
    # Where the text breaks off, the list may stand in the part that was not read.
    notes.diagnostics += [
        each for each in found if notes.complete or each.code != ConditionCode.UNKNOWN_LIST.value
    ]


def _names(agreement: Agreement) -> QualifyNames:
    rules = (*agreement.fit.rules, *agreement.engagement.rules)
    groups = (*agreement.fit.groups, *agreement.engagement.groups)
    return QualifyNames(
        event_rules=frozenset(rule.name for rule in rules if isinstance(rule, EventRule)),
        rules=frozenset(rule.name for rule in rules),
        groups=frozenset(group.name for group in groups),
        grades=tuple(name for name, _ in agreement.grades),
        lists=frozenset(agreement.lists),
    )
