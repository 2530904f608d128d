"""In the demo alone: by whom may whoever looks at it sign in, and is it said that the company is made?"""

from __future__ import annotations

import os
from typing import Any

from django.http import HttpRequest

from handraiser.edge.played.marker import ENVIRONMENT, is_demo

__all__ = ["shown"]

_sure: list[bool] = []  # once it has been looked at: the database of a process stays the same


def shown(request: HttpRequest) -> dict[str, Any]:
    """Return what templates show in the demo, and nothing anywhere else."""
    if os.environ.get(ENVIRONMENT) != "1":
        return {}
    if not _sure:
        _sure.append(is_demo())
    if not _sure[0]:
        return {}
    from handraiser.edge.played.cast import DEMO_USERS, PASSWORD

    return {"demo": {"users": DEMO_USERS, "password": PASSWORD}}
