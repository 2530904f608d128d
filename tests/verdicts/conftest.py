"""Databases of both kinds, as the live system uses them."""

from __future__ import annotations

from tests.live.conftest import database

__all__ = ["database"]
