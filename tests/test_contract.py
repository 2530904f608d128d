"""docs/contract.md says what others may build on; whatever of it changes has to be changed there."""

from __future__ import annotations

import json
import re
import typing
from pathlib import Path
from typing import Any

import msgspec
import pytest
from typer.testing import CliRunner

import handraiser as hr
import handraiser.learning.backtest as testing
from commands import COMMANDS
from handraiser.agreement.diff import Change, Effect
from handraiser.edge.acme import make_acme
from handraiser.edge.case_files import Agreements, read_cases
from handraiser.edge.cli import app
from handraiser.edge.comparing import Noted
from handraiser.edge.database import set_up
from handraiser.edge.demo import END
from handraiser.edge.diagnostics import render_diagnostics
from handraiser.edge.diff_told import Compared, Diff
from handraiser.edge.routes_tried import Taker, TriedRoutes, Unassigned
from handraiser.errors import Diagnostic, Level, Place
from handraiser.facts.inputs import Rejects
from handraiser.learning.breakdown import Breakdown, Share
from handraiser.learning.differences import Difference
from handraiser.learning.health import (
    AttributeHealth,
    ConditionHealth,
    Health,
    MonthKnown,
    Origin,
    Tally,
)
from handraiser.learning.targets import Target
from handraiser.learning.worth import Worth
from handraiser.learning.yields import Yield, Yields
from handraiser.reports.intervals import Rate, Spread
from handraiser.scoring import explanation
from handraiser.tables import open_inputs
from handraiser.tables.manifest import Manifest
from handraiser.tables.outcomes import STAGES
from handraiser.tables.paths import ENDINGS
from pages import ROOT, codes, in_words, tables

PAGE = tables((ROOT / "docs" / "contract.md").read_text(encoding="utf-8"))

AGREEMENT = """
agreement: small
fit:
  rules:
    - {rule: chief, when: lead.chief, points: 10}
  grades: {A: 10}
engagement:
  rules:
    - {rule: visit, event: Page Viewed, points: 5, at_most: 1 per day}
qualify: {mql: score >= 15}
"""


def first_words(heading: str) -> list[str]:
    """What the first column of a table names."""
    return [codes(row[0])[0] for row in PAGE[heading]]


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """A folder with a small agreement and data."""
    (tmp_path / "agreement.yaml").write_text(AGREEMENT, encoding="utf-8")
    (tmp_path / "leads.csv").write_text("lead_id,chief\nann,true\nben,\n,true\n", encoding="utf-8")
    (tmp_path / "events.csv").write_text(
        "lead_id,event,occurred_at,path\nann,Page Viewed,2026-03-01T09:00:00Z,/a\n"
        "ann,Page Viewed,2026-03-01T10:00:00.5Z,/b\n",
        encoding="utf-8",
    )
    return tmp_path


def run(command: str, folder: Path, *more: str) -> Any:
    data = ["--leads", str(folder / "leads.csv"), "--events", str(folder / "events.csv")]
    return CliRunner().invoke(app, [command, str(folder / "agreement.yaml"), *data, *more])


# ---- commands


def test_these_are_the_commands() -> None:
    described = [heading.removeprefix("handraiser ") for heading in PAGE if heading.startswith("handraiser ")]
    assert described == list(COMMANDS)


@pytest.mark.parametrize("name", list(COMMANDS))
def test_a_command_has_these_arguments_and_options(name: str) -> None:
    described = {
        codes(first)[0]: ("".join(codes(value)).replace("\\|", "|"), needed == "yes")
        for first, value, needed, _ in PAGE[f"handraiser {name}"]
    }
    real = {}
    for parameter in COMMANDS[name].params:
        if parameter.param_type_name == "argument":
            real[parameter.metavar] = ("", parameter.required)
        elif not parameter.is_flag:
            real[parameter.opts[0]] = (parameter.metavar, parameter.required)
        else:
            real[parameter.opts[0]] = ("", parameter.required)
    assert described == real


def test_done_is_exit_code_0(files: Path) -> None:
    assert run("score", files, "--at", "2026-03-31").exit_code == 0


