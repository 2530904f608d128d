"""A receiver, and Django's settings, which mail needs."""

from __future__ import annotations

import os
from collections.abc import Iterator

import django
import pytest

from tests.connectors.postbox import Mailbox, taking_mail
from tests.connectors.receiver import Receiver, receiving

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "handraiser.edge.settings")
django.setup()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as made:
        yield made


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    with taking_mail() as made:
        yield made
