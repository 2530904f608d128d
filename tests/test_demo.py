"""The first thing a newcomer runs does what it says, and so does everything it says to run next."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest
from rich.console import Console
from typer.testing import CliRunner

from handraiser.edge import demo
from handraiser.edge.acme.company import FEWEST_LEADS
from handraiser.edge.cli import app


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What the demo prints about a small company."""
    console = Console(record=True, width=100)
    demo.run(tmp_path_factory.mktemp("a folder") / "acme", 200, console)
    return console.export_text()


def commands(told: str) -> list[list[str]]:
    asked = told.partition("What to try next")[2].replace("\\\n", " ")
    return [shlex.split(line)[1:] for line in asked.splitlines() if line and not line.startswith("#")]


def test_the_demo_says_how_many_leads_there_are_and_why_one_has_its_score(told: str) -> None:
    assert "200 leads" in told
    assert "Why L000" in told
    assert "Score" in told


def test_every_command_that_the_demo_proposes_works_as_it_stands(told: str) -> None:
    asked = commands(told)
    assert [command[0] for command in asked] == ["score", "explain", "backtest", "diff", "check", "test"]
    for command in asked:
        done = CliRunner().invoke(app, command)
        assert done.exit_code == 0, (command, done.output)


def test_the_scores_that_it_proposes_to_write_are_there_afterwards(told: str, tmp_path: Path) -> None:
    score = commands(told)[0]
    score[score.index("--out") + 1] = str(tmp_path / "scores.csv")
    assert CliRunner().invoke(app, score).exit_code == 0
    head, *rows = (tmp_path / "scores.csv").read_text(encoding="utf-8").splitlines()
    assert head.startswith("lead_id,score,fit,engagement,grade,qualified,mql_at,points_")
    assert len(rows) == 200


def test_too_few_leads_for_a_company_are_misuse_and_the_fewest_are_enough(tmp_path: Path) -> None:
    for leads, code in ((FEWEST_LEADS - 1, 2), (FEWEST_LEADS, 0)):
        done = CliRunner().invoke(
            app, ["demo", "--no-serve", "--folder", str(tmp_path / "acme"), "--leads", str(leads)]
        )
        assert done.exit_code == code, done.output