def test_a_mistake_in_what_was_given_is_exit_code_1(files: Path) -> None:
    agreement = files / "agreement.yaml"
    agreement.write_text(AGREEMENT.replace("points: 5", "pionts: 5"), encoding="utf-8")
    asked = [run(name, files, *more) for name, more in (("score", ()), ("explain", ("--lead", "ann")))]
    for done in (*asked, CliRunner().invoke(app, ["check", str(agreement)])):
        # A crash would be exit code 1 too.
        assert (done.exit_code, type(done.exception)) == (1, SystemExit)
        assert f"{agreement}:9:41: HR101" in done.output


def test_misuse_is_exit_code_2(files: Path) -> None:
    assert CliRunner().invoke(app, ["score", str(files / "agreement.yaml")]).exit_code == 2
    assert run("explain", files, "--lead", "ann", "--format", "xml").exit_code == 2
    agreement = str(files / "agreement.yaml")
    assert CliRunner().invoke(app, ["diff", agreement, agreement, "--format", "xml"]).exit_code == 2


def test_a_failing_world_is_exit_code_3(files: Path) -> None:
    (files / "agreement.yaml").unlink()
    (files / "agreement.yaml").symlink_to(files / "agreement.yaml")  # a link in a circle opens for nobody
    assert run("score", files).exit_code == 3


def test_exit_codes_are_these() -> None:
    assert [row[0] for row in PAGE["Exit codes"]] == ["0", "1", "2", "3", "130"]


# ---- inputs


def test_files_of_these_endings_are_read_and_written() -> None:
    assert first_words("Files") == list(ENDINGS)


@pytest.mark.parametrize("name", ["leads", "companies", "events", "outcomes"])
def test_an_input_has_these_columns_of_its_own(name: str) -> None:
    given: dict[str, Any] = {
        "leads": [{"lead_id": "ann"}],
        "events": [{"lead_id": "ann", "event": "Visit", "occurred_at": "2026-03-01"}],
    }
    whole = dict.fromkeys(first_words(name.capitalize()), "2026-03-01") | {"further": "x"}
    inputs = open_inputs(**given | {name: [whole]})
    source = getattr(inputs, name)
    inputs.con.close()
    known = set(source.has) | ({"properties"} & set(source.columns))
    assert known == set(first_words(name.capitalize()))
    assert "further" in source.columns


@pytest.mark.parametrize("name", ["leads", "companies", "events", "outcomes"])
def test_an_input_needs_these_columns(name: str) -> None:
    needed = [codes(row[0])[0] for row in PAGE[name.capitalize()] if row[1] == "yes"]
    given: dict[str, Any] = {
        "leads": [{"lead_id": "ann"}],
        "events": [{"lead_id": "ann", "event": "Visit", "occurred_at": "2026-03-01"}],
    }
    with pytest.raises(hr.Mistakes) as caught:
        open_inputs(**given | {name: [{"further": "x"}]})
    missing = [re.search(r"no column (\w+)", each.says) for each in caught.value.diagnostics]
    assert [found.group(1) for found in missing if found] == needed


def test_stages_are_these() -> None:
    assert first_words("Stages") == list(STAGES)


def test_the_made_company_uses_the_names_of_events_and_properties_that_are_described() -> None:
    events = make_acme(end=END, leads=400).events
    described = {codes(row[0])[0] for row in PAGE["Event names"]}
    assert set(events.column("event").unique().to_pylist()) <= described
    own = {codes(row[0])[0] for row in PAGE["Events"]}
    properties = {word for row in PAGE["Event names"] for word in codes(row[1])}
    assert set(events.column_names) <= own | properties


# ---- what is written


def test_score_writes_these_columns(files: Path) -> None:
    described = [(codes(name)[0], codes(kind)[0]) for name, kind, _ in PAGE["What score writes"]]
    *plain, (each_rule, kind) = described
    assert each_rule == "points_<rule>"
    table = hr.score(
        hr.load(files / "agreement.yaml"),
        leads=str(files / "leads.csv"),
        events=str(files / "events.csv"),
        at="2026-03-31",
        points=True,
    )
    rules = [("points_chief", kind), ("points_visit", kind)]
    assert [(field.name, str(field.type)) for field in table.schema] == [*plain, *rules]


def test_score_writes_csv_by_lead_with_iso_times_and_empty_nulls(files: Path) -> None:
    done = run("score", files, "--at", "2026-03-31", "--points", "--out", "-")
    assert done.stdout.splitlines() == [
        "lead_id,score,fit,engagement,grade,qualified,mql_at,points_chief,points_visit",
        "ann,15.0,10.0,5.0,A,true,2026-03-01T09:00:00Z,10.0,5.0",
        "ben,0.0,0.0,0.0,D,false,,0.0,0.0",
    ]


