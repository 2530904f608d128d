"""Values and ids that look alike to a hash are told apart all the same."""

from __future__ import annotations

from typing import Any

import pytest

import handraiser as hr

TEXT = """\
agreement: alike
fit: {rules: [{rule: us, when: lead.country = 'US', points: 10}, {rule: big, when: company.n > 5, points: 7}]}
engagement:
  rules:
    - {rule: ever, event: Seen, distinct: slot, points: 1}
    - {rule: monthly, event: Seen, distinct: slot, at_most: 1 per month, points: 1}
qualify: {mql: ever}
"""
# Twelve letters that one well-known hash takes for the same.
TWINS = ("dle4ao2h000a", "o0z9vhsx5eow")


def score(
    leads: list[dict[str, Any]], events: list[dict[str, Any]], **more: Any
) -> dict[str, dict[str, Any]]:
    table = hr.score(hr.load(TEXT), leads=leads, events=events, at="2026-03-01", points=True, **more)
    return {row["lead_id"]: row for row in table.to_pylist()}


def seen(*slots: object, lead: str = "ann") -> list[dict[str, Any]]:
    return [
        {"lead_id": lead, "event": "Seen", "occurred_at": f"2026-02-01T1{hour}:00:00Z", "slot": slot}
        for hour, slot in enumerate(slots)
    ]


@pytest.mark.parametrize("slot", [0, 0.0, False, "", "0", 7])
def test_a_value_counts_once_whatever_it_is(slot: object) -> None:
    found = score([{"lead_id": "ann"}], seen(slot, slot, slot))["ann"]
    assert (found["points_ever"], found["points_monthly"]) == (1, 1)


def test_zero_is_another_value_than_none() -> None:
    found = score([{"lead_id": "ann"}], seen(0, None, 0, None))["ann"]
    assert (found["points_ever"], found["points_monthly"]) == (3, 2)


@pytest.mark.parametrize("between", [[], [{"lead_id": "none", "country": "DE"}]], ids=["beside", "apart"])
def test_leads_whose_ids_were_made_to_collide_are_two_leads(between: list[dict[str, Any]]) -> None:
    leads = [{"lead_id": TWINS[0], "country": "US"}, *between, {"lead_id": TWINS[1], "country": "DE"}]
    found = score(leads, seen(1, lead=TWINS[1]))
    assert [found[each]["points_us"] for each in TWINS] == [10, 0]
    assert [found[each]["points_ever"] for each in TWINS] == [0, 1]


def test_companies_whose_ids_were_made_to_collide_are_two_companies() -> None:
    leads = [{"lead_id": name, "company_id": twin} for name, twin in zip("ab", TWINS, strict=True)]
    companies = [{"company_id": TWINS[0], "n": 100}, {"company_id": TWINS[1], "n": 1}]
    found = score(leads, seen(1), companies=companies)
    assert [found[name]["points_big"] for name in "ab"] == [7, 0]


GREAT = """\
agreement: great
fit: {rules: []}
engagement:
  rules: [{rule: cart, event: Cart, points: price}, {rule: back, event: Back, points: -price}]
qualify: {mql: not (score < 5)}
"""


@pytest.mark.parametrize(("price", "points"), [(1e305, 0.0), (1e99, 1e99)])
def test_points_too_great_to_be_added_up_are_none(price: float, points: float) -> None:
    at = {"lead_id": "ann", "occurred_at": "2026-02-01T10:00:00Z"}
    events = [at | {"event": "Cart", "price": price}, at | {"event": "Back", "price": price}]
    agreement = hr.load(GREAT)
    row = hr.score(
        agreement, leads=[{"lead_id": "ann"}], events=events, at="2026-03-01", points=True
    ).to_pylist()[0]
    assert (row["score"], row["points_cart"]) == (0.0, points)
    why = hr.explain(agreement, lead="ann", leads=[{"lead_id": "ann"}], events=events, at="2026-03-01")
    assert why.score == 0.0


def test_a_number_of_an_agreement_is_not_greater_than_can_be_added_up() -> None:
    with pytest.raises(hr.Mistakes) as caught:
        hr.load(GREAT.replace("points: -price", "points: 1e101"))
    assert [each.code for each in caught.value.diagnostics] == ["HR127"]
