"""On which line of its file does a row stand? What is said of rows names the line that an editor shows."""

from __future__ import annotations

import gzip
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from inputs_given import lines, opened

from handraiser.facts.inputs import Inputs
from handraiser.tables import lines as reader
from handraiser.tables import write_rejects
from handraiser.tables.lines import Lines
from handraiser.tables.parts import Part

EVENT = {"lead_id": "anna", "event": "A", "occurred_at": "2026-03-01"}


def refused(inputs: Inputs, name: str) -> list[tuple[str, str]]:
    """Where the refused rows of an input stand, and what stands there."""
    located = inputs.origins[name].locate(inputs.refused[name].relation)
    return inputs.con.sql(f"SELECT place, raw FROM {located} ORDER BY part, row").fetchall()


def part_of(inputs: Inputs, name: str) -> Part:
    """The only part of an input."""
    (part,) = inputs.origins[name].parts  # type: ignore[attr-defined]  # it came of text
    assert isinstance(part, Part)
    return part


def test_cells_of_several_lines_and_empty_lines_are_counted(tmp_path: Path):
    path = tmp_path / "leads.csv"
    path.write_bytes(b'lead_id,a\n1,"two\nlines"\n\n,"say ""no"""\n,\n"",""\n2\n, x\n')
    inputs = opened(leads=path)
    assert refused(inputs, "leads") == [
        ("leads.csv line 5", ',"say ""no"""'),
        ("leads.csv line 9", ", x"),
    ]
    assert inputs.rejects[0].example == "leads.csv line 8: 2"


def test_companies_and_outcomes_are_told_by_their_lines_too(tmp_path: Path):
    (tmp_path / "companies.csv").write_text("company_id,a\nacme,1\n,2\n")
    path = lines(
        tmp_path / "outcomes.jsonl", {"lead_id": "anna", "stage": "sql", "at": "2026-03-01"}, "", "x"
    )
    inputs = opened(companies=tmp_path / "companies.csv", outcomes=path)
    assert refused(inputs, "companies") == [("companies.csv line 3", ",2")]
    assert refused(inputs, "outcomes") == [("outcomes.jsonl line 3", "x")]


def test_the_lines_of_each_of_several_files_are_its_own(tmp_path: Path):
    (tmp_path / "a.csv").write_text("lead_id,event,occurred_at\nanna,A,2026-03-01\n,A,2026-03-01\n")
    (tmp_path / "b.csv").write_text("lead_id,event,occurred_at\n\n,B,2026-03-01\nanna,B,2026-03-01\n")
    (tmp_path / "c.csv.gz").write_bytes(gzip.compress(b"lead_id,event,occurred_at\n,C,2026-03-01\n"))
    lines(tmp_path / "d.jsonl", EVENT, EVENT | {"lead_id": ""})
    inputs = opened(events=[str(tmp_path / f"{name}*") for name in "abcd"])
    assert [place for place, _ in refused(inputs, "events")] == [
        "a.csv line 3",
        "b.csv line 3",
        "c.csv.gz line 2",
        "d.jsonl line 2",
    ]


def test_lines_ended_by_carriage_returns_alone_are_counted(tmp_path: Path):
    (tmp_path / "leads.csv").write_bytes(b"lead_id,a\r1,x\r,y\r2\r")
    inputs = opened(leads=tmp_path / "leads.csv")
    assert refused(inputs, "leads") == [("leads.csv line 3", ",y")]
    assert inputs.rejects[0].example == "leads.csv line 4: 2"


def test_a_line_put_aside_behind_a_cell_of_several_lines_keeps_its_number(tmp_path: Path):
    (tmp_path / "leads.csv").write_bytes(b'lead_id,a\n1,"two\nlines"\n2,"open\n,x\n')
    inputs = opened(leads=tmp_path / "leads.csv")
    assert inputs.rejects[0].example == 'leads.csv line 4: 2,"open'
    assert refused(inputs, "leads") == [("leads.csv line 5", ",x")]


def test_where_a_file_has_become_shorter_rows_are_told_by_their_number(tmp_path: Path):
    path = tmp_path / "events.csv"
    path.write_text("lead_id,event,occurred_at\nanna,A,2026-03-01\n,A,2026-03-01\n")
    inputs = opened(events=path)
    inputs.con.execute(f"CREATE TABLE noted AS SELECT * FROM {inputs.refused['events'].relation}")
    path.write_text("lead_id,event,occurred_at\n")
    located = inputs.origins["events"].locate("noted")
    assert inputs.con.sql(f"SELECT place, raw FROM {located}").fetchall() == [("events.csv row 2", "")]


def test_rejects_of_text_files_hold_the_lines_as_they_are_written(tmp_path: Path):
    (tmp_path / "leads.csv").write_bytes(b'lead_id;a\r\n;M\xc3\xbcller\r\n;"two\r\nlines"\r\nanna;x\r\n')
    write_rejects(opened(leads=tmp_path / "leads.csv"), tmp_path / "rejects.parquet")
    found = pq.read_table(tmp_path / "rejects.parquet").to_pylist()
    assert [(row["line_or_row"], row["raw"]) for row in found] == [
        ("leads.csv line 2", ";Müller"),
        ("leads.csv line 3", ';"two\r\nlines"'),
    ]


_CELLS = [b"x", b"", b'"q"', b'"a,b"', b'"two\nlines"', b'"say ""hi"""', b'mid"dle', b"\xfc", b" ", b'""']
_CELLS += [b' "sp"', b' ""', b'"\r\n"', b'5" pipe', b'"\xfc\n"', b'""""', b'"open', b'"a"b']
_ROWS = st.lists(st.sampled_from(_CELLS), min_size=1, max_size=4).map(b",".join)
_PIECES = st.sampled_from([(7, 64), (30, 64), (1 << 16, 1 << 22)])


@settings(max_examples=150)
@given(
    st.lists(_ROWS | st.sampled_from([b"", b",,", b"  "]), max_size=12),
    st.sampled_from([b"\n", b"\r\n"]),
    _PIECES,
)
def test_the_rows_found_are_those_that_were_read(tmp_path_factory, rows, end, sizes):
    path = tmp_path_factory.mktemp("lines") / "leads.csv"
    path.write_bytes(b"lead_id,a,b" + end + end.join(rows))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reader, "_PIECE", sizes[0])
        patch.setattr(reader, "_BLOCK", sizes[1])
        inputs = opened(leads=path)
        part = part_of(inputs, "leads")
        read = inputs.con.sql(f"SELECT c0, c1, c2 FROM {part.relation}").fetchall()
        assert isinstance(part.lines, Lines)
        (found,) = part.lines.find(range(len(read) + 1))
    inputs.con.close()
    assert len(found.row) == len(read)
    physical = path.read_bytes().split(b"\n")
    for line, text, cells in zip(found.line, found.text, read, strict=True):
        first = text.encode().split(b"\n")[0].rstrip(b"\r")
        assert physical[line - 1].rstrip(b"\r") == first
        for cell in cells:
            assert (cell or "").replace('"', "") in text.replace('"', "")
