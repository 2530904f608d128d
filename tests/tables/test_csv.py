"""How are CSV files read?"""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest
from inputs_given import column, mistakes, opened, reasons, refused_events, rows, time

from handraiser.facts.inputs import Kind
from handraiser.tables import event_rejects


def csv(tmp_path: Path, text: str | bytes, name: str = "leads.csv") -> Path:
    path = tmp_path / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_comma_semicolon_tab_and_bar_files_are_told_apart(
    tmp_path: Path, delimiter: str, newline: str, mark: bytes
):
    cells = [["lead_id", "name", "note"], ["1", '"Lee, Ann; the|first"', "x"], ["2", "", "y"]]
    text = newline.join(delimiter.join(line) for line in cells) + newline
    inputs = opened(leads=csv(tmp_path, mark + text.encode()))
    assert rows(inputs, "leads", "lead_id", "name", "note") == [
        ("1", "Lee, Ann; the|first", "x"),
        ("2", None, "y"),
    ]
    assert inputs.rejects == []


def test_every_value_is_text_as_it_stands(tmp_path: Path):
    inputs = opened(leads=csv(tmp_path, "lead_id,zip,plan,vip\n1,01234, pro ,true\n"))
    assert rows(inputs, "leads", "zip", "plan", "vip") == [("01234", " pro ", "true")]
    assert {each.kind for each in inputs.leads.columns.values()} == {Kind.TEXT}


def test_an_empty_cell_is_null_quoted_or_not(tmp_path: Path):
    inputs = opened(leads=csv(tmp_path, 'lead_id,a,b\n1,,""\n'))
    assert rows(inputs, "leads", "a", "b") == [(None, None)]


def test_a_cell_may_hold_quotes_and_line_breaks(tmp_path: Path):
    inputs = opened(leads=csv(tmp_path, 'lead_id,a,b\r\n1,"say ""hi""","two\r\nlines"\r\n2,x,y\r\n'))
    assert rows(inputs, "leads", "a", "b") == [('say "hi"', "two\r\nlines"), ("x", "y")]


def test_the_header_may_hold_quotes_and_line_breaks(tmp_path: Path):
    inputs = opened(leads=csv(tmp_path, '"lead_id","job\ntitle"\n1,boss\n'))
    assert rows(inputs, "leads", "lead_id", "job\ntitle") == [("1", "boss")]


def test_white_space_around_an_id_is_no_part_of_it(tmp_path: Path):
    inputs = opened(leads=csv(tmp_path, "lead_id,company_id\n\t1 , acme\u00a0\n   ,acme\n"))
    assert rows(inputs, "leads", "lead_id", "company_id") == [("1", "acme")]
    assert reasons(inputs.rejects) == [("there is no lead_id", 1)]


def test_an_id_is_the_text_as_it_stands(tmp_path: Path):
    inputs = opened(leads=csv(tmp_path, "lead_id\n007\n10452.0\n1e5\n"))
    assert column(inputs, "leads", "lead_id") == ["007", "10452.0", "1e5"]


def test_latin_1_bytes_cost_their_own_row_only_and_are_kept(tmp_path: Path):
    path = csv(tmp_path, b"lead_id,name\n1,Ann\n2,M\xfcller\n3,Ben\n")
    inputs = opened(leads=path)
    assert column(inputs, "leads", "lead_id") == ["1", "3"]
    assert reasons(inputs.rejects) == [("the line is not UTF-8", 1)]
    assert inputs.rejects[0].example == r"leads.csv line 3: 2,M\xfcller"


def test_latin_1_bytes_cost_an_event_even_where_nobody_asks_for_that_column(tmp_path: Path):
    text = b"lead_id,event,occurred_at,note\nanna,A,2026-03-01,M\xfcller\nanna,B,2026-03-01,fine\n"
    inputs = opened(events=csv(tmp_path, text, "events.csv"))
    assert column(inputs, "events", "event") == ["B"]
    assert refused_events(inputs) == [("the line is not UTF-8", 1)]


def test_short_and_long_rows_are_refused_with_their_line(tmp_path: Path):
    inputs = opened(leads=csv(tmp_path, "lead_id,a,b\n1,x,y\n2,x\n3,x,y,z\n4,x,y\n"))
    assert column(inputs, "leads", "lead_id") == ["1", "4"]
    assert sorted((each.reason, each.example) for each in inputs.rejects) == [
        ("the line has fewer cells than the header", "leads.csv line 3: 2,x"),
        ("the line has more cells than the header", "leads.csv line 4: 3,x,y,z"),
    ]


