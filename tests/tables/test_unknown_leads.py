"""Events of leads that nobody knows are kept with the other refused rows."""

from __future__ import annotations

from pathlib import Path

import pyarrow.csv as csv

from handraiser.tables import UNKNOWN_LEAD, open_inputs, write_rejects


def test_events_of_unknown_leads_are_written_once_each(tmp_path: Path) -> None:
    visit = {"event": "Page Viewed", "occurred_at": "2026-03-01T10:00:00Z"}
    inputs = open_inputs(
        leads=[{"lead_id": "ann"}],
        events=[
            {"lead_id": "ann", "event_id": "1", **visit},
            {"lead_id": "bob", "event_id": "2", **visit},
            {"lead_id": "bob", "event_id": "2", **visit},
        ],
    )
    write_rejects(inputs, tmp_path / "rejects.csv")
    rows = csv.read_csv(tmp_path / "rejects.csv").to_pylist()
    assert [row["reason"] for row in rows].count(UNKNOWN_LEAD) == 1
    assert len(rows) == 2
