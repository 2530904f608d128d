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
    "DemoAgain",
    "DemoDays",
    "DemoFolder",
    "DemoLeads",
    "DemoNotServed",
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
    "ErasedLead",
    "ExportFolder",
    "ExportOut",
    "ExportedLead",
    "Yes",
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
    "WebUrl",
    "UserName",
    "Version",
    "Zone",
    "NewRole",
    "UserZone",
    "UserHours",
    "UserHolidays",
    "UserManager",
    "UserSigns",
    "TeamName",
    "TeamManager",
    "TeamFallback",
    "Weight",
    "PerDay",
    "PerMonth",
    "AwayFrom",
    "AwayUntil",
    "AwayCover",
    "AwayWhy",
    "AwayNumber",
    "TriedAgreement",
    "TriedSince",
    "TriedUntil",
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
DemoDays = Annotated[
    int, typer.Option("--days", metavar="N", help="How many days of it are played.", min=7, max=365)
]
DemoAgain = Annotated[bool, typer.Option("--again", help="Play it anew, whatever there is.")]
DemoNotServed = Annotated[bool, typer.Option("--no-serve", help="Neither play it nor serve it.")]
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

DestinationName = Annotated[
    str, typer.Argument(metavar="NAME", help="The name that `destination list` shows.")
]
DropWaiting = Annotated[
    bool,
    typer.Option("--force", help="Also while messages wait for it: they are dropped."),
]
NewDestination = Annotated[
    str, typer.Argument(metavar="NAME", help="What it is called: small letters, digits, `-` and `_`.")
]
DestinationKind = Annotated[
    str,
    typer.Option(
        "--kind",
        metavar="webhook|slack|teams|email",
        help="A program of yours, a channel, or a mailbox.",
    ),
]
ToldAt = Annotated[
    str,
    typer.Option(
        "--to",
        metavar="ADDRESS",
        help="A URL; of a mailbox its address, or `owner` or `manager` for those of the lead.",
    ),
]
ToldOf = Annotated[
    list[str] | None,
    typer.Option(
        "--on", metavar="KIND", help="Of which messages, such as lead.mql; again for more; all unless said."
    ),
]
OfAgreement = Annotated[
    str | None, typer.Option("--agreement", metavar="NAME", help="Of which agreement; of all unless said.")
]
KeepOld = Annotated[
    int,
    typer.Option(
        "--keep-old", metavar="HOURS", help="For how long the one before signs, too.", min=0, max=720
    ),
]
TestedAt = Annotated[
    str | None,
    typer.Option(
        "--mailbox", metavar="EMAIL", help="Where to send it, if the destination is `owner` or `manager`."
    ),
]
MessageState = Annotated[
    str,
    typer.Option("--state", metavar="waiting|dead|delivered", help="Which are shown; dead ones unless said."),
]
MessageOf = Annotated[
    str | None, typer.Option("--destination", metavar="NAME", help="Those of one destination.")
]
MessageNumber = Annotated[
    str | None, typer.Argument(metavar="ID", help="The number that `outbox list` shows.")
]
ReplayedSince = Annotated[
    str | None,
    typer.Option("--since", metavar="TIME", help="All of a destination that were written since then."),
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
HandOff = Annotated[
    bool,
    typer.Option("--hand-off", help="Hand off also who became an MQL before, as far as it is open."),
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
WebUrl = Annotated[
    str | None,
    typer.Option("--url", metavar="URL", help="Where people reach the web app; else as HANDRAISER_URL says."),
]
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
NewRole = Annotated[
    str | None,
    typer.Option(
        "--role",
        metavar="marketing|sales|manager|administrator|viewer",
        help="What they do here from now on.",
    ),
]
UserZone = Annotated[
    str | None,
    typer.Option("--timezone", metavar="ZONE", help="Where they work; the agreement's unless said."),
]
UserHours = Annotated[
    str | None,
    typer.Option("--hours", metavar="HOURS", help="When they work; the agreement's hours unless said."),
]
UserHolidays = Annotated[
    str | None,
    typer.Option("--holidays", metavar="CODES", help="Whose holidays they have: DE-BY, or several: US, CA."),
]
UserSigns = Annotated[
    bool | None,
    typer.Option(
        "--signs/--no-signs", help="Whether they sign agreements for the side that their role is of."
    ),
]
UserManager = Annotated[
    str | None, typer.Option("--manager", metavar="EMAIL", help="Who is told when a promise is not kept.")
]
TeamName = Annotated[str, typer.Argument(metavar="NAME", help="The team, as agreements name it.")]
TeamManager = Annotated[
    str | None,
    typer.Option("--manager", metavar="EMAIL", help="Who is told of what the team does not manage."),
]
TeamFallback = Annotated[
    str | None,
    typer.Option("--fallback", metavar="EMAIL", help="Who gets what nobody of the team can take."),
]
Weight = Annotated[
    int | None,
    typer.Option(
        "--weight", metavar="N", help="Who weighs 2 gets twice as many; 1 unless said, 100 at most."
    ),
]
PerDay = Annotated[
    int | None,
    typer.Option("--per-day", metavar="N", help="No more of the team's leads a day; 0 for as many as come."),
]
PerMonth = Annotated[
    int | None, typer.Option("--per-30-days", metavar="N", help="No more of them in 30 days; 0 likewise.")
]
AwayFrom = Annotated[
    str, typer.Option("--from", metavar="TIME", help="When it begins, such as a day where they are.")
]
AwayUntil = Annotated[
    str,
    typer.Option(
        "--until", metavar="TIME", help="From when on they are back; of a last day off, the day after."
    ),
]
AwayCover = Annotated[
    str | None,
    typer.Option("--cover", metavar="EMAIL", help="Who gets their leads; others by the routes unless said."),
]
AwayWhy = Annotated[str | None, typer.Option("--why", metavar="TEXT", help="Why, in your words.")]
AwayNumber = Annotated[str, typer.Argument(metavar="ID", help="The number that `away list` shows.")]
TriedAgreement = Annotated[
    Path | None,
    typer.Argument(
        metavar="AGREEMENT", help="Another agreement whose routes to try; each its own unless said."
    ),
]
TriedSince = Annotated[
    str | None,
    typer.Option("--from", metavar="TIME", help="MQLs from here on; 30 days before the end unless said."),
]
TriedUntil = Annotated[
    str | None, typer.Option("--to", metavar="TIME", help="MQLs before this; now unless said.")
]

ExportFolder = Annotated[
    Path | None, typer.Argument(metavar="FOLDER", help="Where the files go; it is made if need be.")
]
ExportedLead = Annotated[
    str | None,
    typer.Option("--lead", metavar="LEAD", help="Of one lead all that is kept: its id or address."),
]
ExportOut = Annotated[
    str | None, typer.Option("--out", metavar="FILE", help="Where that goes, as JSON; - is standard output.")
]
ErasedLead = Annotated[str, typer.Argument(metavar="LEAD", help="The id of a lead, or its e-mail address.")]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask.")]
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
