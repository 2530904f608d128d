"""Which database is it, and which version of handraiser?"""

from __future__ import annotations

from importlib.metadata import version

from handraiser.store.records import described

__all__ = ["identity"]


def identity() -> str:
    """Return what two processes have in common that read the same in the same way."""
    return f"{version('handraiser')} {described()}"
