"""The entry point `handraiser`: so small that whoever stops it while the rest is loaded is understood."""

from __future__ import annotations

import sys

__all__ = ["main"]


def main() -> None:
    """Run the command line."""
    try:
        from handraiser.edge.cli import main as run

        run()
    except KeyboardInterrupt:
        sys.stderr.write("Stopped; nothing was left half written.\n")
        sys.exit(130)
