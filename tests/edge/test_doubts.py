"""What makes an answer doubtful, or none at all, is said from the command line; the answer stays as it is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

import handraiser as hr
from handraiser.edge.cli import app

AGREEMENT = """agreement: crm
timezone: Europe/Berlin
fit: {rules: [{rule: big, when: company.size > 50, points: 5}]}
engagement: {rules: [{rule: demo, event: Demo Requested, points: 50}]}
qualify: {mql: score > 40}
"""
LEADS = "lead_id,company_id,created_at\nann,acme,2026-01-01\nbob,acme,2026-01-01\n"
COMPANIES = "company_id,size\nacme,70\n"
EVENTS = "lead_id,event,occurred_at\nann,Demo Requested,2026-03-01T10:00:00Z\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    write(tmp_path, agreement=AGREEMENT, leads=LEADS, companies=COMPANIES, events=EVENTS)
    return tmp_path


def write(folder: Path, *, agreement: str = "", **inputs: str) -> None:
    """Files for `run`, in place of those that are there."""
    if agreement:
        (folder / "crm.yaml").write_text(agreement, encoding="utf-8")
    for name, text in inputs.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")


def run(command: str, *more: str) -> Any:
    given = ["--leads", "leads.csv", "--events", "events.csv", "--companies", "companies.csv"]
    at = [] if command == "check" else ["--at", "2026-03-31"]
    return CliRunner().invoke(app, [command, "crm.yaml", *given, *at, *more])


def test_a_run_without_doubts_is_silent(folder: Path) -> None:
    write(folder, leads=LEADS.replace("2026-01-01", "2026-01-01T00:00:00Z"))
    done = run("score")
    assert (done.exit_code, done.stderr) == (0, "")
    assert done.stdout.endswith("1 event read.\n")


# ---- nothing at all


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("events", EVENTS.replace("2026-03-01T10:00:00Z", "01.03.2026"), "occurred_at is not a time"),
        ("leads", LEADS.replace("ann", "").replace("bob", ""), "there is no lead_id"),
        ("companies", "company_id,size\n,70\n,80\n", "there is no company_id"),
    ],
)
def test_an_input_of_which_nothing_can_be_used_is_a_mistake(
    folder: Path, name: str, text: str, says: str
) -> None:
    write(folder, **{name: text})
    done = run("score", "--out", "scores.csv", "--rejects", "rejects.csv")
    assert done.exit_code == 1
    assert f"{name}.csv:1:1: HR512 None of its" in done.stderr
    assert f"can be used: {says}" in done.stderr
    assert not (folder / "scores.csv").exists()
    assert says in (folder / "rejects.csv").read_text(encoding="utf-8")


def test_from_python_too_it_is_a_mistake() -> None:
    events = [{"lead_id": "ann", "event": "A", "occurred_at": "yesterday"}]
    with pytest.raises(hr.Mistakes) as caught:
        hr.score(hr.load(AGREEMENT), leads=[{"lead_id": "ann"}], events=events)
    assert [each.code for each in caught.value.diagnostics] == ["HR512"]
    assert "None of its 1 row can be used: occurred_at is not a time" in str(caught.value)


def test_one_event_that_can_be_used_is_enough(folder: Path) -> None:
    write(folder, events=EVENTS + "bob,Demo Requested,soon\n")
    done = run("score")
    assert done.exit_code == 0
    assert "2 events read, 1 of them not used." in done.stdout


def test_events_that_come_again_have_been_read_and_not_used(folder: Path) -> None:
    again = "lead_id,event,occurred_at,event_id\n" + "ann,Demo Requested,2026-03-01,e1\n" * 3
    write(folder, events=again + "ann,Demo Requested,soon,e2\n")
    assert "4 events read, 3 of them not used." in run("score").stdout


def test_events_of_nobody_are_told_with_a_lead(folder: Path) -> None:
    write(folder, events=EVENTS.replace("ann", "3"))
    done = run("score")
    assert done.exit_code == 0
    assert "warning: no event is of a lead that the leads have" in done.stderr
    assert "one of the leads is ann." in done.stderr
    assert "1 event read, 1 of them not used." in done.stdout


def test_no_events_and_no_leads_are_told(folder: Path) -> None:
    write(folder, events="lead_id,event,occurred_at\n")
    assert "warning: there are no events, so nobody did anything." in run("score").stderr
    write(folder, leads="lead_id\n")
    assert "warning: there are no leads, so there is nobody to score." in run("score").stderr


@pytest.mark.parametrize("command", ["score", "check"])
def test_leads_of_companies_that_are_not_there_are_told_with_one(folder: Path, command: str) -> None:
    write(folder, leads=LEADS.replace("bob,acme", "bob,Acme Inc") + "eve,,2026-01-01\n")
    told = run(command).stderr
    assert (
        "warning: 1 of 2 leads with a company_id has one that the companies do not have, so nothing is known "
        "of it: bob has Acme Inc.\n"
    ) in told
    write(folder, companies="company_id,size\n1,70\n")
    told = run(command).stderr
    assert "2 of 2 leads with a company_id have one that the companies do not have" in told
    assert "One of the companies is 1: look whether both give the same company_id." in told


# ---- times


def test_a_lead_with_a_bad_created_at_is_kept_with_a_doubt(folder: Path) -> None:
    write(folder, leads="lead_id,created_at\nann,31.12.2025\n,\nbob,2026-06-01\n")
    done = run("score", "--out", "scores.parquet", "--rejects", "rejects.csv")
    assert "leads: 1 row used with a doubt: created_at is not a time" in done.stderr
    assert pq.read_table("scores.parquet").column("lead_id").to_pylist() == ["ann", "bob"]
    kept = (folder / "rejects.csv").read_text(encoding="utf-8")
    assert 'taken as unknown,leads.csv line 2,"ann,31.12.2025"' in kept


@pytest.mark.parametrize("command", [["score"], ["check"], ["explain", "--lead", "ann"]])
def test_times_without_an_offset_are_told_under_an_agreement_with_a_zone(
    folder: Path, command: list[str]
) -> None:
    told = "Times without an offset, in leads.csv, were read as UTC. The agreement's zone is Europe/Berlin"
    assert told in run(*command).stderr
    assert "Times without" not in run(*command, "--timezone", "Europe/Berlin").stderr
    assert "Times without" not in run(*command, "--timezone", "UTC").stderr
    write(folder, agreement=AGREEMENT.replace("Europe/Berlin", "Etc/UTC"))
    assert "Times without" not in run(*command).stderr


def test_the_summary_writes_great_scores_out(folder: Path) -> None:
    write(folder, agreement=AGREEMENT.replace("points: 50", "points: 3500500"))
    assert "3500505" in run("score").stdout


def test_the_summary_tells_times_in_the_zone_of_the_agreement(folder: Path) -> None:
    told = run("score").stdout
    assert "crm at 31 March 2026, 02:00 (Europe/Berlin): 2 leads" in told
    assert "1 March 2026, 11:00" in told


# ---- warnings of the lint


def test_score_shows_what_makes_the_whole_run_doubtful(folder: Path) -> None:
    rules = "".join(f", {{rule: r{place}, event: Nothing {place}, points: 1}}" for place in range(6))
    write(folder, agreement=AGREEMENT.replace("points: 50}", "points: 50}" + rules))
    write(folder, companies='company_id,size\nacme,"1.200,50"\n')
    done = run("score")
    assert "HR404 warning: A part of this fails for 2 of 2 leads" in done.stderr
    assert "where company.size is '1.200,50'" in done.stderr
    assert done.stderr.count("HR403 warning: No event of the data is called `Nothing") == 3
    assert (
        "3 more warnings. `handraiser check crm.yaml …` with the same files says what to do." in done.stderr
    )
    assert "1 event read. 8 warnings." in done.stdout


def test_of_many_events_the_rules_without_a_hit_are_told(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("handraiser.scoring.lint._FEW", 0)
    write(folder, agreement=AGREEMENT.replace("Demo Requested", "demo requested"))
    assert "HR409 warning: `demo` has no hit among 1 event." in run("score").stderr


# ---- whose rows


def test_explain_tells_of_the_rows_of_its_lead_and_counts_the_others(folder: Path) -> None:
    write(
        folder,
        leads="lead_id,company_id,created_at\nann,acme,soon\nbob,acme,soon\n,,\ncid,acme\n",
        companies="company_id,size,valid_from\nacme,70,\nacme,71,soon\nother,1,soon\n",
        events="event_id,lead_id,event,occurred_at\n1,ann,A,2026-03-01\n1,ann,A,2026-03-01\n"
        "1,bob,A,2026-03-01\n2,ann,A,soon\n3,bob,A,soon\n4,zoe,A,2026-03-01\n",
    )
    said = run("explain", "--lead", "ann").stderr.splitlines()
    assert [line.partition(" For example: ")[2] for line in said[:4]] == [
        "leads.csv line 2: ann,acme,soon",
        "companies.csv line 3: acme,71,soon",
        "events.csv line 5: 2,ann,A,soon",
        "events.csv line 3: 1,ann,A,2026-03-01",
    ]
    assert said[4:6] == ["Of others 5 rows not used.", "Of others 1 row used with a doubt."]


# ---- what has no effect


def test_points_need_somewhere_to_go(folder: Path) -> None:
    done = run("score", "--points")
    assert done.exit_code == 2
    assert "--points adds columns to what --out writes" in done.stderr