def test_several_agreements_are_told_apart_by_a_first_column(files: Path) -> None:
    other = files / "other.yaml"
    other.write_text(AGREEMENT.replace("agreement: small", "agreement: other"), encoding="utf-8")
    done = run("score", files, str(other), "--at", "2026-03-31", "--out", "-")
    assert [line.split(",")[:2] for line in done.stdout.splitlines()] == [
        ["agreement", "lead_id"],
        ["small", "ann"],
        ["small", "ben"],
        ["other", "ann"],
        ["other", "ben"],
    ]


def test_rejects_have_these_columns(files: Path) -> None:
    assert run("score", files, "--rejects", str(files / "rejects.csv")).exit_code == 0
    head, *rows = (files / "rejects.csv").read_text(encoding="utf-8").splitlines()
    assert head.split(",") == first_words("Rejects")
    assert rows[0].startswith("leads,there is no lead_id,")


EXPLAINED = {
    name: kind
    for name, kind in vars(explanation).items()
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct)
}
_APART = (
    *(Diff, Compared, Change, Manifest, TriedRoutes, Taker, Unassigned, Yields, Yield),
    *(Health, Origin, ConditionHealth, Tally, AttributeHealth, MonthKnown, Worth),
)
TOLD_APART = {kind.__name__: kind for kind in _APART}
STRUCTS: dict[str, Any] = EXPLAINED | TOLD_APART


def test_an_explanation_consists_of_these_objects() -> None:
    assert set(EXPLAINED) == {heading for heading in PAGE if heading in vars(explanation)}


BACKTEST: dict[str, Any] = {
    kind.__name__: kind
    for kind in (
        *(testing.Backtest, testing.Month, testing.Load, testing.Week, testing.Stage, testing.Point),
        *(testing.Scores, Rate, Spread, Breakdown, Share, Target, Difference, Noted),
    )
}


BACKTEST["Refusal"] = Rejects  # the page has a table of that name


@pytest.mark.parametrize("name", [*STRUCTS, *BACKTEST])
def test_an_object_that_is_written_has_these_keys(name: str) -> None:
    described = {codes(key)[0]: kind for key, kind, _ in PAGE[name]}
    struct = (STRUCTS | BACKTEST)[name]
    hints = typing.get_type_hints(struct)
    assert described == {field: in_words(hints[field]) for field in struct.__struct_fields__}


def test_backtest_writes_that_object_as_json(files: Path) -> None:
    (files / "outcomes.csv").write_text("lead_id,stage,at\nann,customer,2026-03-05\n", encoding="utf-8")
    other = files / "other.yaml"
    other.write_text(AGREEMENT.replace("score >= 15", "score >= 16"), encoding="utf-8")
    outcomes = ["--outcomes", str(files / "outcomes.csv"), "--to", "2026-03-31", "--format", "json"]
    alone = json.loads(run("backtest", files, *outcomes).stdout)
    assert list(alone) == [*first_words("Backtest"), "lint", "refused"]
    figures = ("leads", "mqls", "customers", "customers_reached", "precision", "recall", "median_days_to_mql")
    assert [alone[name] for name in figures] == [2, 1, 1, 1, 1.0, 1.0, 0.0]
    month = {name: alone["by_month"][0][name] for name in ("month", "mqls", "customers")}
    assert month == {"month": "2026-03", "mqls": 1, "customers": 1}
    both = json.loads(run("backtest", files, *outcomes, "--against", str(other)).stdout)
    assert set(both) == {*alone, *first_words("Comparison")}
    assert list(both["against"]) == first_words("Backtest")
    assert (both["gained"], both["lost"], both["against"]["mqls"]) == (1, 0, 0)


def test_explain_writes_that_object_as_json(files: Path) -> None:
    done = run("explain", files, "--lead", "ann", "--at", "2026-03-31", "--format", "json")
    written = json.loads(done.stdout)
    assert list(written) == first_words("Explanation")
    assert written["mql_at"] == "2026-03-01T09:00:00Z"
    visit = written["rules"][1]
    assert [hit["properties"] for hit in visit["hits"]] == [{"path": "/a"}]
    assert [event["occurred_at"] for event in visit["dropped"]] == ["2026-03-01T10:00:00.500000Z"]