def test_a_quote_that_is_never_closed_is_refused(tmp_path: Path):
    inputs = opened(leads=csv(tmp_path, 'lead_id,a\n1,x\n2,"never closed\n'))
    assert column(inputs, "leads", "lead_id") == ["1"]
    assert reasons(inputs.rejects) == [
        ("a quotation mark is not closed, or text stands beside a quoted cell", 1)
    ]


def test_blank_lines_and_rows_of_empty_cells_are_no_rows(tmp_path: Path):
    inputs = opened(leads=csv(tmp_path, "lead_id,a\n\n1,x\n,\n\n2,y\n\n"))
    assert column(inputs, "leads", "lead_id") == ["1", "2"]
    assert inputs.rejects == []


def test_a_file_of_one_column_is_read(tmp_path: Path):
    inputs = opened(leads=csv(tmp_path, "lead_id\n1\n\n2\n"))
    assert column(inputs, "leads", "lead_id") == ["1", "2"]


def test_a_file_without_a_last_line_break_is_read(tmp_path: Path):
    assert column(opened(leads=csv(tmp_path, "lead_id,a\n1,x\n2,y")), "leads", "lead_id") == ["1", "2"]


def test_a_header_alone_is_no_rows(tmp_path: Path):
    inputs = opened(
        leads=csv(tmp_path, "lead_id,email"), events=csv(tmp_path, "lead_id,event,occurred_at\n", "e.csv")
    )
    assert rows(inputs, "leads", "lead_id", "email") == []
    assert rows(inputs, "events", "lead_id") == []
    assert set(inputs.leads.columns) == {"lead_id", "email", "email_domain", "email_kind"}


@pytest.mark.parametrize("text", ["", "\n1,2\n", ",,\n"])
def test_a_file_without_a_header_is_a_mistake(tmp_path: Path, text: str):
    ((code, _),) = mistakes(leads=csv(tmp_path, text))
    assert code == "HR504"


def test_a_byte_order_mark_alone_is_an_empty_file(tmp_path: Path):
    assert [code for code, _ in mistakes(leads=csv(tmp_path, b"\xef\xbb\xbf"))] == ["HR504"]


@pytest.mark.parametrize(
    "text", ["lead_id,a\n1,x\n".encode("utf-16"), b"lead_id,M\xfcller\n1,x\n", b"\0\0\0"]
)
def test_a_header_that_is_not_utf_8_is_a_mistake(tmp_path: Path, text: bytes):
    assert [code for code, _ in mistakes(leads=csv(tmp_path, text))] == ["HR509"]


def test_a_gzip_file_is_read(tmp_path: Path):
    path = tmp_path / "leads.csv.gz"
    path.write_bytes(gzip.compress(b"\xef\xbb\xbflead_id,name\n1,Ann\n2,M\xfcller\n", mtime=0))
    inputs = opened(leads=path)
    assert rows(inputs, "leads", "lead_id", "name") == [("1", "Ann")]
    assert reasons(inputs.rejects) == [("the line is not UTF-8", 1)]


@pytest.mark.parametrize(
    "bytes_",
    [b"no gzip at all", gzip.compress(b"lead_id\n1\n" * 10_000, mtime=0)[:60]],
    ids=["no gzip", "cut short"],
)
def test_a_broken_gzip_file_is_a_mistake(tmp_path: Path, bytes_: bytes):
    path = tmp_path / "leads.csv.gz"
    path.write_bytes(bytes_)
    assert [code for code, _ in mistakes(leads=path)] == ["HR503"]


def test_columns_without_a_name_are_left_out(tmp_path: Path):
    inputs = opened(leads=csv(tmp_path, ",lead_id,,name\n0,1,x,Ann\n"))
    assert set(inputs.leads.columns) == {"lead_id", "name"}
    assert rows(inputs, "leads", "lead_id", "name") == [("1", "Ann")]


def test_several_files_are_one_input_in_the_order_of_their_names(tmp_path: Path):
    csv(tmp_path, "lead_id,a\n3,x\n", "part-2.csv")
    csv(tmp_path, "lead_id,a\n1,x\n2,y\n", "part-1.csv")
    csv(tmp_path, "b;Lead_ID\nz;4\n", "part-3.csv")
    inputs = opened(leads=str(tmp_path / "part-*.csv"))
    assert rows(inputs, "leads", "row", "lead_id", "a", "b") == [
        (1, "1", "x", None),
        (2, "2", "y", None),
        (3, "3", "x", None),
        (4, "4", None, "z"),
    ]


def test_a_row_keeps_its_number_when_others_are_refused(tmp_path: Path):
    inputs = opened(leads=csv(tmp_path, "lead_id,a\n1,x\n,y\n3,z\n"))
    assert rows(inputs, "leads", "row", "lead_id") == [(1, "1"), (3, "3")]
    assert inputs.rejects[0].example.startswith("leads.csv line 3: ")


