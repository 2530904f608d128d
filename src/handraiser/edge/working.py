"""How does a person see that work goes on? A line on standard error after a second, nothing elsewhere."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console

from handraiser.errors import many

__all__ = ["working"]

_PATIENCE = 1.0


@contextmanager
def working(console: Console, what: str) -> Iterator[Callable[[int], None]]:
    """Show what is being done once it has taken over a second; call what it yields with rows read so far.

    Silent where standard error is no terminal.
    """
    if not console.is_terminal:
        yield lambda rows: None
        return
    rows = [0]
    done = threading.Event()

    def show() -> None:
        if done.wait(_PATIENCE):
            return
        started = time.monotonic() - _PATIENCE
        with console.status(f"{what} …") as status:
            while not done.wait(0.1):
                read = f" {many(rows[0], 'row')}" if rows[0] else ""
                status.update(f"{what} …{read} ({time.monotonic() - started:.0f} s)")

    shower = threading.Thread(target=show, daemon=True)
    shower.start()
    try:
        yield lambda read: rows.__setitem__(0, read)
    finally:
        done.set()
        shower.join()
