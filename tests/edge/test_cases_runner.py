"""`handraiser test`: right answers pass, wrong ones are named, a broken file stops no other."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from rich.console import Console

from handraiser.edge.cases import CaseResult, print_results, run_cases

EXAMPLES = Path(__file__).parents[2] / "examples" / "cases"
AGREEMENT = """
agreement: b
fit:
  rules: [{rule: in_usa, when: "company.country = 'US'", points: 10}]
  grades: {A: 10}
engagement:
  rules: [{rule: page, event: Page Viewed, points: 5.5}]
qualify: {mql: score > 15}
"""
HEAD = """agreement: b.yaml
at: 2026-03-31T12:00:00Z
leads: [{lead_id: ann, company_id: acme}]
companies: [{company_id: acme, country: US}]
cases:
"""
VISIT = "{lead_id: ann, event: Page Viewed, occurred_at: 2026-03-30T12:00:00Z}"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "b.yaml").write_text(AGREEMENT)
    return tmp_path


def run(folder: Path, cases: str, *, head: str = HEAD) -> list[CaseResult]:
    (folder / "it.cases.yaml").write_text(head + cases, encoding="utf-8")
    return run_cases(folder)


def printed(results: list[CaseResult]) -> tuple[str, bool]:
    console = Console(file=io.StringIO(), soft_wrap=True, highlight=False, color_system=None)
    passed = print_results(results, console)
    return console.file.getvalue(), passed  # type: ignore[attr-defined]  # a StringIO, made above


def mistakes(results: list[CaseResult]) -> list[tuple[str, int, int]]:
    return [(each.code, each.at.line, each.at.column) for result in results for each in result.mistakes]


def test_the_examples_of_case_a_and_case_b_pass() -> None:
    results = run_cases(EXAMPLES)
    assert len(results) > 40
    assert [result for result in results if not result.passed] == []


def test_every_column_can_be_expected(folder: Path) -> None:
    results = run(
        folder,
        f"""  - case: a visit
    events: [{VISIT}]
    expect:
      - {{lead_id: ann, score: 15.5, fit: 10, engagement: 5.5, grade: A, qualified: true,
         mql_at: "2026-03-30T14:00:00+02:00", points_in_usa: 10, points_page: 5.5}}
""",
    )
    assert [(result.case, result.passed) for result in results] == [("a visit", True)]


def test_a_wrong_expectation_is_named_with_its_place_and_both_values(folder: Path) -> None:
    results = run(
        folder,
        """  - case: nothing yet
    expect:
      - {lead_id: ann, score: 10.000001, mql_at: 2026-03-30, grade: null, qualified: true}
""",
    )
    said, passed = printed(results)
    place = f"{folder}/it.cases.yaml:8"
    assert said.splitlines() == [
        f"{place}:24: nothing yet: score of ann is 10, expected 10.000001.",
        f"{place}:42: nothing yet: mql_at of ann is null, expected 2026-03-30T00:00:00Z.",
        f"{place}:62: nothing yet: grade of ann is A, expected null.",
        f"{place}:75: nothing yet: qualified of ann is false, expected true.",
        "1 case in 1 file: 0 passed, 1 failed.",
    ]
    assert not passed


def test_numbers_are_compared_to_six_decimals(folder: Path) -> None:
    results = run(folder, "  - {case: it, expect: [{lead_id: ann, score: 10.0000001, fit: 9.9999996}]}\n")
    assert results[0].passed


def test_a_case_may_have_its_own_instant_and_facts(folder: Path) -> None:
    results = run(
        folder,
        f"""  - case: before the visit
    at: 2026-03-30T11:59:59Z
    events: [{VISIT}]
    expect: [{{lead_id: ann, engagement: 0}}]
  - case: a company elsewhere
    companies: [{{company_id: acme, country: DE}}]
    expect: [{{lead_id: ann, fit: 0}}]
  - case: another lead
    leads: [{{lead_id: 007}}]
    companies: []
    expect: [{{lead_id: 007, fit: 0}}]
""",
    )
    assert [result.passed for result in results] == [True, True, True]


def test_an_outcome_may_be_given(folder: Path) -> None:
    results = run(
        folder,
        f"""  - case: closed before the visit
    events: [{VISIT}]
    outcomes: [{{lead_id: ann, stage: disqualified, at: 2026-03-01, reason: spam}}]
    expect: [{{lead_id: ann, mql_at: null, qualified: true}}]
""",
    )
    assert results[0].passed


def test_facts_may_be_files_beside_the_cases(folder: Path) -> None:
    (folder / "visits.csv").write_text(
        "lead_id,event,occurred_at\nann,Page Viewed,2026-03-30\nann,Page Viewed,not a time\n"
    )
    results = run(folder, "  - {case: it, events: visits.csv, expect: [{lead_id: ann, score: 15.5}]}\n")
    # A file may hold rows that cannot be used; rows written in a case may not.
    assert results[0].passed


def test_texts_are_not_read_as_something_else(folder: Path) -> None:
    (folder / "b.yaml").write_text(AGREEMENT.replace("= 'US'", "in ('NO', '01234', '2026-01-02')"))
    for country in ("NO", "01234", "2026-01-02"):
        results = run(
            folder,
            f"  - {{case: it, companies: [{{company_id: acme, country: {country}}}],"
            " expect: [{lead_id: ann, fit: 10}]}\n",
        )
        assert results[0].passed, country


def test_everything_wrong_with_a_file_is_said_at_once(folder: Path) -> None:
    results = run(
        folder,
        """agreement: bb.yaml
att: 2026-03-31
leads: [{lead_id: ann, lead_id: ben}, ann]
cases:
  - cas: misspelled
    at: yesterday
    expect:
      - {lead_id: ann, scor: 1, qualified: yes, mql_at: soon, fit: high}
      - {score: 1}
  - case: expects nothing
    expect: []
  - no case