def test_rows_keep_the_order_of_a_large_file(tmp_path: Path):
    count = 200_000
    text = "lead_id,n,filler\n" + "".join(f"L{n % 7},{n},{'x' * (n % 50)}\n" for n in range(count))
    inputs = opened(leads=csv(tmp_path, text), threads=2)
    wrong = inputs.con.sql('SELECT count(*), count(*) FILTER ("a:n" <> row - 1) FROM leads').fetchall()
    assert wrong == [(count, 0)]


def test_names_of_files_and_columns_may_hold_every_sign(tmp_path: Path):
    name = "it's [1] 100% {odd} ü*.csv"
    column_name = "a'b\"c{d}%s; DROP TABLE leads"
    header = '"' + column_name.replace('"', '""') + '"'
    inputs = opened(leads=csv(tmp_path, f"lead_id,{header}\n1,x\n,y\n", name))
    assert rows(inputs, "leads", "lead_id", column_name.lower()) == [("1", "x")]
    assert inputs.rejects[0].example.startswith(f"{name} line 3: ")


def test_events_are_read_from_csv(tmp_path: Path):
    text = (
        "lead_id,Event,occurred_at,event_id,known_at,verdict,path\n"
        "anna, Page Viewed ,2026-03-01,e1,2026-03-02,machine,/a\n"
        "anna,Page Viewed,2026-03-03,,,,/b\n"
    )
    inputs = opened(events=csv(tmp_path, text, "events.csv"))
    columns = ("event", "event_id", "known_at", "verdict", "path", "usable")
    assert rows(inputs, "events", *columns) == [
        ("Page Viewed", "e1", time("2026-03-02"), "machine", "/a", True),
        ("Page Viewed", None, None, "unknown", "/b", True),
    ]
    assert inputs.events.has == {"lead_id", "event", "occurred_at", "event_id", "known_at", "verdict"}


def test_a_column_properties_of_json_text_adds_properties(tmp_path: Path):
    text = (
        "lead_id,event,occurred_at,properties\n"
        'anna,A,2026-03-01,"{""path"": ""/a"", ""price"": 5}"\n'
        "anna,B,2026-03-02,\n"
    )
    inputs = opened(events=csv(tmp_path, text, "events.csv"))
    assert rows(inputs, "events", "event", "path", "price") == [("A", "/a", 5.0), ("B", None, None)]
    assert "properties" not in inputs.events.columns


def test_a_first_line_that_names_the_separator_stands_before_the_header(tmp_path: Path):
    text = "\ufeffSEP=|\r\nlead_id|a,b;c\r\n1|x;y\r\n2\r\n\r\n3|z\r\n"
    inputs = opened(leads=csv(tmp_path, text))
    assert rows(inputs, "leads", "lead_id", "a,b;c") == [("1", "x;y"), ("3", "z")]
    assert [each.example for each in inputs.rejects] == ["leads.csv line 4: 2"]


def test_the_first_line_names_the_separator_of_files_in_disorder_too(tmp_path: Path):
    text = 'sep=;\nlead_id;name\n1;"a" b\n2;"c;d"\n3;e\n;f\n'
    inputs = opened(leads=csv(tmp_path, text))
    assert rows(inputs, "leads", "lead_id", "name") == [("2", "c;d"), ("3", "e")]
    assert [each.example.partition(":")[0] for each in inputs.rejects] == [
        "leads.csv line 3",
        "leads.csv line 6",
    ]


@pytest.mark.parametrize(("megabytes", "packed"), [(10, ""), (33, ".gz")])
def test_a_line_that_ends_with_the_buffer_or_behind_it_is_refused(
    tmp_path: Path, megabytes: int, packed: str
):
    row = f"anna,A,2026-03-01,{'a' * 980}\n"
    text = 'lead_id,event,occurred_at,note\nanna,A,2026-03-01,"two\nlines"\n' + row * 22_000
    text += f"anna,B,2026-03-01,{'b' * megabytes * 1_000_000}\n" + row * 3 + "anna,C,soon,\n"
    path = tmp_path / f"events.csv{packed}"
    path.write_bytes(gzip.compress(text.encode(), compresslevel=1) if packed else text.encode())
    inputs = opened(events=path)
    assert refused_events(inputs) == [
        ("the line is longer than 2 MB", 1),
        ("occurred_at is not a time such as 2026-03-01T10:00:00Z", 1),
    ]
    assert inputs.rejects[0].example.startswith("events.csv" + packed + " line 22004: anna,B,2026-03-01,bbb")
    assert [each.example for each in event_rejects(inputs)] == [
        f"events.csv{packed} line 22008: anna,C,soon,"
    ]
    assert inputs.con.sql("SELECT count(*) FROM events WHERE usable").fetchall() == [(22_004,)]
