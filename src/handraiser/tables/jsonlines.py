"""How are JSON Lines read? Line by line as text, so that a line that is no object costs no other line."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import groupby

import duckdb
import msgspec

from handraiser.errors import Mistakes
from handraiser.tables.jsontext import Objects, objects_in, objects_of, read_keys
from handraiser.tables.mistakes import DataCode, mistake
from handraiser.tables.parts import Part
from handraiser.tables.paths import File
from handraiser.tables.textfiles import TextFiles, all_unread, first_bytes

__all__ = ["line_parts", "table_part"]

# A control character: JSON may not hold it as it is, so that a line is always one cell.
_OPTIONS = (
    "header = false, delim = '\x01', quote = '', escape = '', strict_mode = false, columns = {line: VARCHAR}"
)


_ONE_EACH = "Write each object on a line of its own; `jq -c '.[]' FILE` does."

# A line of blanks is no row. Most lines begin with what makes it needless to look further.
_WHERE = "starts_with(line, '{') OR regexp_matches(line, '[^ \t\r]')"


def line_parts(con: duckdb.DuckDBPyConnection, files: Sequence[File]) -> list[Part]:
    """Return the files as parts, gzipped and plain ones apart."""
    return [_file_part(con, list(run)) for _, run in groupby(files, key=lambda file: file.zipped)]


def table_part(con: duckdb.DuckDBPyConnection, rows: Sequence[Mapping[str, object]], input_name: str) -> Part:
    """Return rows that are at hand as a part; they are written as lines, and their keys known before."""
    name = f"{input_name}_rows"
    lines = [json.dumps(row, ensure_ascii=False) for row in rows]
    con.execute(f"CREATE TABLE {name} AS SELECT unnest($1::VARCHAR[]) AS line", [lines])
    place = f"<{input_name}>"
    return _part(name, objects_of(rows, place=place), place)


def _file_part(con: duckdb.DuckDBPyConnection, files: Sequence[File]) -> Part:
    for file in files:
        if _is_list(first_bytes(file).strip()):
            says = "The file is one JSON list; JSON Lines has an object on each line, with nothing around it."
            raise Mistakes([mistake(DataCode.UNREADABLE, file.path, says, _ONE_EACH)])
    text = TextFiles(files=tuple(files), options=_OPTIONS, where=_WHERE)
    lines = all_unread(con, text)
    place = files[0].path
    part = _part(text.relation(), objects_in(con, text.relation(), "line", place=place), place)
    return msgspec.structs.replace(part, lines=text.lines(lines), unread=tuple(lines))


def _is_list(head: bytes) -> bool:
    """Return whether a file is one list of objects. Where the first line alone is one, others may be well."""
    line, _, further = head.partition(b"\n")
    if not head.startswith(b"[") or not head[1:].lstrip().startswith(b"{"):
        return False
    try:
        msgspec.json.decode(line)
    except msgspec.DecodeError:
        return True
    return not further


def _part(lines: str, objects: Objects, place: str) -> Part:
    relation, text, broken = lines, "line", ""
    if objects.broken:
        relation = f"(SELECT line, CASE WHEN json_valid(line) THEN line END AS json FROM {lines}) AS lines"
        text = "json"
        broken = (
            "CASE WHEN json IS NULL THEN 'the line is not JSON' "
            "WHEN json_type(json) <> 'OBJECT' THEN 'the line is not a JSON object' END"
        )
    names: dict[str, list[str]] = defaultdict(list)
    for key in objects.keys:
        names[key.strip()].append(key)
    read = read_keys(text, "", names, objects)
    return Part(relation=read.over(relation), cells=read.cells, place=place, raw="line", broken=broken)
