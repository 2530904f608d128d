"""docs/contract.md says by examples what becomes of a call: it is what becomes of it."""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import Any

import pytest

from handraiser.capture import knowing
from handraiser.capture.activity import Said, read_message
from handraiser.capture.pages import STRUCTURAL
from handraiser.capture.protocol import Message, read_item
from handraiser.capture.touch import PAID_FOR
from handraiser.capture.traits import RESERVED
from tests.pages import ROOT, codes, tables

PAGE = tables((ROOT / "docs" / "contract.md").read_text(encoding="utf-8"))
NAMES = {"user": "user_id", "email": "email", "anonymous": "anonymous_id"}


def said(sent: str) -> Said:
    message = read_item(sent.encode(), kind=None, received_at=1_772_000_000_000_000)
    assert isinstance(message, Message), message.reason
    return read_message(
        message.kind, message.body, event=message.event, user_id=message.user_id,
        anonymous_id=message.anonymous_id, group_id=message.group_id, previous_id=message.previous_id,
    )  # fmt: skip


def kept(found: Said) -> dict[str, Any]:
    """What is kept as the page writes it: nothing that is empty."""
    told = {
        "event": found.event, "properties": found.properties, "also": dict(found.further),
        "traits": found.traits, "company": found.company, "company_traits": found.company_traits,
    }  # fmt: skip
    return {name: value for name, value in told.items() if value}


@pytest.mark.parametrize("row", PAGE["What becomes of a call"], ids=lambda row: row[0][:60])
def test_of_a_call_this_is_kept(row: list[str]) -> None:
    sent, described = (codes(cell)[0] for cell in row)
    assert kept(said(sent)) == json.loads(described)


@pytest.mark.parametrize("row", PAGE["Who is meant"], ids=lambda row: row[0][:60])
def test_by_this_the_sender_of_a_call_is_known(row: list[str]) -> None:
    found = [f"{NAMES[each.kind]} {each.value}" for each in said(codes(row[0])[0]).named]
    assert codes(row[1]) == found


@pytest.mark.parametrize(
    ("place", "names"),
    list(enumerate([knowing.OWN, knowing.FORMS, knowing.OTHERS, RESERVED, STRUCTURAL, PAID_FOR])),
    ids=["own", "forms", "others", "traits", "properties", "clicks"],
)
def test_these_names_have_a_meaning(place: int, names: Collection[str]) -> None:
    _, described = PAGE["Names with a meaning"][place]
    assert sorted(codes(described)) == sorted(names)
