"""Are the sick files sick in the way, and in the lines, that diseases.csv says?"""

from __future__ import annotations

import csv
from datetime import UTC, datetime
from pathlib import Path

import pytest

from handraiser.edge.acme import make_acme, write_dirty

Cases = dict[tuple[str, str], int]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("dirty")
    write_dirty(make_acme(end=datetime(2026, 6, 30, tzinfo=UTC), leads=2000), target)
    return target


@pytest.fixture(scope="module")
def diseases(folder: Path) -> Cases:
    with (folder / "diseases.csv").open(encoding="utf-8", newline="") as lines:
        return {(row["file"], row["disease"]): int(row["line"]) for row in csv.DictReader(lines)}


def line(folder: Path, diseases: Cases, file: str, disease: str) -> bytes:
    return (folder / file).read_bytes().split(b"\n")[diseases[file, disease] - 1]


def test_every_file_has_its_diseases(diseases: Cases) -> None:
    assert {file for file, _ in diseases} == {"leads.csv", "companies.csv", "events.csv", "outcomes.csv"}
    assert len(diseases) >= 35


@pytest.mark.parametrize(
    ("file", "disease", "sign"),
    [
        ("leads.csv", "latin-1 byte in a name", b"M\xfcller"),
        ("leads.csv", "no lead_id", b","),
        ("leads.csv", "number with a fraction for a lead_id", b"10452.0,"),
        ("leads.csv", "blanks around a lead_id", b" L0"),
        ("companies.csv", "number written for people", b'"1,200"'),
        ("outcomes.csv", "unknown stage", b"L0"),
    ],
)
def test_the_disease_is_in_its_line(
    folder: Path, diseases: Cases, file: str, disease: str, sign: bytes
) -> None:
    assert sign in line(folder, diseases, file, disease)


@pytest.mark.parametrize(
    ("file", "disease", "sign"),
    [
        ("leads.csv", "day that does not exist", b"2026-02-30T10:00:00Z"),
        ("leads.csv", "line break in a cell", b'"Director'),
        ("leads.csv", "quotes in a cell", b'"VP ""Growth"", Sales"'),
        ("events.csv", "serial number of a spreadsheet", b"46022.4375"),
        ("events.csv", "unknown verdict", b"bot?"),
        ("outcomes.csv", "unknown reason", b"changed_their_mind"),
    ],
)
def test_the_sick_value_is_there(folder: Path, diseases: Cases, file: str, disease: str, sign: bytes) -> None:
    assert sign in line(folder, diseases, file, disease)


def test_short_long_and_empty_lines_are_so(folder: Path, diseases: Cases) -> None:
    width = (folder / "leads.csv").read_bytes().split(b"\n")[0].count(b",")
    assert line(folder, diseases, "leads.csv", "short row").count(b",") == 1
    assert line(folder, diseases, "leads.csv", "long row").count(b",") == width + 2
    assert line(folder, diseases, "leads.csv", "empty line") == b""


def test_only_the_leads_begin_with_a_byte_order_mark(folder: Path) -> None:
    marked = {p.name for p in folder.iterdir() if p.read_bytes().startswith(b"\xef\xbb\xbf")}
    assert marked == {"leads.csv"}


def test_the_leads_cannot_be_read_as_utf_8(folder: Path) -> None:
    with pytest.raises(UnicodeDecodeError):
        (folder / "leads.csv").read_text(encoding="utf-8")
