"""Which words may stand behind a command, and what does each mean?"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

__all__ = [
    "Against",
    "BacktestFormat",
    "BacktestOut",
    "Episodes",
    "NeededOutcomes",
    "Since",
    "Until",
    "AgreementFile",
    "AgreementFiles",
    "At",
    "Cases",
    "CheckedEvents",
    "CheckedLeads",
    "CompaniesFile",
    "DemoFolder",
    "DemoLeads",
    "EventsFile",
    "Format",
    "LeadId",
    "LeadsFile",
    "NewAgreement",
    "OldAgreement",
    "Out",
    "OutcomesFile",
    "Points",
    "RejectsFile",
    "AddedEmail",
    "ExportFolder",
    "ExportFormat",
    "Repair",
    "Host",
    "KeyName",
    "KeyNumber",
    "LiveAgreement",
    "LiveFrom",
    "Marketing",
    "Port",
    "Processes",
    "Role",
    "Sales",
    "Scope",
    "Shadow",
    "UserEmail",
    "UserName",
    "Version",
    "Zone",
]

AgreementFile = Annotated[Path, typer.Argument(metavar="AGREEMENT", help="The agreement, a YAML file.")]
AgreementFiles = Annotated[
    list[Path], typer.Argument(metavar="AGREEMENT...", help="One agreement, a YAML file, or several.")
]
OldAgreement = Annotated[Path, typer.Argument(metavar="OLD", help="The agreement as it was.")]
NewAgreement = Annotated[Path, typer.Argument(metavar="NEW", help="The agreement as it is to be.")]
Cases = Annotated[
    Path,
    typer.Argument(metavar="PATH", help="A folder with *.cases.yaml in it or below it, or one such file."),
]

LeadsFile = Annotated[
    str, typer.Option("--leads", metavar="FILE", help="The leads: lead_id, and any attributes.")
]
EventsFile = Annotated[
    str,
    typer.Option(
        "--events", metavar="FILE", help="What they did: lead_id, event, occurred_at, any properties."
    ),
]
CheckedLeads = Annotated[
    str | None,
    typer.Option("--leads", metavar="FILE", help="Leads to check against, together with --events."),
]
CheckedEvents = Annotated[
    str | None,
    typer.Option("--events", metavar="FILE", help="Events to check against, together with --leads."),
]
CompaniesFile = Annotated[
    str | None, typer.Option("--companies", metavar="FILE", help="Companies: company_id, and any attributes.")
]
OutcomesFile = Annotated[
    str | None, typer.Option("--outcomes", metavar="FILE", help="What sales said: lead_id, stage, at.")
]
Zone = Annotated[
    str | None,
    typer.Option(
        "--timezone",
        metavar="ZONE",
        help="What times without an offset mean in the files. Unless said: UTC.",
    ),
]
RejectsFile = Annotated[
    Path | None,
    typer.Option(
        "--rejects", metavar="FILE", help="Write every row that could not be used, with the reason."
    ),
]

At = Annotated[str | None, typer.Option("--at", metavar="TIME", help="The instant; now unless said.")]
Out = Annotated[
    str | None,
    typer.Option("--out", metavar="FILE", help="Write one row per lead; - is CSV on standard output."),
]
Points = Annotated[bool, typer.Option("--points", help="Add the points of every rule to --out.")]
LeadId = Annotated[str, typer.Option("--lead", metavar="ID", help="Whose score: a lead_id.")]
Format = Annotated[str, typer.Option("--format", metavar="text|json", help="For people, or for programs.")]

DemoFolder = Annotated[Path, typer.Option("--folder", metavar="DIR", help="Where the company's files go.")]
DemoLeads = Annotated[
    int, typer.Option("--leads", metavar="N", help="How many leads it has, at least 20.", min=20)
]
Version = Annotated[bool, typer.Option("--version", help="Show the version.", is_eager=True)]

Against = Annotated[
    Path | None, typer.Option("--against", metavar="OTHER", help="Another agreement to compare with.")
]
NeededOutcomes = Annotated[
    str, typer.Option("--outcomes", metavar="FILE", help="What sales said: lead_id, stage, at.")
]
Since = Annotated[
    str | None,
    typer.Option("--from", metavar="TIME", help="Count what begins here or later; all unless said."),
]
Until = Annotated[
    str | None, typer.Option("--to", metavar="TIME", help="Look at nothing after this; now unless said.")
]
Episodes = Annotated[
    str,
    typer.Option(
        "--episodes",
        metavar="first|all",
        help="The first of each lead, whatever sales recycled or lost; or all, as sales' outcomes allow.",
    ),
]
BacktestOut = Annotated[
    str | None, typer.Option("--out", metavar="FILE", help="Write it here, not to standard output.")
]
BacktestFormat = Annotated[
    str, typer.Option("--format", metavar="text|json|html", help="For people, for programs, or to pass on.")
]

Marketing = Annotated[
    str | None, typer.Option("--marketing", metavar="EMAIL", help="Who signs for marketing, a user.")
]
Sales = Annotated[str | None, typer.Option("--sales", metavar="EMAIL", help="Who signs for sales, a user.")]
LiveFrom = Annotated[
    str | None, typer.Option("--at", metavar="TIME", help="From when on it decides; now unless said.")
]
Shadow = Annotated[
    bool, typer.Option("--shadow", help="Let it only run beside: nothing is handed off, nobody has to sign.")
]
Scope = Annotated[
    str,
    typer.Option(
        "--scope", metavar="track|read|write", help="To send events, to read scores, or to change things."
    ),
]
KeyName = Annotated[str | None, typer.Option("--name", metavar="NAME", help="What it is for, in your words.")]
KeyNumber = Annotated[str, typer.Argument(metavar="ID", help="The number that `key list` shows.")]
AddedEmail = Annotated[str, typer.Argument(metavar="EMAIL", help="Their e-mail address.")]
UserEmail = Annotated[str, typer.Argument(metavar="EMAIL", help="The e-mail address that `user list` shows.")]
Role = Annotated[
    str,
    typer.Option(
        "--role",
        metavar="marketing|sales|manager|administrator|viewer",
        help="What they do here: marketing and sales sign agreements, each for their side.",
    ),
]
UserName = Annotated[str | None, typer.Option("--name", metavar="NAME", help="What they are called.")]

ExportFolder = Annotated[
    Path, typer.Argument(metavar="FOLDER", help="Where the files go; it is made if need be.")
]
ExportFormat = Annotated[
    str,
    typer.Option(
        "--format",
        metavar="parquet|csv",
        help="Parquet keeps of what kind values are; CSV is for spreadsheets.",
    ),
]
Repair = Annotated[
    bool, typer.Option("--repair", help="Drop what is wrong and can be made anew, and have it made anew.")
]
LiveAgreement = Annotated[
    Path | None,
    typer.Option(
        "--agreement",
        metavar="FILE",
        help="An agreement, a YAML file, to decide by from now on, signed for both sides by you. What users "
        "have signed with `publish` stays.",
    ),
]
Port = Annotated[int, typer.Option("--port", metavar="N", help="Where to listen.", min=1, max=65_535)]
Host = Annotated[
    str,
    typer.Option(
        "--host",
        metavar="ADDRESS",
        help="On which address: 127.0.0.1 is this machine alone, 0.0.0.0 all of its.",
    ),
]
Processes = Annotated[
    int, typer.Option("--processes", metavar="N", help="How many processes answer.", min=1, max=64)
]
