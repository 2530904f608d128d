"""No file that is read is ever written over."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from handraiser.edge.cli import app
from handraiser.edge.overwriting import spare_inputs
from handraiser.errors import Mistakes

AGREEMENT = """\
agreement: a
fit: {rules: []}
engagement: {rules: [{rule: v, event: Visit, points: 5}]}
qualify: {mql: score > 3}
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "a.yaml").write_text(AGREEMENT)
    (tmp_path / "leads.csv").write_text("lead_id\nann\n")
    (tmp_path / "events-1.csv").write_text("lead_id,event,occurred_at\nann,Visit,2026-03-01\n")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("option", ["--out", "--rejects"])
@pytest.mark.parametrize("path", ["leads.csv", "./leads.csv", "events-1.csv", "a.yaml"])
def test_score_refuses_to_write_over_what_it_reads(folder: Path, option: str, path: str) -> None:
    before = {file.name: file.read_text() for file in folder.iterdir()}
    told = CliRunner().invoke(
        app, ["score", "a.yaml", "--leads", "leads.csv", "--events", "events-*.csv", option, path]
    )
    assert told.exit_code == 1
    assert f"{option}: HR603 " in told.output
    assert {file.name: file.read_text() for file in folder.iterdir()} == before


def test_two_options_may_not_write_the_same_file() -> None:
    with pytest.raises(Mistakes, match=r"x\.csv is written by --out"):
        spare_inputs({"--out": "x.csv", "--rejects": "./x.csv"}, [])


def test_standard_output_and_other_files_may_be_written() -> None:
    spare_inputs({"--out": "-", "--rejects": "r.jsonl"}, ["leads.csv", None, "events-*.parquet"])
