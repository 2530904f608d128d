"""`handraiser backtest` as it is typed: which people a period takes in, which episodes, where it all goes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from handraiser.edge.cli import app

AGREEMENT = """agreement: crm
title: A form is enough
fit: {{rules: []}}
engagement: {{rules: [{{rule: form, event: Form Submitted, points: 5, within: {window}}}]}}
qualify: {{mql: score >= 5}}
recycle: {{requalify_after: 1 day}}
"""
EVENTS = """lead_id,event,occurred_at
ann,Form Submitted,2026-01-10
ann,Form Submitted,2026-03-10
bob,Form Submitted,2026-02-10
cas,Form Submitted,2026-03-20
dan,Page Viewed,2026-02-01
"""
OUTCOMES = """lead_id,at,stage
ann,2026-01-20,recycled
ann,2026-03-25,customer
bob,2026-02-20,customer
dan,2026-03-01,customer
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder to stand in: four leads, of whom one was recycled and came back."""
    monkeypatch.chdir(tmp_path)
    for name, text in {
        "crm.yaml": AGREEMENT.format(window="30 days"),
        "never.yaml": AGREEMENT.format(window="30 days").replace("Form Submitted", "Demo Requested"),
        "leads.csv": "lead_id\nann\nbob\ncas\ndan\n",
        "events.csv": EVENTS,
        "outcomes.csv": OUTCOMES,
    }.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def run(*words: str) -> Any:
    data = ("--leads", "leads.csv", "--events", "events.csv", "--outcomes", "outcomes.csv")
    return CliRunner().invoke(app, ["backtest", "crm.yaml", *data, "--to", "2026-04-01", *words])


def told(*words: str) -> dict[str, Any]:
    result = run(*words, "--format", "json")
    assert result.exit_code == 0, result.stderr
    answer: dict[str, Any] = json.loads(result.stdout)
    return answer


@pytest.mark.usefixtures("folder")
def test_a_lead_that_came_back_is_one_mql_of_two_episodes() -> None:
    first, every = told(), told("--episodes", "all")
    assert (first["mqls"], first["episodes_begun"]) == (3, 3)
    assert (every["mqls"], every["episodes_begun"]) == (3, 4)
    assert first["precision"] == every["precision"] == 2 / 3


@pytest.mark.usefixtures("folder")
def test_who_was_mql_or_customer_before_the_period_is_left_out_of_it() -> None:
    found = told("--from", "2026-02-15")
    # ann and bob were MQLs before, of which cas and dan know nothing.
    assert (found["leads"], found["mqls"], found["customers"], found["before"]) == (2, 1, 1, 2)
    assert [month["month"] for month in found["by_month"]] == ["2026-03"]


@pytest.mark.usefixtures("folder")
def test_nothing_after_the_period_is_looked_at() -> None:
    found = told("--to", "2026-02-15")
    assert (found["mqls"], found["customers"]) == (2, 0)


@pytest.mark.usefixtures("folder")
def test_too_few_cases_give_no_rate_but_say_how_many_more_it_takes() -> None:
    rate = told()["precision_rate"]
    assert (rate["hits"], rate["of"], rate["low"], rate["needs"]) == (2, 3, None, 17)
    assert "2 of 3; 17 more for a rate" in run().stdout


@pytest.mark.usefixtures("folder")
def test_against_another_agreement_it_says_who_is_gained_and_why() -> None:
    result = run("--against", "never.yaml")
    assert result.exit_code == 0, result.stderr
    words = " ".join(result.stdout.split())
    assert "3 gained, 2 of them customers; 0 lost" in words
    assert "ann 2026-01-10 ★ customer Form of 10 January counts now (0 → 5 points)" in words


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    ("words", "says", "code"),
    [
        (("--from", "2026-05-01"), "The period ends before it begins.", 1),
        (("--episodes", "some"), "--episodes is first or all, not some.", 2),
        (("--format", "pdf"), "--format is text, json or html, not pdf.", 2),
        (("--against", "nevre.yaml"), "Did you mean `never.yaml`?", 1),
        (("--out", "outcomes.csv"), "outcomes.csv", 1),
    ],
)
def test_a_slip_is_told_with_what_would_be_right(words: tuple[str, ...], says: str, code: int) -> None:
    result = run(*words)
    assert says in " ".join(result.stderr.split())
    assert result.exit_code == code


def test_the_page_goes_to_the_file_that_is_named(folder: Path) -> None:
    result = run("--format", "html", "--out", "page.html")
    assert result.stdout.strip() == "The back-test is in page.html."
    assert (folder / "page.html").read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    assert (folder / "outcomes.csv").read_text(encoding="utf-8") == OUTCOMES


def test_what_data_say_is_told_as_it_is_and_commands_nothing(folder: Path) -> None:
    events = EVENTS.replace("ann", "[/b]\x1b[31mann")
    (folder / "events.csv").write_text(events, encoding="utf-8")
    (folder / "leads.csv").write_text(
        "lead_id,source\n[/b]\x1b[31mann,[/i]fair\nbob,[/i]fair\ncas,web\n", encoding="utf-8"
    )
    done = run("--against", "never.yaml")
    assert done.exit_code == 0, done.output
    assert "[/b] [31mann" in done.stdout
    assert "[/i]fair" in done.stdout
    assert "\x1b" not in done.output
