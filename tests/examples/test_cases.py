"""The cases of the examples are right by the oracle too, which shares nothing with the engine."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML
from ruamel.yaml.constructor import SafeConstructor

from oracle import Oracle
from oracle_facts import instant

EXAMPLES = Path(__file__).parents[2] / "examples"
INPUTS = ("leads", "companies", "events", "outcomes")


class TimesAsText(SafeConstructor):
    """YAML's own reading of times forgets their offsets; the oracle reads the text."""


TimesAsText.add_constructor("tag:yaml.org,2002:timestamp", SafeConstructor.construct_yaml_str)


def read_cases() -> list[Any]:
    yaml, found = YAML(typ="safe", pure=True), []
    yaml.Constructor = TimesAsText
    for path in sorted((EXAMPLES / "cases").rglob("*.cases.yaml")):
        file = yaml.load(path)
        agreement = (path.parent / file["agreement"]).read_text(encoding="utf-8")
        for case in file["cases"]:
            whole = {"at": file["at"], **{name: file.get(name, []) for name in INPUTS}, **case}
            found.append(pytest.param(agreement, whole, id=f"{path.parent.name}: {case['case']}"))
    return found


def answers(oracle: Oracle, lead: str, at: str) -> dict[str, Any]:
    result = oracle.score(lead, at)
    plain = {name: getattr(result, name) for name in ("score", "fit", "engagement", "grade", "qualified")}
    points = {f"points_{rule}": value for rule, value in result.points.items()}
    return plain | points | {"mql_at": oracle.mql_at(lead, at)}


@pytest.mark.parametrize(("agreement", "case"), read_cases())
def test_the_oracle_expects_the_same(agreement: str, case: dict[str, Any]) -> None:
    oracle = Oracle(agreement, *(case[name] for name in INPUTS))
    assert case["expect"]
    for expected in case["expect"]:
        found = answers(oracle, expected["lead_id"], case["at"])
        for column in expected.keys() - {"lead_id"}:
            value = instant(expected[column]) if column == "mql_at" else expected[column]
            assert found[column] == value, f"{expected['lead_id']}: {column}"
