"""Is this the made company's database? Only there is shown by whom one may sign in."""

from __future__ import annotations

import os

__all__ = ["BEGUN", "ENVIRONMENT", "PLAYED", "SUBJECT", "is_demo"]

ENVIRONMENT = "HANDRAISER_DEMO"  # set by `handraiser demo` for what it begins, and by nothing else
SUBJECT = "the demo"
BEGUN, PLAYED = "began", "played"  # what the audit says of it: while it is made, and once it is whole


def is_demo() -> bool:
    """Return whether `handraiser demo` serves, and what it serves is what it has made."""
    if os.environ.get(ENVIRONMENT) != "1":
        return False
    from handraiser.store.models import Audit

    return bool(Audit.objects.filter(subject=SUBJECT, did=PLAYED).exists())
