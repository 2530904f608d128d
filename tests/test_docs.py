"""What the documentation shows is what happens: its examples are run, its links lead somewhere."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

import handraiser as hr
from handraiser.agreement.vocabulary import KEYS, RESERVED
from handraiser.edge.cli import app
from oracle import Oracle
from oracle_facts import instant
from pages import PAGES, ROOT, blocks, yaml_of

LANGUAGE = ROOT / "docs" / "agreement.md"
INPUTS = ("leads", "companies", "events", "outcomes")
_LINK = re.compile(r"\]\((?!https?:)(?P<path>[^)#]*)(?:#(?P<anchor>[^)]*))?\)")


def examples() -> list[Any]:
    """Each case of the page with the agreement before it, filled up with what the page says it leaves out."""
    found, defaults, agreement = [], "", ""
    for block in blocks(LANGUAGE):
        match block.info:
            case "yaml defaults":
                defaults = block.text
            case "yaml agreement":
                given = yaml_of(block.text)
                missing = [line for line in defaults.splitlines() if line.split(":")[0] not in given]
                agreement = block.text + "\n".join(missing) + "\n"
            case "yaml case":
                case = {name: [] for name in INPUTS} | yaml_of(block.text)
                found.append(pytest.param(agreement, case, id=f"line {block.line}"))
    return found


def wanted(case: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The columns that are expected of each lead."""
    found: dict[str, dict[str, Any]] = {}
    for row in case["expect"]:
        columns = {name: value for name, value in row.items() if name != "lead_id"}
        found.setdefault(row["lead_id"], {}).update(columns)
    return found


def keys_in(value: Any) -> set[str]:
    match value:
        case dict():
            return set(value).union(*map(keys_in, value.values()))
        case list():
            return set().union(*map(keys_in, value))
    return set()


def test_the_language_page_shows_every_key_and_every_word() -> None:
    texts = [block.text for block in blocks(LANGUAGE) if block.info == "yaml agreement"]
    days = set(KEYS["handoff.hours"]) - {"holidays", "timezone"}
    assert set().union(*KEYS.values()) - days <= set().union(*(keys_in(yaml_of(text)) for text in texts))
    assert set(re.findall(r"\w+", " ".join(texts))) >= RESERVED


@pytest.mark.parametrize(("agreement", "case"), examples())
def test_the_engine_gives_what_the_language_page_says(agreement: str, case: dict[str, Any]) -> None:
    given = {name: case[name] or None for name in INPUTS} | {"events": case["events"]}
    table = hr.score(hr.load(agreement), **given, at=case["at"], points=True)
    found = {row["lead_id"]: row for row in table.to_pylist()}
    for lead, row in wanted(case).items():
        shown = {name: found[lead][name] for name in row}
        if shown.get("mql_at") is not None:
            shown["mql_at"] = shown["mql_at"].isoformat().replace("+00:00", "Z")
        assert shown == row, lead


@pytest.mark.parametrize(("agreement", "case"), examples())
def test_the_oracle_gives_what_the_language_page_says(agreement: str, case: dict[str, Any]) -> None:
    oracle = Oracle(agreement, *(case[name] for name in INPUTS))
    for lead, row in wanted(case).items():
        result = oracle.score(lead, case["at"])
        points = {f"points_{rule}": value for rule, value in result.points.items()}
        for name, value in row.items():
            if name == "mql_at":
                assert oracle.mql_at(lead, case["at"]) == instant(value), lead
            else:
                assert (points[name] if name in points else getattr(result, name)) == value, (lead, name)


@pytest.fixture
def folder(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the files that a page shows under their names, to stand in."""
    for block in blocks(request.param):
        *_, name = block.info.split()
        if "." in name:
            (tmp_path / name).write_text(block.text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def shown(kind: str) -> list[Any]:
    return [
        pytest.param(page, block.text, id=f"{page.name} line {block.line}")
        for page in PAGES
        for block in blocks(page)
        if block.info == kind
    ]


@pytest.mark.parametrize(("folder", "text"), shown("python"), indirect=["folder"])
def test_python_examples_run(folder: Path, text: str) -> None:
    exec(compile(text, "example", "exec"), {})  # noqa: S102  our own documentation


@pytest.mark.parametrize(("folder", "text"), shown("console"), indirect=["folder"])
def test_commands_say_what_the_page_shows(folder: Path, text: str) -> None:
    command, _, expected = text.partition("\n")
    done = CliRunner().invoke(app, shlex.split(command.removeprefix("$ handraiser ")))
    assert done.exit_code == 0, done.output
    assert [line.rstrip() for line in done.output.splitlines()] == expected.splitlines()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    for link in _LINK.finditer(page.read_text(encoding="utf-8")):
        target = (page.parent / link["path"]).resolve() if link["path"] else page
        assert target.exists(), link.group()
        if link["anchor"]:
            headings = re.findall(r"^#+ (.*)$", target.read_text(encoding="utf-8"), re.MULTILINE)
            assert link["anchor"] in {anchor(heading) for heading in headings}, link.group()


def test_the_architecture_names_files_that_exist() -> None:
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    for name in re.findall(r"`([\w*]+\.py)`", page):
        assert [*ROOT.glob(f"src/handraiser/**/{name}"), *ROOT.glob(f"tests/{name}")], name


def anchor(heading: str) -> str:
    """The name by which readers of Markdown link to a heading."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
