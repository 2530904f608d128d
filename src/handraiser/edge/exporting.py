"""`handraiser export`: what is known of all leads, in the layout that `score` reads."""

from __future__ import annotations

import shlex
from pathlib import Path

from handraiser.edge.database import database
from handraiser.edge.listing import one_of
from handraiser.edge.options import ExportFolder, ExportFormat
from handraiser.edge.running import OUT, at_work, failing, now, say

__all__ = ["export"]


def export(folder: ExportFolder, format: ExportFormat = "parquet") -> None:
    one_of("--format", format, ("parquet", "csv"))
    with failing(), at_work("Exporting") as progress, database(new=False, say=say):
        from handraiser.errors import many
        from handraiser.flows.exporting import export as export_into
        from handraiser.tables.paths import FileKind

        done = export_into(str(folder), FileKind(format), now=now(), progress=progress)
        told = (
            f"{many(done.leads, 'lead')} in {many(done.rows['leads'], 'row')}",
            f"{many(done.companies, 'company', 'companies')} in {many(done.rows['companies'], 'row')}",
            many(done.rows["events"], "event"),
            many(done.rows["outcomes"], "outcome"),
            many(done.rows["rejects"], "reject"),
        )
        OUT.print(f"{folder}: {', '.join(told)}.", markup=False)
        files = " ".join(
            f"--{name} {shlex.quote(str(Path(folder, f'{name}.{format}')))}"
            for name in ("leads", "companies", "events", "outcomes")
        )
        OUT.print(f"Next: handraiser score AGREEMENT {files}", markup=False)
