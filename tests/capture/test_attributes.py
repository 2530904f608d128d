"""What the rows say that pieces of knowledge amount to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from handraiser.capture.attributes import Patch, Row, rows_of


def patch(valid_from: int, known_at: int, company: str | None = None, **values: Any) -> Patch:
    return Patch(valid_from, known_at, values, company)


def test_a_patch_adds_to_what_held_before() -> None:
    assert rows_of([patch(10, 10, job="cto"), patch(20, 20, "acme", country="US")]) == [
        Row(10, 10, {"job": "cto"}, None),
        Row(20, 20, {"job": "cto", "country": "US"}, "acme"),
    ]


def test_null_takes_a_value_away_and_a_company_stays() -> None:
    rows = rows_of([patch(10, 10, "acme", job="cto", plan="pro"), patch(20, 20, plan=None)])
    assert rows[-1] == Row(20, 20, {"job": "cto"}, "acme")


def test_a_late_patch_is_seen_in_later_rows_until_another_says_otherwise() -> None:
    rows = rows_of(
        [
            patch(10, 10, job="rep"),
            patch(30, 30, job="cto"),
            patch(40, 40, plan="pro"),
            patch(20, 50, job="head", a=1),
        ]
    )
    assert rows[3:] == [
        Row(20, 50, {"job": "head", "a": 1}, None),
        Row(30, 50, {"job": "cto", "a": 1}, None),
        Row(40, 50, {"job": "cto", "plan": "pro", "a": 1}, None),
    ]


def test_a_late_patch_that_later_ones_hide_is_said_once() -> None:
    rows = rows_of([patch(30, 30, job="cto"), patch(20, 50, job="rep")])
    assert rows == [Row(30, 30, {"job": "cto"}, None), Row(20, 50, {"job": "rep"}, None)]


def test_saying_the_same_again_makes_no_row() -> None:
    assert len(rows_of([patch(at, at, "acme", job="cto") for at in range(1_000)])) == 1


def test_what_was_said_again_without_a_row_still_holds_against_a_late_patch() -> None:
    rows = rows_of([patch(10, 10, job="cto"), patch(30, 30, job="cto"), patch(20, 40, job="rep")])
    assert rows[1:] == [Row(20, 40, {"job": "rep"}, None), Row(30, 40, {"job": "cto"}, None)]


def test_true_one_and_one_point_naught_are_three_values() -> None:
    values: list[Any] = [True, 1, 1.0, [True], [1]]
    rows = rows_of([patch(at, at, a=value) for at, value in enumerate(values)])
    assert [repr(row.values["a"]) for row in rows] == ["True", "1", "1.0", "[True]", "[1]"]


def test_the_first_patch_makes_a_row_though_it_says_nothing() -> None:
    assert rows_of([patch(10, 10)]) == [Row(10, 10, {}, None)]
    assert rows_of([]) == []


_VALUES = st.sampled_from([None, 1, True, "x", [1], {"a": None}])
_PATCHES = st.lists(
    st.builds(
        Patch,
        st.integers(0, 6),
        st.integers(0, 6),
        st.dictionaries(st.sampled_from("ab"), _VALUES),
        st.sampled_from([None, None, "acme", "beta"]),
    ),
    max_size=8,
).map(lambda patches: sorted(patches, key=lambda each: each.known_at))


def read_slowly(patches: Sequence[Patch], at: int, known: int) -> tuple[Mapping[str, Any], str | None] | None:
    counting = [each for each in patches if each.valid_from <= at and each.known_at <= known]
    values: dict[str, Any] = {}
    company = None
    for each in sorted(counting, key=lambda one: (one.valid_from, one.known_at)):
        values.update(each.values)
        company = each.company or company
    left = {name: value for name, value in values.items() if value is not None}
    return (left, company) if counting else None


def read_rows(rows: Sequence[Row], at: int, known: int) -> tuple[Mapping[str, Any], str | None] | None:
    counting = [row for row in rows if row.valid_from <= at and row.known_at <= known]
    if not counting:
        return None
    holds = max(counting, key=lambda row: (row.valid_from, row.known_at))
    return holds.values, holds.company


def exactly(found: tuple[Mapping[str, Any], str | None] | None) -> str:
    """As text: to Python true, 1 and 1.0 are the same."""
    return repr(found and (sorted(found[0].items()), found[1]))


@given(_PATCHES)
def test_rows_and_patches_agree_as_of_any_instant_and_known_by_any(patches: list[Patch]) -> None:
    rows = rows_of(patches)
    for at in range(-1, 8):
        for known in range(-1, 8):
            assert exactly(read_rows(rows, at, known)) == exactly(read_slowly(patches, at, known))


@given(_PATCHES, st.integers(0, 6))
def test_what_becomes_known_later_changes_no_row_that_was_said(patches: list[Patch], known: int) -> None:
    so_far = rows_of([each for each in patches if each.known_at <= known])
    assert [row for row in rows_of(patches) if row.known_at <= known] == so_far


@given(_PATCHES)
def test_no_two_rows_have_both_times_in_common(patches: list[Patch]) -> None:
    rows = rows_of(patches)
    assert len({(row.valid_from, row.known_at) for row in rows}) == len(rows)
    assert [row.known_at for row in rows] == sorted(row.known_at for row in rows)


@given(_PATCHES)
def test_the_patches_are_left_as_they_were(patches: list[Patch]) -> None:
    before = repr(patches)
    for row in rows_of(patches):
        row.values["a"] = "changed"
    assert repr(patches) == before
