"""The process of a worker that `serve` begins: `python -m handraiser.edge.worker_process PARENT PART`."""

from __future__ import annotations

import sys

from handraiser.edge.database import set_up

__all__ = ["main"]


def main() -> None:
    """Do a part of the work until told to stop, or until the process with this number is gone."""
    set_up()
    parent, named = sys.argv[1:]
    # They need Django's settings; who delivers needs nothing that scores.
    if named == "deliver":
        from handraiser.edge.deliverer import run as deliver

        deliver(int(parent))
        return
    from handraiser.edge.worker import PARTS, run

    run(int(parent), next(part for part in PARTS if part == named))


if __name__ == "__main__":
    main()
