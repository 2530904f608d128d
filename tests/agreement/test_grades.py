"""Grades that no lead can have, or that fall where they should rise, are warned of."""

from __future__ import annotations

import pytest
from agreement_texts import HERE, expected, found_in, written

from handraiser import agreement
from handraiser.errors import Level


def graded(
    grades: str, *, rules: str = "{rule: r, when: lead.x = 1, points: 50}", more: str = "", groups: str = "{}"
) -> str:
    return written(fit=f"  grades: {grades}\n  rules: [{rules}]\n  groups: {groups}\n{more}")


def only(text: str) -> tuple[str, str]:
    (found,) = agreement.read(text.replace(HERE, ""))[1]
    assert found.level is Level.WARNING
    return found.says, found.fix


@pytest.mark.parametrize(
    "grades",
    [
        "{A: 40, B: 25, C: 10}",
        "{C: 10, B: 25, A: 40}",
        "{gold: 10, silver: 40}",
        "{A: 40, C: 10, D: 0}",
        "{C: 0}",
    ],
)
def test_grades_that_fall_with_fit_are_sound_in_whatever_order_they_are_written(grades: str) -> None:
    assert found_in(graded(grades)) == []


def test_a_worse_letter_with_a_greater_bound_is_warned_of() -> None:
    text = graded("{A: 10, ‸B: 25, C: 40}")
    assert found_in(text) == expected(text, "HR132")
    assert only(text) == (
        "Grade `B` begins at 25, above grade `A` at 10.",
        "Give the better grade the greater bound, as in `{A: 40, B: 25, C: 10}`.",
    )


def test_a_letter_behind_d_is_warned_of_since_d_is_what_lies_below_all() -> None:
    text = graded("{A: 40, D: 10, ‸F: 0}")
    assert found_in(text) == expected(text, "HR132")
    assert only(text)[0] == "Grade `F` begins at 0, above grade `D`, which is whatever lies below all bounds."


UNREACHABLE = {
    "more points than the rules give": graded("{‸A: 60, B: 50}"),
    "more than fit may be": graded("{‸A: 40, B: 30}", more="  max: 30"),
    "more than a rule may give": graded(
        "{‸A: 40, B: 30}", rules="{rule: r, when: lead.x = 1, points: lead.x, max: 30}"
    ),
    "more than a group may give": graded(
        "{‸A: 40, B: 30}",
        rules="{rule: r, when: lead.x = 1, points: 50, group: g}",
        groups="{g: {max: 30}}",
    ),
    "more than the best band gives": graded(
        "{‸A: 40, B: 30}",
        rules="{rule: r, points: [{when: lead.x = 1, points: 30}, {when: lead.x = 2, points: 5}]}",
    ),
    "less than fit ever is": graded("{A: 40, B: 0, ‸C: -10}"),
}


@pytest.mark.parametrize("case", UNREACHABLE)
def test_a_grade_that_no_lead_can_have_is_warned_of(case: str) -> None:
    text = UNREACHABLE[case]
    assert found_in(text) == expected(text, "HR133")


def test_the_warning_says_how_far_fit_reaches() -> None:
    assert only(UNREACHABLE["more points than the rules give"]) == (
        "No lead can have grade `A`: it begins at 60, and fit is at most 50.",
        "Lower its bound, or give more points.",
    )
    assert only(UNREACHABLE["less than fit ever is"]) == (
        "No lead can have grade `C`: fit is at least 0, where a better one has begun.",
        "Take it away, or raise the bound of the better one.",
    )


@pytest.mark.parametrize(
    "rules",
    [
        "{rule: r, when: lead.x = 1, points: lead.x}",
        "{rule: r, when: lead.x, points: 0.1}, {rule: s, when: lead.x, points: 0.7}, "
        "{rule: t, when: lead.x, points: 49.2}",
    ],
)
def test_nothing_is_guessed_of_expressions_and_sums_are_rounded(rules: str) -> None:
    assert found_in(graded("{A: 50}", rules=rules)) == []


def test_nothing_more_is_said_of_a_section_with_mistakes() -> None:
    text = graded("{A: 400}", rules="{rule: r, when: lead.x = 1, points: ‸5 points}")
    assert found_in(text) == expected(text, "HR103")
