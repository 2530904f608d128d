"""Whoever opens a condition in the builder and changes nothing has changed nothing."""

from __future__ import annotations

from msgspec.structs import replace

from handraiser.edge.web.fields.filling import beginning, written


def test_more_rows_than_are_shown_are_a_text() -> None:
    many = " or ".join(f"lead.country = 'x{number}'" for number in range(70))
    begun = beginning(many)
    assert begun.typed == many
    assert written(begun) == (many, "")


def test_values_that_come_in_another_order_leave_the_condition_as_it_was_written() -> None:
    said = "company.country in ('DE', 'GB', 'US')"
    begun = beginning(said)
    ((row,),) = begun.built.groups
    other = replace(row, values=("US", "GB", "DE"))
    assert written(begun._replace(built=replace(begun.built, groups=((other,),)))) == (said, "")
    fewer = replace(row, values=("US", "GB"))
    assert written(begun._replace(built=replace(begun.built, groups=((fewer,),))))[0] != said
