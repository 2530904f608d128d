"""What does `handraiser score` say when it is done?"""

from __future__ import annotations

from collections.abc import Sequence
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from rich.console import Console
from rich.table import Table
from rich.text import Text

from handraiser.agreement.model import Agreement
from handraiser.agreement.wording import instant, number, qualifying
from handraiser.edge.library import Scored
from handraiser.edge.page import visible
from handraiser.errors import many
from handraiser.scoring.explain import moment

__all__ = ["summary"]

_SHOWN = 10


def summary(
    console: Console,
    agreements: Sequence[Agreement],
    scored: Scored,
    *,
    at: int,
    out: str | None,
    warnings: int = 0,
) -> None:
    """Print how many leads qualify and which stand highest, agreement by agreement, in its own time zone."""
    for agreement in agreements:
        table = scored.table
        if len(agreements) > 1:
            table = table.filter(pc.equal(table.column("agreement"), agreement.name))
        _one(console, agreement, table, at=at)
    met = scored.tally
    unused = sum(each.rows for each in scored.rejects if each.input == "events" and not each.used)
    used = met.rows - met.unusable - met.unknown_leads
    told = f"{many(used + unused, 'event')} read{f', {unused:,} of them not used' if unused else ''}."
    told += f" {many(warnings, 'warning')}." if warnings else ""
    console.print(told + ("" if out is None else f" Every lead is in {out}."), markup=False)


def _one(console: Console, agreement: Agreement, table: pa.Table, *, at: int) -> None:
    qualified = int(pc.sum(table.column("qualified")).as_py() or 0)
    mqls = table.num_rows - table.column("mql_at").null_count
    zone = ZoneInfo(agreement.timezone)
    when = f"{instant(moment(at), zone)} ({agreement.timezone})"
    console.print(
        Text.assemble(
            (visible(agreement.title or agreement.name), "bold"),
            f" at {when}: {many(table.num_rows, 'lead')}, {mqls:,} became an MQL, "
            f"{qualifying(qualified)} now.",
        )
    )
    if not table.num_rows:
        return
    order = np.lexsort((np.arange(table.num_rows), -table.column("score").to_numpy()))[:_SHOWN]
    top = table.take(pa.array(order)).to_pylist()
    shown = Table(box=None, pad_edge=False)
    graded = bool(agreement.grades)
    for name in (
        "lead",
        "score",
        "fit",
        "engagement",
        *(("grade",) if graded else ()),
        "qualifies",
        "MQL since",
    ):
        shown.add_column(name, justify="right" if name in ("score", "fit", "engagement") else "left")
    for row in top:
        since = row["mql_at"]
        shown.add_row(
            Text(visible(row["lead_id"])),  # nothing in it is a command, and no mark-up
            *(number(row[name]) for name in ("score", "fit", "engagement")),
            *((row["grade"],) if graded else ()),
            "yes" if row["qualified"] else "no",
            "" if since is None else instant(since, zone),
        )
    console.print(shown)
