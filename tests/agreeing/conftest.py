"""Databases of both kinds, as tests of the live system have them."""

from __future__ import annotations

from tests.live.conftest import database

__all__ = ["database"]
