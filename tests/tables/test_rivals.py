"""Several rows of one lead or company that nothing tells apart in time: the last one holds."""

from __future__ import annotations

import pytest
from inputs_given import opened, rows

NONE = "several rows of this lead have no valid_from; this one, the last of them, holds"
SAME = "several rows of this lead have the same valid_from; this one, the last of them, holds"


def doubts(*leads: dict[str, object]) -> list[tuple[str, int, str]]:
    """Why rows of leads are used with a doubt, how many, and where the first stands."""
    inputs = opened(leads=list(leads))
    assert len(rows(inputs, "leads", "lead_id")) == len(leads)
    assert all(each.used for each in inputs.rejects)
    return [(each.reason, each.rows, each.example.split(":")[0]) for each in inputs.rejects]


def test_rows_without_valid_from_that_differ_are_told_with_the_one_that_holds():
    ann = {"lead_id": "ann", "country": "US"}
    ben = {"lead_id": "ben", "country": "US"}
    leads = [ann, ben, ann | {"country": "DE"}, ben | {"country": None}, ann | {"country": "FR"}]
    assert doubts(*leads) == [(NONE, 2, "row 4")]


def test_rows_that_say_the_same_are_no_doubt():
    ann = {"lead_id": "ann", "country": "US"}
    assert doubts(ann, ann, {"lead_id": "ben"}) == []


def test_another_company_is_a_difference():
    assert doubts({"lead_id": "ann", "company_id": "a"}, {"lead_id": "ann", "company_id": "b"})[0][1] == 1


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ({"valid_from": "2026-01-01"}, {"valid_from": "2026-01-01"}, [(SAME, 1, "row 2")]),
        ({"valid_from": "2026-01-01"}, {"valid_from": "2026-01-02"}, []),
        ({"valid_from": "2026-01-01"}, {}, []),
        ({"known_at": "2026-01-01"}, {"known_at": "2026-01-01"}, [(NONE, 1, "row 2")]),
        ({"known_at": "2026-01-01"}, {"known_at": "2026-01-02"}, []),
        # Known from when it is valid, unless something else is said.
        (
            {"valid_from": "2026-01-01", "known_at": "2026-01-01"},
            {"valid_from": "2026-01-01"},
            [(SAME, 1, "row 2")],
        ),
    ],
)
def test_what_tells_rows_apart_is_when_they_are_valid_and_known(
    first: dict[str, object], second: dict[str, object], expected: list[object]
):
    assert doubts({"lead_id": "ann", "n": 1} | first, {"lead_id": "ann", "n": 2} | second) == expected


def test_companies_have_rivals_too():
    inputs = opened(companies=[{"company_id": "acme", "size": 1}, {"company_id": "acme", "size": 2}])
    said = NONE.replace("lead", "company")
    assert [(each.reason, each.rows, each.used) for each in inputs.rejects] == [(said, 1, True)]


def test_a_row_that_is_refused_is_no_rival():
    leads = [{"lead_id": "ann", "n": 1, "valid_from": "soon"}, {"lead_id": "ann", "n": 2}]
    assert [each.used for each in opened(leads=leads).rejects] == [False]
