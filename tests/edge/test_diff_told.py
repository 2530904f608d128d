"""`handraiser diff` as it is read: first what it comes to, then each change under its reason."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from handraiser.edge.cli import app

OLD = """agreement: small
fit: {rules: []}
engagement:
  within: 90 days
  rules:
    - {rule: visit, title: A visit, event: Page Viewed, points: 5}
qualify: {mql: score >= 15}
handoff: {accept_within: 4 hours}
"""


@pytest.fixture
def told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    monkeypatch.chdir(tmp_path)
    Path("old.yaml").write_text(OLD, encoding="utf-8")
    return CliRunner()


def lines(told: CliRunner, new: str) -> list[str]:
    Path("new.yaml").write_text(new, encoding="utf-8")
    done = told.invoke(app, ["diff", "old.yaml", "new.yaml"])
    assert done.exit_code == 0, done.output
    return done.output.splitlines()


def test_it_begins_with_how_many_changes_go_which_way(told: CliRunner) -> None:
    new = OLD.replace("points: 5", "points: 6").replace(">= 15", ">= 10").replace("4 hours", "6 hours")
    assert lines(told, new)[3:7] == [
        "Who becomes an MQL: 2 looser. What sales promises: 1 looser.",
        "All in all looser: whoever becomes an MQL under the old agreement does so under",
        "the new one, and no later.",
        "",
    ]


def test_changes_that_pull_both_ways_are_left_to_the_data(told: CliRunner) -> None:
    said = "\n".join(lines(told, OLD.replace("points: 5", "points: 6").replace(">= 15", ">= 20")))
    assert "Who becomes an MQL: 1 looser, 1 stricter.\nAll in all it may go either way." in said


def test_what_sales_promises_leaves_the_leads_as_they_are(told: CliRunner) -> None:
    assert lines(told, OLD.replace("4 hours", "2 hours"))[3:] == [
        "What sales promises: 1 stricter.",
        "The same leads become MQLs, and at the same time.",
        "",
        "What sales promises, and the targets",
        "  Stricter: sales has less time.",
        "    − Sales has 2 hours to accept, not 4 hours. (line 8)",
    ]


@pytest.mark.parametrize("new", [f"# signed\n{OLD}", OLD.replace("A visit", "Visits")])
def test_where_only_words_or_comments_differ_nothing_counts(told: CliRunner, new: str) -> None:
    assert lines(told, new)[3].startswith("Nothing that counts has changed")


def test_an_agreement_beside_itself_is_the_same(told: CliRunner) -> None:
    assert lines(told, OLD)[3:] == ["The two agreements are the same, word for word."]


def test_a_file_with_two_agreements_is_a_mistake_that_says_so(told: CliRunner) -> None:
    Path("new.yaml").write_text(f"{OLD}---\n{OLD}", encoding="utf-8")
    done = told.invoke(app, ["diff", "old.yaml", "new.yaml"])
    assert (done.exit_code, "a file holds one agreement" in done.output) == (1, True)
