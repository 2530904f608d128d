"""The process of a worker that `serve` begins: `python -m handraiser.edge.worker_process PARENT`."""

from __future__ import annotations

import sys

from handraiser.edge.database import set_up

__all__ = ["main"]


def main() -> None:
    """Work until told to stop, or until the process with this number is gone."""
    set_up()
    from handraiser.edge.worker import run  # it needs Django's settings

    run(int(sys.argv[1]))


if __name__ == "__main__":
    main()
