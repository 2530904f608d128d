"""Finds marketing qualified leads, and proves every one of them.

    import handraiser as hr
    agreement = hr.load("agreement.yaml")
    table = hr.score(agreement, leads="leads.csv", events="events.parquet", at="2026-06-30")

Nothing is loaded before it is asked for: the engine takes a second or two, its names do not.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from handraiser.agreement.diff import Change, diff
    from handraiser.agreement.model import Agreement
    from handraiser.edge.comparing import Comparison, backtest
    from handraiser.edge.library import explain, load, score
    from handraiser.errors import Diagnostic, HandraiserError, Level, Mistakes, Place, Unavailable
    from handraiser.learning.replay import Replay
    from handraiser.scoring.explain import Explanation

__all__ = [
    "load",
    "score",
    "explain",
    "backtest",
    "Replay",
    "diff",
    "Agreement",
    "Explanation",
    "Comparison",
    "Change",
    "Diagnostic",
    "Level",
    "Place",
    "HandraiserError",
    "Mistakes",
    "Unavailable",
]

_HOMES = {
    **dict.fromkeys(("load", "score", "explain"), "handraiser.edge.library"),
    **dict.fromkeys(("diff", "Change"), "handraiser.agreement.diff"),
    **dict.fromkeys(("Diagnostic", "Level", "Place"), "handraiser.errors"),
    **dict.fromkeys(("HandraiserError", "Mistakes", "Unavailable"), "handraiser.errors"),
    **dict.fromkeys(("backtest", "Comparison"), "handraiser.edge.comparing"),
    "Replay": "handraiser.learning.replay",
    "Agreement": "handraiser.agreement.model",
    "Explanation": "handraiser.scoring.explain",
}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module 'handraiser' has no attribute {name!r}")
    found = getattr(import_module(_HOMES[name]), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted(__all__)
