"""A case that means what the agreement asks for, and nearly says it, is warned of: it would prove nothing."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from rich.console import Console

from handraiser.edge.cases import CaseResult, print_results, run_cases
from handraiser.errors import Level

AGREEMENT = """agreement: crm
fit:
  rules:
    - {rule: in_usa, when: company.country = 'US', points: 10}
    - {rule: chief, when: "lead.job_title like 'Chief%'", points: 10}
    - {rule: free, when: "lead.email_kind = 'free'", points: -5}
engagement:
  rules:
    - {rule: pricing, event: Page Viewed, where: path like '/pricing%', distinct: page_id, points: 5}
    - {rule: cart, event: [Product Added, Webinar Attended], points: price}
qualify: {mql: score > 10 and lead.employees > 5}
recycle: {reasons: {not_ready: {}}}
"""
HEAD = "agreement: crm.yaml\nat: 2026-03-31\n"
AT = "occurred_at: 2026-03-30"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "crm.yaml").write_text(AGREEMENT, encoding="utf-8")
    return tmp_path


def run(folder: Path, rows: str) -> list[CaseResult]:
    """Run one case with these inputs."""
    leads = "" if "    leads:" in rows else "leads: [{lead_id: ann}]\n"
    expected = "    expect: [{lead_id: ann, qualified: false}]\n"
    text = f"{HEAD}{leads}cases:\n  - case: it\n{rows}{expected}"
    (folder / "it.cases.yaml").write_text(text, encoding="utf-8")
    return run_cases(folder)


def warned(folder: Path, rows: str) -> list[tuple[str, str]]:
    """What is said beneath each ^, and the fix."""
    (result,) = run(folder, rows)
    assert result.passed
    assert all(each.level is Level.WARNING and each.code == "HR714" for each in result.warnings)
    lines = (folder / "it.cases.yaml").read_text(encoding="utf-8").splitlines()
    return [(lines[each.at.line - 1][each.at.column - 1 :], each.fix) for each in result.warnings]


@pytest.mark.parametrize("name", ["Page View", "page viewed", "PageViewed", "Page Veiwed"])
def test_an_event_that_is_nearly_one_of_a_rule_is_warned_of(folder: Path, name: str) -> None:
    ((spot, fix),) = warned(folder, f"    events: [{{lead_id: ann, event: {name}, {AT}}}]\n")
    assert spot.startswith(name)
    assert fix == "Did you mean `Page Viewed`?"


@pytest.mark.parametrize(
    "name", ["Page Viewed", "Webinar Registered", "Email Opened", "Unsubscribed", "Subscribed", "Page Left"]
)
def test_an_event_of_another_name_is_nothing_odd(folder: Path, name: str) -> None:
    assert warned(folder, f"    events: [{{lead_id: ann, event: {name}, {AT}}}]\n") == []


def test_the_sentence_says_that_no_rule_is_about_it(folder: Path) -> None:
    (result,) = run(folder, f"    events: [{{lead_id: ann, event: Page View, {AT}}}]\n")
    assert [each.says for each in result.warnings] == [
        "No rule of the agreement is about an event `Page View`."
    ]


def test_a_property_that_is_nearly_one_that_is_read_is_warned_of(folder: Path) -> None:
    rows = f"    events: [{{lead_id: ann, event: Page Viewed, paht: /pricing, color: red, {AT}}}]\n"
    ((spot, fix),) = warned(folder, rows)
    assert spot.startswith("paht")
    assert fix == "Did you mean `path`?"


def test_a_property_under_properties_too(folder: Path) -> None:
    rows = f"    events: [{{lead_id: ann, event: Page Viewed, properties: {{pageid: 1}}, {AT}}}]\n"
    assert [fix for _, fix in warned(folder, rows)] == ["Did you mean `page_id`?"]


def test_a_name_beside_the_right_one_or_a_longer_one_is_nothing_odd(folder: Path) -> None:
    for more in ("path: /a, paths: 3", "page: 3"):
        rows = f"    events: [{{lead_id: ann, event: Page Viewed, {more}, {AT}}}]\n"
        assert warned(folder, rows) == []


def test_names_are_told_apart_without_regard_to_case(folder: Path) -> None:
    assert warned(folder, f"    events: [{{lead_id: ann, event: Page Viewed, PATH: /a, {AT}}}]\n") == []


def test_attributes_of_leads_and_companies_are_looked_at(folder: Path) -> None:
    rows = (
        "    leads: [{lead_id: ann, job_titel: Chief, e_mail: a@b.example, employes: 3, city: Boston}]\n"
        "    companies: [{company_id: acme, contry: US}]\n"
    )
    assert [(spot.partition(":")[0], fix) for spot, fix in warned(folder, rows)] == [
        ("job_titel", "Did you mean `job_title`?"),
        ("e_mail", "Did you mean `email`?"),
        ("employes", "Did you mean `employees`?"),
        ("contry", "Did you mean `country`?"),
    ]


def test_a_column_of_the_input_itself_may_be_misspelled(folder: Path) -> None:
    rows = "    leads: [{lead_id: ann, companyid: acme, create_at: 2026-03-01}]\n"
    assert [fix for _, fix in warned(folder, rows)] == [
        "Did you mean `company_id`?",
        "Did you mean `created_at`?",
    ]


def test_a_reason_that_is_nearly_one_is_warned_of(folder: Path) -> None:
    rows = "    outcomes: [{lead_id: ann, stage: recycled, reason: not_redy, at: 2026-03-01}]\n"
    ((spot, fix),) = warned(folder, rows)
    assert spot.startswith("not_redy")
    assert fix == "Did you mean `not_ready`?"


def test_warnings_are_printed_once_and_fail_no_case(folder: Path) -> None:
    text = (
        f"{HEAD}leads: [{{lead_id: ann}}]\nevents: [{{lead_id: ann, event: Page View, {AT}}}]\ncases:\n"
        "  - {case: a, expect: [{lead_id: ann, score: 0}]}\n"
        "  - {case: b, expect: [{lead_id: ann, score: 0}]}\n"
    )
    (folder / "it.cases.yaml").write_text(text, encoding="utf-8")
    console = Console(file=io.StringIO(), soft_wrap=True, highlight=False, color_system=None)
    assert print_results(run_cases(folder), console)
    said = console.file.getvalue().splitlines()  # type: ignore[attr-defined]  # a StringIO, made above
    assert said == [
        f"{folder}/it.cases.yaml:4:32: HR714 warning: "
        "No rule of the agreement is about an event `Page View`.",
        f"     4 | events: [{{lead_id: ann, event: Page View, {AT}}}]",
        "       |                                ^",
        "    fix: Did you mean `Page Viewed`?",
        "1 warning",
        "2 cases in 1 file: 2 passed, 0 failed.",
    ]
