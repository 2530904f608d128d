"""What does one wrong quotation mark, or one wrong end of a line, cost?"""

from __future__ import annotations

import gzip
import os
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from inputs_given import column, opened, reasons, refused_events, rows

QUOTES = "a quotation mark is not closed, or text stands beside a quoted cell"


def leads(tmp_path: Path, text: bytes, name: str = "leads.csv") -> Path:
    path = tmp_path / name
    path.write_bytes(gzip.compress(text) if name.endswith(".gz") else text)
    return path


@pytest.mark.parametrize(
    "sick",
    [
        b'2,"never closed',
        b'2,"text" beside',
        b'2,"qu"oted" text',
        b'2,"escaped \\" like this"',
        b'"2,x',
        b'2,"""',
        b"2,a carriage\rreturn",
    ],
)
@pytest.mark.parametrize("name", ["leads.csv", "leads.csv.gz"])
def test_a_sick_line_costs_itself_and_no_other(tmp_path: Path, sick: bytes, name: str):
    text = b"lead_id,a\n1,x\n" + sick + b'\n3,"fine, and\nlong"\n4,"say ""hi"""\n'
    inputs = opened(leads=leads(tmp_path, text, name))
    assert rows(inputs, "leads", "lead_id", "a") == [("1", "x"), ("3", "fine, and\nlong"), ("4", 'say "hi"')]
    assert reasons(inputs.rejects) == [(QUOTES, 1)]
    assert inputs.rejects[0].example == f"{name} line 3: {sick.decode()}"


def test_many_sick_lines_cost_themselves(tmp_path: Path):
    text = b"lead_id,a\n" + b"".join(b'%d,"sick\n' % n if n % 3 else b'%d,"fine"\n' % n for n in range(3_000))
    inputs = opened(leads=leads(tmp_path, text))
    assert len(column(inputs, "leads", "lead_id")) == 1_000
    assert reasons(inputs.rejects) == [(QUOTES, 2_000)]


def test_lines_may_end_in_different_ways(tmp_path: Path):
    inputs = opened(leads=leads(tmp_path, b'lead_id,a\r\n1,x\n2,"y"\r\n3,"p\r\nq"\n4,z'))
    assert rows(inputs, "leads", "lead_id", "a") == [("1", "x"), ("2", "y"), ("3", "p\r\nq"), ("4", "z")]
    assert inputs.rejects == []


def test_lines_may_end_in_carriage_returns_alone(tmp_path: Path):
    inputs = opened(leads=leads(tmp_path, b'lead_id,a\r1,x\r2,"sick\r3,z\r'))
    assert column(inputs, "leads", "lead_id") == ["1", "3"]
    assert reasons(inputs.rejects) == [(QUOTES, 1)]


def test_other_sick_lines_keep_their_numbers(tmp_path: Path):
    inputs = opened(leads=leads(tmp_path, b'lead_id,a\n1,"sick\n2\n3,M\xfcller\n4,fine\n'))
    assert column(inputs, "leads", "lead_id") == ["4"]
    assert sorted(each.example for each in inputs.rejects) == [
        'leads.csv line 2: 1,"sick',
        "leads.csv line 3: 2",
        r"leads.csv line 4: 3,M\xfcller",
    ]


def test_events_of_a_sick_file_are_a_stream_like_any_other(tmp_path: Path):
    text = b'lead_id,event,occurred_at\nanna,"A,2026-03-01\nanna,B,2026-03-02\n'
    inputs = opened(events=leads(tmp_path, text, "events.csv"))
    assert column(inputs, "events", "event") == ["B"]
    assert column(inputs, "events", "event") == ["B"]
    assert refused_events(inputs) == [(QUOTES, 1)]


def test_the_file_itself_is_not_touched_and_nothing_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))
    os.mkdir(tmp_path / "temporary")
    text = b'lead_id,a\n1,"sick\n2,fine\n'
    path = leads(tmp_path, text)
    inputs = opened(leads=path)
    assert os.listdir(tmp_path / "temporary") != []
    inputs.con.close()
    del inputs
    assert os.listdir(tmp_path / "temporary") == []
    assert path.read_bytes() == text


_CELL = st.sampled_from([b"x", b"", b'"q"', b'"a,b"', b'"two\nlines"', b'"say ""hi"""', b'mid"dle', b"\xfc"])
_SICK = st.sampled_from([b'"open', b'"text" beside', b'"a"b"c'])
_FINE_ROW = st.lists(_CELL, min_size=2, max_size=2).map(b",".join)
_PLAIN = _CELL.filter(lambda cell: b"\n" not in cell and b"\xfc" not in cell)  # one sickness at a time
_SICK_ROW = st.tuples(_PLAIN, _SICK).map(b",".join)


@settings(max_examples=60)
@given(st.lists(st.tuples(st.booleans(), _FINE_ROW, _SICK_ROW), max_size=30))
def test_every_line_is_a_row_or_refused(tmp_path_factory, drawn):
    lines = [b"%d," % n + (fine if healthy else sick) for n, (healthy, fine, sick) in enumerate(drawn)]
    path = leads(tmp_path_factory.mktemp("sick"), b"lead_id,a,b\n" + b"\n".join(lines) + b"\n")
    inputs = opened(leads=path)
    found = column(inputs, "leads", "lead_id")
    counted = Counter(dict(reasons(inputs.rejects)))
    inputs.con.close()
    healthy = [str(n) for n, (fine, row, _) in enumerate(drawn) if fine and b"\xfc" not in row]
    latin = sum(fine and b"\xfc" in row for fine, row, _ in drawn)
    assert found == healthy
    assert counted == Counter({QUOTES: sum(not fine for fine, _, _ in drawn), "the line is not UTF-8": latin})
