"""Are the kernels compiled? Running this makes it so: python -m handraiser.edge.warming

The first run ever would do it by itself, in half a minute or more. For what should not wait: test workers,
of which each would compile for itself, and images of machines.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime

from handraiser.agreement import load
from handraiser.edge.acme import agreement_text
from handraiser.edge.library import explain, score
from handraiser.scoring.lint import lint_alone

__all__ = ["warm"]

_AT = datetime(2026, 6, 30, tzinfo=UTC)
_LEADS = [{"lead_id": "ann"}, {"lead_id": "ben"}]
_EVENT = {"lead_id": "ann", "event": "Page Viewed", "path": "/pricing", "occurred_at": _AT}


def warm() -> float:
    """Score, explain and check in the ways that differ for the compiler; return how many seconds it took."""
    started = time.monotonic()
    agreement = load(agreement_text("agreement"))
    lint_alone(agreement)
    for more in ({}, {"known_at": _AT}, {"event_id": "e1", "session_id": "s1", "known_at": _AT}):
        for points in (False, True):
            score(agreement, leads=_LEADS, events=[_EVENT | more], at=_AT, points=points)
        explain(agreement, lead="ann", leads=_LEADS, events=[_EVENT | more], at=_AT)
    return time.monotonic() - started


if __name__ == "__main__":
    print(f"== kernels: compiled, or found, in {warm():.0f} s")
