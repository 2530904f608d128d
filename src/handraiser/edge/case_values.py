"""What do the words of a file of cases mean: as facts, and as what must come out?

A text that nobody quoted is read as YAML 1.2 reads it, but times stay text (an offset would be lost), ids
stay as they are written, and so does a number that not every program reads alike: `01234` is a postcode.
"""

from __future__ import annotations

from pathlib import Path

import msgspec

from handraiser.agreement.nodes import Listing, Mapping, Node, Scalar, Style
from handraiser.agreement.scalars import Kind, kind_of
from handraiser.agreement.source import Source
from handraiser.agreement.traps import find_trap
from handraiser.agreement.tree import grow
from handraiser.edge.case_notes import CaseCode, CaseNotes
from handraiser.edge.library import instant
from handraiser.errors import Mistakes, Place

__all__ = ["Expected", "Value", "expected_value", "plain", "read_tree"]

Value = float | str | bool | None
_IDS = frozenset({"lead_id", "company_id", "event_id"})


class Expected(msgspec.Struct, frozen=True, kw_only=True):
    """What one column of one lead must be; `mql_at` in microseconds."""

    lead: str
    lead_at: Place
    column: str
    at: Place
    value: Value


def read_tree(path: Path, notes: CaseNotes) -> Mapping | None:
    """Return what the file says; None, with a note, where it cannot be read."""
    text = _text(path, notes)
    if text is None:
        return None
    source = Source(text, file=str(path))
    tree = grow(source)
    trap = find_trap(source, tree)
    if trap is not None:
        notes.add(CaseCode.BAD_YAML, trap.at, trap.says, trap.fix)
    elif tree.strangers or tree.second is not None:
        at = tree.strangers[0][1] if tree.strangers else source.place(*(tree.second or (0, 0)))
        notes.add(
            CaseCode.BAD_YAML, at, "This is YAML that no file of cases needs.", "Write keys with values."
        )
    elif isinstance(tree.root, Mapping):
        return tree.root
    else:
        says = "A file of cases is keys with values."
        notes.add(CaseCode.BAD_YAML, Place(str(path)), says, "Begin with `agreement:` and the path of one.")
    return None


def _text(path: Path, notes: CaseNotes) -> str | None:
    try:
        contents = path.read_bytes()
        return contents.decode("utf-8")
    except OSError as error:
        at, says, fix = Place(str(path)), f"It cannot be opened: {error.strerror}.", "Look at the file."
    except UnicodeDecodeError as error:
        before = contents[: error.start]
        column = len(before.rpartition(b"\n")[2].decode("utf-8")) + 1
        at = Place(str(path), before.count(b"\n") + 1, column)
        says, fix = f"This byte (0x{contents[error.start]:02x}) is not UTF-8.", "Save the file as UTF-8."
    notes.add(CaseCode.BAD_YAML, at, says, fix)
    return None


def plain(node: Node, name: str = "") -> object:
    """Return a value of a row as it goes into the data; `name` is its column."""
    match node:
        case Mapping(entries=entries):
            return {key.text: plain(value) for key, value in entries}
        case Listing(items=items):
            return [plain(item) for item in items]
        case Scalar():
            return _scalar(node, as_text=name in _IDS)


def _scalar(scalar: Scalar, *, as_text: bool) -> Value:
    kind = kind_of(scalar)
    if kind is Kind.NULL:
        return None
    if kind is Kind.NUMBER and not as_text:
        return float(scalar.text) if any(sign in scalar.text for sign in ".eE") else int(scalar.text)
    if kind is Kind.BOOLEAN and scalar.text.lower() in ("true", "false"):
        return scalar.text.lower() == "true"
    return scalar.text


def expected_value(lead: Scalar, key: Scalar, node: Node, notes: CaseNotes) -> Expected | None:
    """Return what a column must be; None, with a note, where that is no value of this column."""
    column = key.text
    if not isinstance(node, Scalar):
        notes.add(
            CaseCode.BAD_VALUE, node.at, f"`{column}` is one value.", f"Write `{column}: {_example(column)}`."
        )
        return None
    try:
        value = _read(column, node)
    except (ValueError, Mistakes):
        quotes = "" if node.style is Style.PLAIN else ", a text in quotes,"
        says = f"`{node.text}`{quotes} cannot be a value of `{column}`."
        code = CaseCode.BAD_INSTANT if column == "mql_at" else CaseCode.BAD_VALUE
        notes.add(code, node.at, says, f"Write for example `{column}: {_example(column)}`.")
        return None
    return Expected(lead=lead.text, lead_at=lead.at, column=column, at=key.at, value=value)


def _read(column: str, node: Scalar) -> Value:
    value = _scalar(node, as_text=column == "grade")
    if column == "qualified":
        if not isinstance(value, bool):
            raise ValueError(node.text)
        return value
    if value is None or column == "grade":
        return None if value is None else node.text
    if column == "mql_at":
        return instant(node.text)
    if isinstance(value, bool | str):
        raise ValueError(node.text)
    return float(value)


def _example(column: str) -> str:
    return {"qualified": "true", "grade": "A", "mql_at": "2026-03-31T12:00:00Z"}.get(column, "15")
