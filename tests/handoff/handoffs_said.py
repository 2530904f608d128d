"""An agreement of which only the hand-off matters."""

from __future__ import annotations

import json
from typing import Any

from handraiser.agreement import load
from handraiser.agreement.model import Agreement
from pages import yaml_of


def agreement_on(handoff: str | dict[str, Any], timezone: str = "America/New_York") -> Agreement:
    """The agreement with this `handoff`, as YAML or as what YAML says."""
    said = {
        "timezone": timezone,
        "fit": {"rules": []},
        "engagement": {"rules": [{"rule": "visit", "event": "Visit", "points": 1}]},
        "qualify": {"mql": "score > 0"},
        "handoff": yaml_of(handoff) if isinstance(handoff, str) else handoff,
    }
    return load(json.dumps(said, indent=1))
