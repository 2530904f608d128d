"""Which files are meant, and what is said when there are none, or others than their names say?"""

from __future__ import annotations

import gzip
import os
import random
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from inputs_given import column, mistakes, opened

from handraiser.errors import Mistakes, Unavailable
from handraiser.tables import event_rejects, reading


def test_a_file_that_is_not_there_is_a_mistake_with_the_nearest_name(tmp_path: Path):
    (tmp_path / "leads_2026.csv").write_text("lead_id\n1\n")
    (tmp_path / "other.txt").write_text("")
    ((code, says),) = mistakes(leads=tmp_path / "leads-2026.csv")
    assert code == "HR501"
    assert f"Did you mean {tmp_path / 'leads_2026.csv'}?" in says


def test_a_folder_that_is_not_there_is_a_mistake(tmp_path: Path):
    ((code, says),) = mistakes(leads=tmp_path / "nowhere" / "leads.csv")
    assert code == "HR501"
    assert "no folder" in says


def test_a_glob_that_matches_nothing_is_a_mistake(tmp_path: Path):
    assert [code for code, _ in mistakes(leads=str(tmp_path / "*.csv"))] == ["HR501"]


def test_a_folder_is_no_file(tmp_path: Path):
    ((code, says),) = mistakes(leads=tmp_path)
    assert code == "HR501"
    assert "*.parquet" in says


@pytest.mark.parametrize("name", ["leads.xlsx", "leads", "leads.json", "leads.csv.zip", "leads.parquet.gz"])
def test_an_unknown_ending_is_a_mistake_with_those_that_are_known(tmp_path: Path, name: str):
    (tmp_path / name).write_text("lead_id\n1\n")
    ((code, says),) = mistakes(leads=tmp_path / name)
    assert code == "HR502"
    assert ".csv, .csv.gz, .jsonl, .jsonl.gz, .ndjson, .ndjson.gz, .parquet" in says


def test_several_wrong_paths_of_one_input_are_shown_together(tmp_path: Path):
    (tmp_path / "c.txt").write_text("")
    assert len(mistakes(leads=[tmp_path / "a.csv", tmp_path / "b.csv", tmp_path / "c.txt"])) == 3


def test_an_ending_may_be_in_capital_letters(tmp_path: Path):
    (tmp_path / "LEADS.CSV").write_text("lead_id\n1\n")
    assert column(opened(leads=str(tmp_path / "LEADS.CSV")), "leads", "lead_id") == ["1"]


def test_a_glob_goes_into_folders(tmp_path: Path):
    for day in ("01", "02"):
        (tmp_path / day).mkdir()
        (tmp_path / day / "leads.csv").write_text(f"lead_id\n{day}\n")
    assert column(opened(leads=f"{tmp_path}/**/*.csv"), "leads", "lead_id") == ["01", "02"]


@pytest.mark.parametrize("text", [b"", b"PAR1", b"not parquet at all", b"PAR1" + b"\0" * 100 + b"PAR1"])
def test_a_parquet_file_that_is_none_is_a_mistake(tmp_path: Path, text: bytes):
    (tmp_path / "leads.parquet").write_bytes(text)
    assert [code for code, _ in mistakes(leads=tmp_path / "leads.parquet")] == ["HR503"]


def test_a_parquet_file_with_a_broken_page_is_a_mistake_when_it_is_read(tmp_path: Path):
    path = tmp_path / "events.parquet"
    duckdb.sql(
        "SELECT 'a' || i AS lead_id, 'A' AS event, TIMESTAMP '2026-03-01' AS occurred_at "
        "FROM range(5000) AS r(i)"
    ).write_parquet(str(path), compression="zstd")
    content = bytearray(path.read_bytes())
    content[100:2000] = random.Random(1).randbytes(1900)
    path.write_bytes(content)
    inputs = opened(events=path)
    with pytest.raises(Mistakes, match="HR503"), reading("events"):
        inputs.con.sql("SELECT lead_id FROM events").fetchall()


def test_a_file_that_may_not_be_read_is_unavailable(tmp_path: Path):
    path = tmp_path / "leads.csv"
    path.write_text("lead_id\n1\n")
    path.chmod(0)
    program = (
        "import os, sys\n"
        "from handraiser.errors import Unavailable\n"
        "from handraiser.tables import open_inputs\n"
        "if os.getuid() == 0: os.setuid(65534)\n"
        f"try: open_inputs(leads={str(path)!r}, events=[])\n"
        "except Unavailable as error: print(error)\n"
    )
    for folder in (tmp_path, *tmp_path.parents):
        if folder.stat().st_uid == os.getuid() and folder != Path("/"):
            folder.chmod(folder.stat().st_mode | 0o055)
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert "Permission denied" in done.stdout


