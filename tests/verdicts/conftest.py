"""Databases of both kinds, as the live system uses them."""

from __future__ import annotations

from tests.live.conftest import cluster, database

__all__ = ["cluster", "database"]
