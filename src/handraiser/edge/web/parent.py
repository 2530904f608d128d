"""Does a process that answers end when the one that began it does?

One that is killed takes nobody with it. Those it had begun would go on and hold the port, and whoever starts
handraiser again would be told that it is taken.
"""

from __future__ import annotations

import multiprocessing
import os
import threading

__all__ = ["end_with_parent"]


def end_with_parent() -> None:
    """End this process as soon as the one that began it has ended; in one that stands alone do nothing.

    At once: who has not been answered yet comes again, and who has been answered is safe.
    """
    parent = multiprocessing.parent_process()
    if parent is None:
        return

    def wait() -> None:
        parent.join()
        os._exit(1)

    threading.Thread(target=wait, name="parent", daemon=True).start()
