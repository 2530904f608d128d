"""What is in the files that are written?"""

from __future__ import annotations

import csv
import gzip
import json
import os
import stat
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from handraiser.errors import Mistakes, Unavailable
from handraiser.tables import check_writable, write_table

TABLE = pa.table(
    {
        "lead_id": ["a", 'say "hi", you\nthere', None],
        "score": [12.5, 7.0, None],
        "qualified": [True, False, None],
        "mql_at": pa.array(
            [datetime(2026, 3, 1, 10, tzinfo=UTC), datetime(2026, 3, 1, 10, 0, 0, 500, tzinfo=UTC), None],
            pa.timestamp("us", "UTC"),
        ),
        "grade": pa.nulls(3, pa.string()),
    }
)


def test_csv_has_a_header_and_times_in_iso_8601(tmp_path: Path):
    write_table(TABLE, tmp_path / "out.csv")
    with (tmp_path / "out.csv").open(newline="", encoding="utf-8") as lines:
        assert list(csv.reader(lines)) == [
            ["lead_id", "score", "qualified", "mql_at", "grade"],
            ["a", "12.5", "true", "2026-03-01T10:00:00Z", ""],
            ['say "hi", you\nthere', "7.0", "false", "2026-03-01T10:00:00.000500Z", ""],
            ["", "", "", "", ""],
        ]


@pytest.mark.parametrize("name", ["out.jsonl", "out.ndjson", "out.jsonl.gz"])
def test_json_lines_are_an_object_a_row(tmp_path: Path, name: str):
    write_table(TABLE, tmp_path / name)
    text = (tmp_path / name).read_bytes()
    text = gzip.decompress(text) if name.endswith(".gz") else text
    first, second, third = (json.loads(line) for line in text.splitlines())
    assert first == {
        "lead_id": "a", "score": 12.5, "qualified": True, "mql_at": "2026-03-01T10:00:00Z", "grade": None,
    }  # fmt: skip
    assert second["mql_at"] == "2026-03-01T10:00:00.000500Z"
    assert third["score"] is None


def test_parquet_keeps_the_types(tmp_path: Path):
    write_table(TABLE, tmp_path / "out.parquet")
    read = pq.read_table(tmp_path / "out.parquet")
    assert read.to_pylist() == TABLE.to_pylist()
    assert read.schema.field("mql_at").type == pa.timestamp("us", "UTC")
    assert read.schema.field("score").type == pa.float64()


def test_gzipped_csv_is_csv(tmp_path: Path):
    write_table(TABLE, tmp_path / "out.csv.gz")
    assert gzip.decompress((tmp_path / "out.csv.gz").read_bytes()).startswith(b"lead_id,score,")


def test_a_dash_is_csv_on_standard_output(capsys: pytest.CaptureFixture[str]):
    write_table(TABLE.slice(0, 1), "-")
    assert capsys.readouterr().out == (
        "lead_id,score,qualified,mql_at,grade\na,12.5,true,2026-03-01T10:00:00Z,\n"
    )


def test_names_of_columns_may_hold_every_sign(tmp_path: Path):
    write_table(pa.table({"a\"b'c": [1], "ü": [2]}), tmp_path / "it's [1].csv")
    assert (tmp_path / "it's [1].csv").read_text().splitlines() == ['"a""b\'c",ü', "1,2"]


def test_a_table_without_rows_is_a_header(tmp_path: Path):
    write_table(TABLE.slice(0, 0), tmp_path / "out.csv")
    assert (tmp_path / "out.csv").read_text() == "lead_id,score,qualified,mql_at,grade\n"


def test_a_file_is_replaced_whole_and_nothing_else_stays(tmp_path: Path):
    (tmp_path / "out.csv").write_text("old")
    write_table(TABLE, tmp_path / "out.csv")
    assert [each.name for each in tmp_path.iterdir()] == ["out.csv"]
    assert (tmp_path / "out.csv").read_text().startswith("lead_id")


def test_a_link_stays_a_link(tmp_path: Path):
    (tmp_path / "real.csv").write_text("old")
    (tmp_path / "link.csv").symlink_to(tmp_path / "real.csv")
    write_table(TABLE, tmp_path / "link.csv")
    assert (tmp_path / "link.csv").is_symlink()
    assert (tmp_path / "real.csv").read_text().startswith("lead_id")


def test_others_may_read_the_file_as_far_as_the_user_lets_them(tmp_path: Path):
    write_table(TABLE, tmp_path / "out.csv")
    umask = os.umask(0)
    os.umask(umask)
    assert stat.S_IMODE((tmp_path / "out.csv").stat().st_mode) == 0o666 & ~umask


@pytest.mark.parametrize("path", ["out.xlsx", "out", "nowhere/out.csv"])
def test_a_path_that_cannot_be_written_is_a_mistake_before_any_work(tmp_path: Path, path: str):
    with pytest.raises(Mistakes):
        check_writable(tmp_path / path)
    with pytest.raises(Mistakes):
        write_table(TABLE, tmp_path / path)


def test_a_folder_in_the_place_of_the_file_is_a_mistake_before_any_work(tmp_path: Path):
    path = tmp_path / "out.csv"
    path.mkdir()
    with pytest.raises(Mistakes, match="This is a folder"):
        check_writable(path)


def test_where_writing_fails_nothing_is_left(tmp_path: Path):
    with pytest.raises(Unavailable):
        write_table(TABLE, tmp_path / f"{'x' * 250}.csv")  # a name for a file, but not with more in front
    assert list(tmp_path.iterdir()) == []


def test_who_may_read_a_file_stays_as_it_was_when_it_is_written_anew(tmp_path: Path):
    path = tmp_path / "out.csv"
    path.touch(mode=0o600)
    write_table(TABLE, path)
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_full_disk_leaves_no_half_file(tmp_path: Path):
    program = (
        "import resource, pyarrow as pa\n"
        "from handraiser.errors import Unavailable\n"
        "from handraiser.tables import write_table\n"
        "import signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, 10_000))\n"
        f"try: write_table(pa.table({{'x': list(range(100_000))}}), {str(tmp_path / 'out.csv')!r})\n"
        "except Unavailable: print('unavailable')\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "unavailable\n"
    assert list(tmp_path.iterdir()) == []