""",
        head="",
    )
    assert mistakes(results) == [
        ("HR708", 1, 12),
        ("HR704", 2, 1),
        ("HR707", 3, 24),
        ("HR706", 3, 39),
        ("HR704", 5, 5),
        ("HR709", 6, 9),
        ("HR710", 8, 24),
        ("HR712", 8, 44),
        ("HR709", 8, 57),
        ("HR712", 8, 68),
        ("HR705", 9, 9),
        ("HR705", 11, 13),
        ("HR706", 12, 5),
    ]
    fixes = [each.fix for each in results[0].mistakes]
    assert fixes[0] == "Did you mean `b.yaml`?"
    assert fixes[1] == "Did you mean `at`?"
    assert fixes[4] == "Did you mean `case`?"
    assert fixes[6] == "Did you mean `score`?"


def test_a_column_of_a_rule_that_does_not_exist_is_a_mistake(folder: Path) -> None:
    results = run(folder, "  - {case: it, expect: [{lead_id: ann, points_pages: 1}]}\n")
    assert mistakes(results) == [("HR710", 6, 40)]
    assert results[0].mistakes[0].fix == "Did you mean `points_page`?"


def test_a_lead_that_is_not_there_is_a_mistake_with_the_nearest_one(folder: Path) -> None:
    results = run(folder, "  - {case: it, expect: [{lead_id: anne, score: 1}]}\n")
    assert mistakes(results) == [("HR711", 6, 35)]
    assert results[0].mistakes[0].fix == "Did you mean `ann`?"


def test_of_a_value_in_quotes_that_should_have_none_the_quotes_are_named(folder: Path) -> None:
    results = run(folder, "  - {case: it, expect: [{lead_id: ann, qualified: 'true'}]}\n")
    assert mistakes(results) == [("HR712", 6, 51)]
    assert results[0].mistakes[0].says == "`true`, a text in quotes, cannot be a value of `qualified`."


def test_a_row_that_cannot_be_used_is_a_mistake_at_its_place(folder: Path) -> None:
    results = run(
        folder,
        f"""  - case: it
    events:
      - {VISIT}
      - {{lead_id: ann, event: Page Viewed, occurred_at: 2026-13-31}}
    expect: [{{lead_id: ann, score: 15.5}}]
""",
    )
    assert mistakes(results) == [("HR713", 9, 9)]


def test_an_input_that_cannot_be_read_is_a_mistake_where_the_case_names_it(folder: Path) -> None:
    assert mistakes(run(folder, "  - {case: it, events: no.csv, expect: [{lead_id: ann, fit: 10}]}\n")) == [
        ("HR501", 6, 24)
    ]
    missing = "  - {case: it, events: [{lead_id: ann}], expect: [{lead_id: ann, fit: 10}]}\n"
    assert {(line, column) for _, line, column in mistakes(run(folder, missing))} == {(6, 24)}


@pytest.mark.parametrize(
    ("contents", "code"),
    [
        (b'agreement: b.yaml\ncases: "open\n', "HR703"),
        (b"agreement: b.yaml\ncases: \xff\n", "HR703"),
        (b"", "HR703"),
        (b"- a\n", "HR703"),
        (b"agreement: b.yaml\n---\ncases: []\n", "HR703"),
        (b"agreement: b.yaml\ncases: []\n", "HR702"),
        (b"agreement: b.yaml\ncases: 3\n", "HR706"),
        (b"agreement: b.yaml\n", "HR705"),
        (
            b"agreement: [b]\ncases: [{case: a, at: 2026-01-01, leads: [], expect: [{lead_id: a}]}]\n",
            "HR706",
        ),
        (b"agreement: b.yaml\ncases: [{case: a, leads: [], expect: [{lead_id: a, fit: 1}]}]\n", "HR705"),
        (b"agreement: b.yaml\ncases: [{case: a, at: 2026-01-01, expect: [{lead_id: a, fit: 1}]}]\n", "HR705"),
    ],
)
def test_a_file_that_is_no_file_of_cases_says_why(folder: Path, contents: bytes, code: str) -> None:
    (folder / "it.cases.yaml").write_bytes(contents)
    assert code in [found for found, _, _ in mistakes(run_cases(folder))]


def test_mistakes_of_the_agreement_are_shown_as_such_and_once(folder: Path) -> None:
    (folder / "b.yaml").write_text(AGREEMENT.replace("points: 5.5", "pints: 5.5"))
    (folder / "two.cases.yaml").write_text(HEAD + "  - {case: a, expect: [{lead_id: ann, fit: 1}]}\n")
    said, passed = printed(run(folder, "  - {case: a, expect: [{lead_id: ann, fit: 1}]}\n"))
    assert f"{folder}/b.yaml:7:44: HR101" in said
    assert said.count("HR101") == 1
    assert "0 cases in 0 files: 0 passed, 0 failed. 2 files could not be run." in said
    assert not passed


def test_other_files_run_beside_a_broken_one(folder: Path) -> None:
    (folder / "below").mkdir()
    (folder / "below" / "broken.cases.yaml").write_text("cases: 3\n")
    said, passed = printed(run(folder, "  - {case: it, expect: [{lead_id: ann, fit: 10}]}\n"))
    assert said.splitlines()[-1] == "1 case in 1 file: 1 passed, 0 failed. 1 file could not be run."
    assert not passed


def test_a_folder_without_cases_is_a_mistake(tmp_path: Path) -> None:
    results = run_cases(tmp_path)
    assert mistakes(results) == [("HR702", 1, 1)]
    assert not printed(results)[1]
