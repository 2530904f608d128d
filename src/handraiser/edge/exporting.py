"""`handraiser export`: what is known of all leads, as `score` reads it; or all that is kept of one."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path

import typer

from handraiser.edge.database import database
from handraiser.edge.listing import one_of
from handraiser.edge.options import ExportedLead, ExportFolder, ExportFormat, ExportOut
from handraiser.edge.running import OUT, at_work, failing, now, say

__all__ = ["export"]


def export(
    folder: ExportFolder = None,
    format: ExportFormat = "parquet",
    lead: ExportedLead = None,
    out: ExportOut = None,
) -> None:
    one_of("--format", format, ("parquet", "csv"))
    if (lead is None) != (out is None):
        raise typer.BadParameter("--lead and --out stand together.")
    if (folder is None) == (lead is None):
        raise typer.BadParameter("Give a FOLDER for all leads, or --lead and --out for one.")
    if lead is not None and out is not None:
        _export_one(lead, out)
    elif folder is not None:
        _export_all(folder, format)


def _export_all(folder: Path, format: str) -> None:
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


def _export_one(lead: str, out: str) -> None:
    with failing(), database(new=False, say=say):
        from handraiser.edge.dossier import dossier
        from handraiser.flows.stewards import lead_called

        said = dossier(lead_called(lead, where="--lead"), now=now())
        if out == "-":
            sys.stdout.write(said.decode() + "\n")
            return
        Path(out).write_bytes(said + b"\n")
        OUT.print(f"{out}: everything that is kept of lead {lead}.", markup=False)
