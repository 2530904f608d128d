"""Events of leads that nobody knows are kept with the other refused rows; of some it is known what became."""

from __future__ import annotations

from pathlib import Path

import pyarrow.csv as csv
import pytest
from inputs_given import opened

from handraiser.facts.inputs import Inputs
from handraiser.tables import LOST_LEAD, UNKNOWN_LEAD, lead_refused, open_inputs, unknown_leads, write_rejects

VISIT = {"event": "Page Viewed", "occurred_at": "2026-03-01T10:00:00Z"}


def test_events_of_unknown_leads_are_written_once_each(tmp_path: Path) -> None:
    inputs = open_inputs(
        leads=[{"lead_id": "ann"}],
        events=[
            {"lead_id": "ann", "event_id": "1", **VISIT},
            {"lead_id": "bob", "event_id": "2", **VISIT},
            {"lead_id": "bob", "event_id": "2", **VISIT},
        ],
    )
    write_rejects(inputs, tmp_path / "rejects.csv")
    rows = csv.read_csv(tmp_path / "rejects.csv").to_pylist()
    assert [(row["reason"], row["line_or_row"]) for row in rows] == [
        (UNKNOWN_LEAD, "row 2"),
        (UNKNOWN_LEAD, "row 3"),
    ]


@pytest.fixture
def inputs(tmp_path: Path) -> Inputs:
    """Leads of which three were refused: for a time, for a short line, and for a quotation mark."""
    (tmp_path / "leads.csv").write_text(
        'lead_id,name,valid_from\nann,Ann,\nben,Ben,soon\ncho,Cho\ndee,Dee,\neve,"Eve,\n'
        "dee,Dee,never\n,Nobody,\n"
    )
    events = [{"lead_id": lead, **VISIT} for lead in ("ann", "ben", "cho", "dee", "eve", "zed")]
    return opened(leads=tmp_path / "leads.csv", events=events)


WHY = "leads.csv line 3: valid_from is not a time such as 2026-03-01T10:00:00Z"


def test_an_event_of_a_lead_that_was_refused_says_so(tmp_path: Path, inputs: Inputs) -> None:
    found = unknown_leads(inputs, 4)
    assert [(each.reason, each.rows, each.example) for each in found] == [
        (LOST_LEAD, 3, f"lead_id ben, refused in {WHY}"),
        (UNKNOWN_LEAD, 1, "lead_id zed"),
    ]
    write_rejects(inputs, tmp_path / "rejects.csv")
    rows = csv.read_csv(tmp_path / "rejects.csv").to_pylist()
    reasons = [row["reason"] for row in rows if row["input"] == "events"]
    assert reasons == [LOST_LEAD, LOST_LEAD, LOST_LEAD, UNKNOWN_LEAD]


def test_where_and_why_a_lead_was_refused_is_known(inputs: Inputs) -> None:
    assert lead_refused(inputs, "ben") == WHY
    assert lead_refused(inputs, "cho") == "leads.csv line 4: the line has fewer cells than the header"
    assert str(lead_refused(inputs, "eve")).startswith("leads.csv line 6: a quotation mark is not closed")
    assert lead_refused(inputs, "zed") is None


def test_the_lead_that_is_named_is_the_same_in_every_run(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("handraiser.tables.strangers._FIRST_EVENTS", 3)
    known = [{"lead_id": "anna", "event_id": f"{place}", **VISIT} for place in range(50)]
    ada, yan, zoe = ({"lead_id": lead, **VISIT} for lead in ("ada", "yan", "zoe"))
    for events in ([*known, zoe, yan, *known, ada], [zoe, yan, *known, ada], [yan]):
        inputs = opened(events=events)
        assert [each.example for each in unknown_leads(inputs, len(events))] == ["lead_id yan"]
