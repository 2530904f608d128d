"""Every row of the page on hand-off time is what happens."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from handoffs_said import agreement_on
from minutes import at

from handraiser.handoff.clocks import Clock, dues
from pages import ROOT, blocks, yaml_of

PAGE = ROOT / "docs" / "handoff-time.md"


def rows() -> list[Any]:
    """Each row with the hours that stand above it."""
    found, above = [], {}
    for block in blocks(PAGE):
        if block.info == "yaml handoff":
            above = yaml_of(block.text)
        elif block.info == "yaml cases":
            found += [
                pytest.param(above, row, id=f"line {block.line + place}")
                for place, row in enumerate(yaml_of(block.text))
            ]
    return found


def instant(written: str, zone: str) -> int:
    """An instant as in `Sat 2026-03-07 15:00`; it is that day of the week."""
    day, _, local = written.partition(" ")
    assert datetime.fromisoformat(local).strftime("%a") == day, written
    return at(local, zone)


@pytest.mark.parametrize(("above", "row"), rows())
def test_a_promise_is_due_when_the_page_says(above: dict[str, Any], row: dict[str, Any]) -> None:
    share, zone = row.get("share", "100%"), row.get("owner", above["timezone"])
    handoff = {
        "hours": above["hours"],
        "accept_within": row["promise"],
        "escalate_at": [{"at": share, "to": "manager"}],
    }
    agreement = agreement_on(handoff, above["timezone"])
    clock = Clock(agreement, hand_raise=False, route=None, zone=row.get("owner", ""))
    paused = [tuple(instant(end, zone) for end in row["paused"])] if "paused" in row else []
    found = dues(clock, since=instant(row["handed_off"], zone), kinds={"accept"}, pauses=paused)
    assert [due.due_at for due in found if due.act == "escalate"] == [instant(row["due"], zone)]


def test_the_page_has_rows() -> None:
    assert len(rows()) > 30
