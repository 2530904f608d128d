"""docs/contract.md says what programs may build on: the API, and the library for Python."""

from __future__ import annotations

import inspect
import json
import subprocess
import sys
import typing
from typing import Any

import pytest

import handraiser as hr
from handraiser.edge.database import set_up
from handraiser.edge.web.api import answers
from pages import ROOT, codes, in_words, tables

PAGE = tables((ROOT / "docs" / "contract.md").read_text(encoding="utf-8"))

# ---- what the API answers

ANSWERS: dict[str, Any] = {name: getattr(answers, name) for name in answers.__all__}


@pytest.fixture(scope="module")
def described() -> Any:
    """The API's own description."""
    set_up()
    from handraiser.edge.web.api.routes import api

    return json.loads(json.dumps(api.get_openapi_schema(path_prefix="/api/")))


def test_the_api_has_these_addresses(described: Any) -> None:
    real = {
        f"{method.upper()} {path}": schema_of(asked)
        for path, methods in described["paths"].items()
        for method, asked in methods.items()
    }
    rows = {codes(where)[0]: codes(told)[0] for where, told, _, _ in PAGE["Addresses"]}
    assert rows == real


def schema_of(asked: Any) -> str:
    schema: str = asked["responses"]["200"]["content"]["application/json"]["schema"]["$ref"]
    return schema.rpartition("/")[2]


def test_the_api_refuses_with_these_statuses(described: Any) -> None:
    asked = [each for methods in described["paths"].values() for each in methods.values()]
    real = {status for each in asked for status in each["responses"]} - {"200"}
    assert {row[0] for row in PAGE["Statuses"]} == real | {"405"}


def test_an_address_takes_these_parameters_and_keys(described: Any) -> None:
    for where, _, parameters, scope in PAGE["Addresses"]:
        method, path = codes(where)[0].split()
        asked = described["paths"][path][method.lower()]
        assert codes(parameters) == [each["name"] for each in asked["parameters"] if each["in"] == "query"]
        assert asked["security"] == [{{"read": "Reading", "write": "Writing"}[codes(scope)[0]]: []}]


@pytest.mark.parametrize("name", list(ANSWERS))
def test_an_answer_has_these_keys(name: str, described: Any) -> None:
    hints = typing.get_type_hints(ANSWERS[name])
    real = {field: in_words(hints[field]) for field in ANSWERS[name].__struct_fields__}
    assert {codes(key)[0]: kind for key, kind, _ in PAGE[name]} == real
    assert list(described["components"]["schemas"][name]["properties"]) == list(real)


# ---- Python


def test_the_library_gives_these_names() -> None:
    assert [codes(row[0])[0] for row in PAGE["Python"]] == hr.__all__
    for name in hr.__all__:
        assert getattr(hr, name).__name__ == name


@pytest.mark.parametrize("row", PAGE["Parameters"], ids=lambda row: row[0].strip("`"))
def test_a_function_has_these_parameters(row: list[str]) -> None:
    function = getattr(hr, codes(row[0])[0])
    assert list(inspect.signature(function).parameters) == codes(row[1])


def test_importing_the_library_loads_no_engine() -> None:
    code = "import sys, handraiser; sys.exit('numba' in sys.modules or 'duckdb' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
