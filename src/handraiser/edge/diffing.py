"""`handraiser diff`: what has changed between two agreements, and whom does it let in or keep out?"""

from __future__ import annotations

import sys

import typer

from handraiser.edge.options import Format, NewAgreement, OldAgreement
from handraiser.edge.running import OUT, failing, loaded_all

__all__ = ["diff"]


def diff(old: OldAgreement, new: NewAgreement, format: Format = "text") -> None:
    from handraiser.agreement import load
    from handraiser.agreement.diff import diff as changes_of
    from handraiser.edge.diff_told import tell_diff, written

    if format not in ("text", "json"):
        raise typer.BadParameter(f"--format is text or json, not {format}.")
    with failing(old, new):
        before, after = loaded_all(load, [old, new])
        changes = changes_of(before, after)
        if format == "json":
            sys.stdout.write(written(before, after, changes).decode() + "\n")
        else:
            OUT.print(tell_diff(before, after, changes, files=(str(old), str(new))))
