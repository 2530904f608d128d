"""What a shell user meets: files that are not there, one name twice, what goes to which stream, help."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

import handraiser as hr
from commands import COMMANDS, FIRST
from handraiser.edge.cli import app

AGREEMENT = """agreement: {name}
fit: {{rules: []}}
engagement: {{rules: [{{rule: visit, event: Page Viewed, points: 5}}]}}
qualify: {{mql: visit}}
"""
CASES = """agreement: crm.yaml
at: 2026-03-31
leads: [{lead_id: ann}]
cases:
  - {case: nobody came, expect: [{lead_id: ann, score: 0}]}
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder to stand in, with agreements, data and a file of cases."""
    monkeypatch.chdir(tmp_path)
    for name in ("crm", "erp"):
        (tmp_path / f"{name}.yaml").write_text(AGREEMENT.format(name=name), encoding="utf-8")
    (tmp_path / "leads.csv").write_text("lead_id\nann\n", encoding="utf-8")
    (tmp_path / "events.csv").write_text(
        "lead_id,event,occurred_at\nann,Page Viewed,2026-03-01\n", encoding="utf-8"
    )
    (tmp_path / "cases").mkdir()
    (tmp_path / "crm.cases.yaml").write_text(CASES, encoding="utf-8")
    return tmp_path


def run(*words: str) -> Any:
    return CliRunner().invoke(app, list(words))


DATA = ("--leads", "leads.csv", "--events", "events.csv", "--at", "2026-03-31")


# ---- which agreement


@pytest.mark.parametrize(
    ("given", "says", "fix"),
    [
        ("crn.yaml", "There is no such file.", "Did you mean `crm.yaml`?"),
        ("crm", "There is no such file.", "Did you mean `crm.yaml`?"),
        ("erp.yml", "There is no such file.", "Did you mean `erp.yaml`?"),
        ("nope.yaml", "There is no such file.", "Name the file of an agreement: crm.yaml, erp.yaml."),
        ("nowhere/crm.yaml", "There is no such file, and no folder `nowhere`.", "Look at the folder's name."),
        (".", "This is a folder, not a file.", "Name the file of an agreement: crm.yaml, erp.yaml."),
        ("cases", "This is a folder, not a file.", "Name the file of an agreement."),
    ],
)
def test_an_agreement_that_is_not_there_is_answered_in_a_line(
    folder: Path, given: str, says: str, fix: str
) -> None:
    done = run("check", given)
    assert done.exit_code == 1
    assert done.stdout.splitlines() == [f"{given}:1:1: HR227 {says}", f"    fix: {fix}", "1 mistake"]


def test_of_a_folder_with_one_agreement_that_one_is_meant(folder: Path) -> None:
    (folder / "erp.yaml").unlink()
    assert "fix: Did you mean `./crm.yaml`?" in run("check", ".").stdout
    assert f"fix: Did you mean `{folder}/crm.yaml`?" in run("check", str(folder)).stdout


@pytest.mark.parametrize("name", ["leads.csv", "leads.parquet", "leads.xlsx", "events.jsonl.gz"])
def test_a_file_of_data_is_no_agreement_and_is_told_so_in_a_line(folder: Path, name: str) -> None:
    (folder / name).write_bytes(b"PK\x03\x04\0\0 \xff,: [\n'")
    done = run("check", name)
    assert done.exit_code == 1
    assert done.stdout.splitlines() == [
        f"{name}:1:1: HR228 This is a file of data by its ending; an agreement is a YAML file.",
        "    fix: Name the file of an agreement: crm.yaml, erp.yaml.",
        "1 mistake",
    ]


def test_a_file_that_is_no_text_is_told_so_in_a_line(folder: Path) -> None:
    (folder / "odd.yaml").write_bytes(b"PK\x03\x04\0\0 \xff,: [\n'")
    assert run("check", "odd.yaml").stdout.startswith("odd.yaml:1:1: HR228 This is no text.")


# ---- several agreements


def test_two_agreements_of_one_name_are_a_mistake_that_names_both_files(folder: Path) -> None:
    (folder / "erp.yaml").write_text("# ours\n" + AGREEMENT.format(name="crm"), encoding="utf-8")
    done = run("score", "crm.yaml", "erp.yaml", *DATA)
    assert done.exit_code == 1
    assert done.stderr.splitlines() == [
        "erp.yaml:2:12: HR604 `crm` is the name of crm.yaml, too, and rows are told apart by it.",
        "     2 | agreement: crm",
        "       |            ^",
        "    fix: Give one of the two another name behind `agreement:`.",
        "1 mistake",
    ]


def test_one_file_given_twice_is_a_mistake(folder: Path) -> None:
    done = run("score", "crm.yaml", "./crm.yaml", *DATA)
    assert done.exit_code == 1
    assert "crm.yaml:1:12: HR604 The agreement is given twice." in done.stderr
    assert "fix: Name it once." in done.stderr


def test_two_agreements_without_a_name_have_one_name(folder: Path) -> None:
    for name in ("crm", "erp"):
        text = AGREEMENT.format(name=name).partition("\n")[2]
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    done = run("score", "crm.yaml", "erp.yaml", *DATA)
    assert "erp.yaml:1:1: HR604 `default` is the name of crm.yaml, too" in done.stderr


def test_from_python_too_two_agreements_of_one_name_are_a_mistake() -> None:
    crm = hr.load(AGREEMENT.format(name="crm"))
    with pytest.raises(hr.Mistakes) as caught:
        hr.score([crm, crm], leads=[{"lead_id": "ann"}], events=[])
    assert [each.code for each in caught.value.diagnostics] == ["HR604"]


def test_mistakes_of_several_agreements_are_shown_with_their_lines(folder: Path) -> None:
    for name in ("crm", "erp"):
        text = AGREEMENT.format(name=name).replace("points", "pionts")
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    shown = run("score", "crm.yaml", "erp.yaml", *DATA).stderr
    assert shown.count("pionts: 5}") == 2


# ---- streams


def test_what_check_finds_is_what_was_asked_for(folder: Path) -> None:
    (folder / "crm.yaml").write_text(
        AGREEMENT.format(name="crm").replace("points", "pionts"), encoding="utf-8"
    )
    done = run("check", "crm.yaml")
    assert "HR101" in done.stdout
    assert done.stderr == ""


def test_what_test_finds_is_what_was_asked_for(folder: Path) -> None:
    for given in ("nowhere", "cases", "crm.cases.yaml"):
        (folder / "crm.cases.yaml").write_text(CASES.replace("score", "scor"), encoding="utf-8")
        done = run("test", given)
        assert done.exit_code == 1
        assert "HR7" in done.stdout
        assert done.stderr == ""


def test_a_mistake_of_another_command_stands_apart_from_what_was_asked_for(folder: Path) -> None:
    done = run("score", "nope.yaml", *DATA, "--out", "-")
    assert done.stdout == ""
    assert "HR227" in done.stderr


# ---- cases


def test_a_file_of_cases_can_be_run_by_itself(folder: Path) -> None:
    (folder / "cases" / "broken.cases.yaml").write_text("cases: 3\n", encoding="utf-8")
    done = run("test", "crm.cases.yaml")
    assert (done.exit_code, done.stdout) == (0, "1 case in 1 file: 1 passed, 0 failed.\n")


def test_another_file_is_no_file_of_cases(folder: Path) -> None:
    done = run("test", "crm.yaml")
    assert done.exit_code == 1
    assert done.stdout.splitlines()[:2] == [
        "crm.yaml:1:1: HR702 This is no file of cases: their names end in `.cases.yaml`.",
        "    fix: Did you mean `crm.cases.yaml`?",
    ]


def test_a_folder_that_is_not_there_comes_with_the_nearest(folder: Path) -> None:
    done = run("test", "caes")
    assert "caes:1:1: HR701 There is no such folder or file." in done.stdout
    assert done.stdout.endswith("fix: Did you mean `cases`?\n1 mistake\n")


# ---- one and many


def test_one_is_no_plural(folder: Path) -> None:
    assert run("check", "crm.yaml").stdout.startswith("crm.yaml: no mistakes. 1 rule, fingerprint ")
    said = run("score", "crm.yaml", *DATA).stdout
    assert ": 1 lead, 1 became an MQL, 1 qualifies now." in said
    assert said.endswith("1 event read.\n")


def test_warnings_alone_leave_the_agreement_sound(folder: Path) -> None:
    (folder / "crm.yaml").write_text(
        AGREEMENT.format(name="crm").replace("fit: {", "fit: {grades: {A: 5}, "), encoding="utf-8"
    )
    done = run("check", "crm.yaml")
    assert done.exit_code == 0
    *_, counted, verdict = done.stdout.splitlines()
    assert counted == "1 warning"
    assert verdict.startswith("crm.yaml: no mistakes. 1 rule, fingerprint ")


# ---- help


def test_the_version_is_told() -> None:
    done = run("--version")
    assert done.exit_code == 0
    assert re.fullmatch(r"handraiser \d+\.\d+\.\d+\n", done.stdout)


def test_the_first_help_names_every_command_with_what_it_does() -> None:
    said = run("--help").stdout
    for name, command in FIRST.items():
        assert re.search(rf"^  {name} +{re.escape(command.help.split('.')[0][:40])}", said, re.MULTILINE)
    assert "--version" in said


@pytest.mark.parametrize("name", list(COMMANDS))
def test_the_help_of_a_command_says_it_all(name: str) -> None:
    done = run(*name.split(), "--help")
    said = done.stdout
    assert done.exit_code == 0
    assert max(map(len, said.splitlines())) <= 80
    for parameter in COMMANDS[name].params:
        called = parameter.metavar if parameter.param_type_name == "argument" else parameter.opts[0]
        assert re.search(rf"^  {re.escape(called)} ", said, re.MULTILINE), called
    assert "\nExamples:\n  handraiser " in said or "\nExample:\n  handraiser " in said
    assert "\nExit codes: 0 done, 1 a mistake in what was given, 2 misuse, 3 the world failed.\n" in said
    assert not re.search(r"<(path|bool|str|int|list)|\{", said)


def test_the_help_shows_what_must_be_given_in_the_line_of_its_use() -> None:
    said = run("score", "--help").stdout
    assert said.startswith("Usage: handraiser score AGREEMENT... --leads FILE --events FILE [OPTIONS]\n")


def test_every_example_of_the_help_is_a_command_that_exists() -> None:
    for name in COMMANDS:
        shown = run(*name.split(), "--help").stdout.partition("Example")[2]
        for line in re.findall(r"^  handraiser (.*(?:\\\n.*)*)", shown, re.MULTILINE):
            words = line.replace("\\\n", " ").split()
            given = name.split()
            known = {option for parameter in COMMANDS[name].params for option in parameter.opts}
            assert words[: len(given)] == given
            assert {word for word in words if word.startswith("--")} <= known


def test_who_stops_it_while_it_is_still_being_loaded_reads_a_line() -> None:
    stopping = (
        "import sys\n"
        "class Stopped:\n"
        "    def find_spec(self, name, *more):\n"
        "        if name == 'typer': raise KeyboardInterrupt\n"
        "sys.meta_path.insert(0, Stopped())\n"
        "from handraiser.edge.program import main\n"
        "main()\n"
    )
    done = subprocess.run([sys.executable, "-c", stopping], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (130, "")
    assert done.stderr == "Stopped; nothing was left half written.\n"


def test_misuse_is_told_in_a_line() -> None:
    done = run("score", "crm.yaml", "--leds", "x.csv")
    assert done.exit_code == 2
    assert "Error: No such option: --leds" in done.stderr
    assert "--leads" in done.stderr


def test_what_comes_from_data_commands_no_terminal_and_is_no_mark_up(folder: Path) -> None:
    odd = "[/b] \x1b[31mred"
    (folder / "leads.csv").write_text(f'lead_id,valid_from\n"{odd}",\n"b\nc",soon\n"{odd}2","a\x1b[1mb"\n')
    (folder / "events.csv").write_text(f'lead_id,event,occurred_at\n"{odd}",Visit,2026-03-01\n')
    done = run("score", "crm.yaml", *DATA)
    assert done.exit_code == 0, done.output
    assert "[/b]" in done.stdout
    assert "\x1b" not in done.output
    missing = run("explain", "crm.yaml", *DATA, "--lead", "nobody\x1b[31m")
    assert missing.exit_code == 1
    assert "\x1b" not in missing.output
