"""What does a cell say: as an attribute or property, as plain text, or as an id?"""

from __future__ import annotations

from handraiser.facts.inputs import Kind
from handraiser.tables.parts import Cell, Form
from handraiser.tables.quoting import literal

__all__ = ["as_id", "as_text", "as_value"]

_SPACE = " \t\r\n\x0b\x0c\u00a0"


def as_value(cell: Cell) -> tuple[Kind, str]:
    """Return what kind of value a cell gives, and the SQL of it: DOUBLE, BOOLEAN or VARCHAR.

    Dates and times are ISO 8601 text, lists and structs JSON text. A number may be NaN or infinite.
    """
    match cell.form:
        case Form.JSON_NUMBER:
            return Kind.NUMBER, f"TRY_CAST({cell.sql} AS DOUBLE)"
        case Form.INTEGER | Form.FLOAT | Form.DECIMAL:
            return Kind.NUMBER, f"CAST({cell.sql} AS DOUBLE)"
        case Form.BOOLEAN:
            return Kind.BOOLEAN, cell.sql
        case Form.JSON_BOOLEAN:
            return Kind.BOOLEAN, f"TRY_CAST({cell.sql} AS BOOLEAN)"
        case _:
            return Kind.TEXT, as_text(cell)


def as_text(cell: Cell) -> str:
    """Return the SQL of a cell's value as text; whole numbers have no fraction."""
    sql = cell.sql
    match cell.form:
        case Form.TEXT | Form.JSON_BOOLEAN | Form.OBJECT:
            return sql
        case Form.JSON_NUMBER | Form.DECIMAL:
            return f"regexp_replace(CAST({sql} AS VARCHAR), '\\.0*$', '')"
        case Form.FLOAT:
            # 2^63 is where a whole number no longer fits; DuckDB would write 1e+16 long before.
            whole = f"{sql} = trunc({sql}) AND abs({sql}) < 9.2e18"
            return (
                f"CASE WHEN {whole} THEN CAST(CAST({sql} AS BIGINT) AS VARCHAR) "
                f"WHEN isfinite({sql}) THEN CAST({sql} AS VARCHAR) END"
            )
        case Form.TIMESTAMP | Form.TIMESTAMP_NS | Form.TIMESTAMP_COARSE:
            return f"replace(CAST({sql} AS VARCHAR), ' ', 'T')"
        case Form.INSTANT:
            return f"replace(CAST(make_timestamp(epoch_us({sql})) AS VARCHAR), ' ', 'T') || 'Z'"
        case Form.INSTANT_NS:
            return f"replace(CAST(make_timestamp(epoch_ns({sql}) // 1000) AS VARCHAR), ' ', 'T') || 'Z'"
        case Form.STRUCT | Form.MAP | Form.NESTED:
            return f"CAST(to_json({sql}) AS VARCHAR)"
        case Form.NOTHING:
            return "CAST(NULL AS VARCHAR)"
        case _:
            return f"CAST({sql} AS VARCHAR)"


def as_id(cell: Cell, *, loose: bool) -> str:
    """Return the SQL of a cell as an id or a name.

    With `loose` (text files) the white space around it is no part of it. Typed text stands as it is.
    """
    text = cell.id or as_text(cell)
    return _trimmed(text) if loose else text


def _trimmed(text: str) -> str:
    """DuckDB's trim looks at every letter, and takes a hundred times as long as looking at both ends."""
    # What sorts before the first sign that can be seen begins with a blank or a control character.
    ends = [f"{text} < '!'", f"starts_with({text}, '\u00a0')"]
    ends += [f"ends_with({text}, {literal(sign)})" for sign in _SPACE]
    return f"CASE WHEN {' OR '.join(ends)} THEN trim({text}, {literal(_SPACE)}) ELSE {text} END"
