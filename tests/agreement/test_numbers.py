"""Every number that a page offers can be changed, and is the agreement's own as long as it stays."""

from __future__ import annotations

from pathlib import Path

import pytest

from handraiser.agreement import load
from handraiser.agreement.changing import but_for_threshold, changed
from handraiser.agreement.numbers import parameters, value_of
from handraiser.errors import Mistakes

EXAMPLE = load(Path(__file__).parent / "example.yaml")
SHORT = load("""
agreement: short
fit: {rules: [{rule: big, when: lead.size > 50, points: 1.5}]}
engagement:
  rules:
    - {rule: visit, event: Visit, points: "least(price / 10, 20)", decay: steps 20% every 2 days}
    - {rule: quiet, silent_for: 45 days, points: -10, title: Gone quiet}
score: {max: 90}
qualify: {mql: visit or score > 12.5}
""")


def names(agreement: object) -> list[str]:
    return [each.name for part in parameters(agreement) for each in part.parameters]  # type: ignore[arg-type]


@pytest.mark.parametrize("agreement", [EXAMPLE, SHORT], ids=["example", "short"])
def test_a_number_set_to_what_it_is_changes_nothing(agreement: object) -> None:
    assert len(names(agreement)) > 5
    for part in parameters(agreement):  # type: ignore[arg-type]
        for each in part.parameters:
            same = changed(agreement, {each.name: value_of(each.value)})  # type: ignore[arg-type]
            assert same.fingerprint == agreement.fingerprint, each.name  # type: ignore[attr-defined]


def test_numbers_stand_as_the_agreement_has_them() -> None:
    assert names(SHORT) == [
        "threshold", "big.points", "visit.points", "visit.decay", "quiet.points", "quiet.silent_for",
        "score.max",
    ]  # fmt: skip
    told = {each.name: (part.title, each) for part in parameters(SHORT) for each in part.parameters}
    title, quiet = told["quiet.silent_for"]
    assert (title, quiet.part.number, quiet.part.after, quiet.low) == ("Gone quiet", 45, " days", 1)
    assert (told["quiet.points"][1].low, told["quiet.points"][1].high) == (-20, 0)
    assert told["visit.decay"][1].part.number is None  # there are two numbers in it
    bands = [name for name in names(EXAMPLE) if name.startswith("seniority.")]
    assert bands == ["seniority.points.1.points", "seniority.points.2.points"]


def test_a_band_is_named_by_its_place() -> None:
    other = changed(EXAMPLE, {"seniority.points.2.points": 7})
    (rule,) = (each for each in other.fit.rules if each.name == "seniority")
    assert [band.points for band in rule.bands] == [20, 7]  # type: ignore[union-attr]
    with pytest.raises(Mistakes, match="HR606"):
        changed(EXAMPLE, {"seniority.points.3.points": 7})


def test_agreements_that_differ_in_the_threshold_alone_are_the_same_but_for_it() -> None:
    higher, other = changed(SHORT, {"threshold": 40}), changed(SHORT, {"score.max": 91})
    assert but_for_threshold(higher) == but_for_threshold(SHORT) != but_for_threshold(other)
