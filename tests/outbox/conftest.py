"""Databases of both kinds, as the live system's tests have them, and a key to keep secrets with."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.test import override_settings

from tests.live.conftest import database

__all__ = ["database"]


@pytest.fixture
def sealing() -> Iterator[None]:
    """Have HANDRAISER_SECRET set."""
    with override_settings(HANDRAISER_SECRET="a secret of these tests"):  # noqa: S106  it opens nothing
        yield