# ---- what diff writes


def test_diff_writes_that_object_as_json(files: Path) -> None:
    old, new = files / "agreement.yaml", files / "next.yaml"
    new.write_text(AGREEMENT.replace("score >= 15", "score >= 20"), encoding="utf-8")
    done = CliRunner().invoke(app, ["diff", str(old), str(new), "--format", "json"])
    written = json.loads(done.stdout)
    assert (done.exit_code, list(written)) == (0, first_words("Diff"))
    (change,) = written["changes"]
    assert change == {
        "where": "qualify.mql",
        "says": "MQLs need at least 20 points, not at least 15.",
        "effect": "stricter",
        "why": "It is harder to reach, so fewer leads do.",
        "about": "leads",
        "old_at": {"file": str(old), "line": 10, "column": 11},
        "new_at": {"file": str(new), "line": 10, "column": 11},
    }
    assert written["effect"] == "stricter"


def test_effects_are_these() -> None:
    assert first_words("Effects") == list(Effect)


def test_mistakes_of_both_agreements_are_shown_with_their_lines(files: Path) -> None:
    old, new = files / "agreement.yaml", files / "next.yaml"
    old.write_text(AGREEMENT.replace("points: 5", "pionts: 5"), encoding="utf-8")
    new.write_text(AGREEMENT.replace("score", "scor"), encoding="utf-8")
    done = CliRunner().invoke(app, ["diff", str(old), str(new)])
    assert (done.exit_code, type(done.exception)) == (1, SystemExit)
    for said in (
        f"{old}:9:41: HR101",
        "pionts: 5, at_most",
        f"{new}:10:16: HR350",
        "{mql: scor >= 15}",
        "2 mistakes",
    ):
        assert said in done.output


# ---- what export writes


def test_export_writes_rejects_with_these_columns() -> None:
    set_up()
    from handraiser.flows.exporting import _OWN

    described = {codes(name)[0]: codes(kind)[0] for name, kind, _ in PAGE["What export writes"]}
    assert described == {name: str(kind) for name, kind in _OWN["rejects"].items()}


# ---- cases


def test_a_file_of_cases_has_these_keys(tmp_path: Path) -> None:
    assert first_words("Keys of a file") == keys_known(tmp_path, "zzzzz: 1\n")


def test_a_case_has_these_keys(tmp_path: Path) -> None:
    assert first_words("Keys of a case") == keys_known(tmp_path, "cases:\n  - zzzzz: 1\n")


def keys_known(folder: Path, text: str) -> list[str]:
    """What is said to be possible in place of a key that does not exist."""
    path = folder / "my.cases.yaml"
    path.write_text(text, encoding="utf-8")
    fixes = [wrong.fix for wrong in read_cases(path, Agreements()).mistakes if "zzzzz" in wrong.says]
    return fixes[0].removeprefix("It may have ").rstrip(".").split(", ")


# ---- diagnostics


def test_a_mistake_is_said_with_place_code_line_and_fix() -> None:
    wrong = Diagnostic(code="HR101", at=Place("a.yaml", 2, 3), says="`x` is no key.", fix="Write `y`.")
    said = render_diagnostics([wrong], source_text="a: 1\nb: x\n").splitlines()
    assert said[0] == "a.yaml:2:3: HR101 `x` is no key."
    assert said[1].endswith("| b: x")
    assert said[2].index("^") - said[1].index("b: x") == 3 - 1
    assert said[3] == "    fix: Write `y`."


def test_a_warning_says_so_behind_its_code() -> None:
    doubt = Diagnostic(code="HR130", at=Place("a.yaml", 1, 1), says="S.", fix="F.", level=Level.WARNING)
    assert render_diagnostics([doubt], source_text="").startswith(
        "a.yaml:1:1: HR130 warning: S.\n    fix: F."
    )


def test_every_code_is_explained_on_some_page() -> None:
    sources = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "src").rglob("*.py"))
    used = set(re.findall(r'"(HR\d{3})"', sources))
    pages = "".join(page.read_text(encoding="utf-8") for page in (ROOT / "docs").glob("*.md"))
    assert used
    assert used <= set(re.findall(r"^\| (HR\d{3}) \|", pages, re.MULTILINE))
