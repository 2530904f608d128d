"""Databases of both kinds, and a company that sells."""

from __future__ import annotations

from tests.live.conftest import database

__all__ = ["database"]
