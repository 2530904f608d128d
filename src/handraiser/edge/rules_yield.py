"""What did each rule of what is live do of late, for whoever asks no process that holds the history?"""

from __future__ import annotations

import tempfile
from pathlib import Path

from handraiser.agreement.model import Agreement
from handraiser.edge.settings import FOLDER
from handraiser.edge.whatif.folded import Folded
from handraiser.edge.whatif.reading import read
from handraiser.learning.yields import Yields
from handraiser.scoring.stream import processors

__all__ = ["yields_of"]


def yields_of(agreement: Agreement, *, now: int, days: int) -> Yields:
    """Return what the rules of an agreement did in the last days, by all that is known now.

    Raises `duckdb.Error` and `django.db.Error`.
    """
    with tempfile.TemporaryDirectory(prefix="handraiser-") as room:
        known = read(
            FOLDER, Path(room), [agreement], now=now, threads=processors(), told=lambda rows, of: None
        )
        try:
            return Folded(known).yields(agreement, known.hidden(), days=days)
        finally:
            known.replay.close()