def test_a_file_that_vanishes_while_it_is_read_is_unavailable(tmp_path: Path):
    path = tmp_path / "events.csv"
    path.write_text("lead_id,event,occurred_at\na,A,2026-03-01\n")
    inputs = opened(events=path)
    path.unlink()
    with pytest.raises(Unavailable), reading("events"):
        inputs.con.sql("SELECT lead_id FROM events").fetchall()


def test_a_mistake_in_our_own_sql_is_never_put_down_to_the_file():
    with pytest.raises(duckdb.BinderException), reading("events"):
        opened().con.sql("SELECT nothing FROM events")


_HEADER = b"lead_id,event,occurred_at\n"
_OBJECT = b'{"lead_id": "a", "event": "A", "occurred_at": "2026-03-01"}\n'
_SIGNS = (
    b"\" \r \r\n \0 \xff\xfe \xef\xbb\xbf ,,,,, { [[[[ PAR1 \x01 \n\n\n ' \\ \x1f\x8b\x08 \xc3 }}}}}}}".split(
        b" "
    )
)
_PIECES = st.sampled_from([_HEADER, _OBJECT, b"a,A,2026-03-01\n", b'{"a":{"b":', b'"a""b', *_SIGNS])


@settings(max_examples=60)
@given(
    st.sampled_from([".csv", ".jsonl", ".parquet", ".csv.gz", ".jsonl.gz"]),
    st.lists(_PIECES | st.binary(max_size=12), max_size=12).map(b"".join),
    st.booleans(),
)
def test_garbage_gives_mistakes_or_refused_rows_and_nothing_else(tmp_path_factory, ending, content, headed):
    path = tmp_path_factory.mktemp("garbage") / f"events{ending}"
    start = b"lead_id,event,occurred_at,properties,event_id\n" if headed and ending == ".csv" else b""
    path.write_bytes(start + content)
    try:
        with reading("events"):
            inputs = opened(events=path)
            for row in inputs.con.sql(f"SELECT * FROM {inputs.events.relation}").fetchall():
                assert len(row) >= 7
            event_rejects(inputs)
    except (Mistakes, Unavailable):
        return
    inputs.con.close()


@pytest.mark.parametrize("name", ["leads.xlsx", "Leads.XLS", "leads.ods"])
def test_a_workbook_is_to_be_saved_as_csv(tmp_path: Path, name: str):
    (tmp_path / name).write_bytes(b"PK\x03\x04")
    ((code, says),) = mistakes(leads=tmp_path / name)
    assert code == "HR502"
    assert says.startswith(
        f"{name} is a workbook of a spreadsheet, which cannot be read. Save its sheet as CSV"
    )


@pytest.mark.parametrize("harm", ["a byte of its checksum", "a byte of its text", "its end"])
@pytest.mark.parametrize("name", ["events.csv.gz", "events.jsonl.gz"])
def test_a_gzip_file_that_has_come_to_harm_is_a_mistake(tmp_path: Path, name: str, harm: str):
    path = tmp_path / name
    header = "lead_id,event,occurred_at\n" if "csv" in name else ""
    row = (
        "anna,A,2026-03-01T10:00:00Z\n"
        if header
        else '{"lead_id":"anna","event":"A","occurred_at":"2026-03-01"}\n'
    )
    content = bytearray(gzip.compress((header + row * 100_000).encode(), compresslevel=0))
    if harm == "its end":
        del content[-100_000:]
    else:
        content[-8 if "checksum" in harm else -10_000] ^= 1
    path.write_bytes(content)
    ((code, says),) = mistakes(events=path)
    assert code == "HR503"
    assert says.startswith("It is no gzip file, or a broken one: ")


@pytest.mark.parametrize("name", [b"ev\xff.csv", b"ev\xff.jsonl", b"ev\xff.parquet"])
def test_a_name_that_is_not_utf_8_is_a_mistake_in_letters(tmp_path: Path, name: bytes):
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/" + name)).write_text("lead_id\n1\n")
    for path in (str(tmp_path / "ev*"), os.fsdecode(os.fsencode(tmp_path) + b"/" + name)):
        with pytest.raises(Mistakes, match=r"ev\\xff.*HR501 The name of this file is not UTF-8"):
            opened(events=path)


def test_a_pipe_and_a_link_that_leads_nowhere_are_not_said_to_be_missing(tmp_path: Path):
    os.mkfifo(tmp_path / "pipe.csv")
    (tmp_path / "loop.csv").symlink_to("loop.csv")
    (tmp_path / "lost.csv").symlink_to("gone.csv")
    ((_, pipe),) = mistakes(leads=tmp_path / "pipe.csv")
    assert pipe.startswith("This is a pipe or a device, and files are read more than once.")
    ((_, loop),) = mistakes(leads=tmp_path / "loop.csv")
    assert loop.startswith("This is a link to loop.csv, which leads to no file.")
    ((_, lost),) = mistakes(leads=tmp_path / "lost.csv")
    assert lost.startswith("This is a link to gone.csv, which leads to no file.")
