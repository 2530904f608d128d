"""Databases of both kinds, and a company that sells."""

from __future__ import annotations

from tests.live.conftest import cluster, database

__all__ = ["cluster", "database"]
