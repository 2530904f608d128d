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
        spare_inputs({"--out": "x.csv", "--rejects": "./x.csv"}, None, [])


def test_standard_output_and_other_files_may_be_written() -> None:
    spare_inputs({"--out": "-", "--rejects": "r.jsonl"}, None, ["leads.csv", None, "events-*.parquet"])


def test_two_options_may_not_share_standard_output(folder: Path) -> None:
    given = ["score", "a.yaml", "--leads", "leads.csv", "--events", "events-1.csv"]
    told = CliRunner().invoke(app, [*given, "--out", "-", "--rejects", "-"])
    assert told.exit_code == 1
    assert told.stdout == ""
    assert "--rejects: HR603 Standard output is written by --out" in told.stderr


@pytest.mark.parametrize(
    "command", [["explain", "--lead", "ann"], ["check"], ["backtest", "--outcomes", "leads.csv"]]
)
def test_refused_rows_are_not_mixed_into_what_was_asked_for(folder: Path, command: list[str]) -> None:
    given = [command[0], "a.yaml", *command[1:], "--leads", "leads.csv", "--events", "events-1.csv"]
    told = CliRunner().invoke(app, [*given, "--rejects", "-"])
    assert told.exit_code == 1
    assert "--rejects: HR603 Standard output is where" in told.output


def test_refused_rows_alone_may_go_to_standard_output(folder: Path) -> None:
    (folder / "leads.csv").write_text('lead_id\nann\n""\nben\nx,y\n')
    given = ["score", "a.yaml", "--leads", "leads.csv", "--events", "events-1.csv", "--rejects", "-"]
    told = CliRunner().invoke(app, given)
    assert told.exit_code == 0
    assert told.stdout.splitlines()[0] == "input,reason,line_or_row,raw"
    assert {line.partition(",")[0] for line in told.stdout.splitlines()[1:]} == {"leads"}
    assert "1 event read" in told.stderr
