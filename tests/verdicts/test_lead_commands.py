"""In a terminal two leads are joined and parted, and what leads agree to is kept."""

from __future__ import annotations

import json

from handraiser.store.models import Audit, Consent, Handoff, Join, Person
from tests.servers import Database
from tests.verdicts.office import Office
from tests.verdicts.test_episode_commands import refused, run, said

MARA = ("--by", "mara@made.example")


def two(office: Office) -> tuple[int, int]:
    """Have two leads; return their numbers."""
    ann, ben = (Handoff.objects.get(pk=office.arrives(who)).episode.lead_id for who in ("ann", "ben"))
    return int(ann), int(ben)


def test_two_leads_are_joined_and_parted(database: Database) -> None:
    ann, ben = two(Office())
    assert said("lead", "joins", ann) == f"Nobody was joined to lead {ann}.\n"
    refused("HR844", "lead", "join", ann, ben, "--by", "olga@made.example")
    refused("HR861", "lead", "join", ann, "ann@acme.example", *MARA)
    done = said("lead", "join", "ann@acme.example", ben, *MARA)
    join = Join.objects.get(kind="hand").pk
    assert done == f"Lead {ben} is one with lead {ann} now, by join {join}.\n"
    assert Person.objects.get(pk=ben).root_id == ann
    row = said("lead", "joins", ben).splitlines()[-1].split()
    assert (row[:3], row[-2:]) == ([str(join), str(ben), str(ann)], ["hand", "mara@made.example"])
    refused("HR844", "lead", "part", join, "--by", "olga@made.example")
    assert said("lead", "part", join, *MARA) == f"Leads {ben} and {ann} are two.\n"
    assert Person.objects.get(pk=ben).root_id == ben
    for number in (join, "none", 10**30):
        refused("HR861", "lead", "part", number, *MARA)


def test_what_a_lead_agrees_to_is_kept_and_shown(database: Database) -> None:
    ann, _ = two(Office())
    assert said("consent", "list", ann) == "mail: nothing said\nprofiling: nothing said\n"
    note = ("consent", "note", "ann@acme.example", "profiling", "objection")
    refused("HR844", *note, "--by", "olga@made.example")
    done = said(*note, *MARA, "--source", "by phone", "--at", "2026-03-01T08:00:00Z")
    assert done == f"Lead {ann}, of profiling: objection is kept.\n"
    assert Consent.objects.get().source == "by phone"
    assert Handoff.objects.get(episode__lead=ann).reason == "objected to profiling"
    assert Audit.objects.get(did="noted of profiling: objection").details["through"]
    shown = said("consent", "list", ann).splitlines()
    assert shown[1] == "profiling: objection"
    assert shown[-1].split()[:4] == ["2026-03-01T08:00:00Z", "profiling", "objection", "mara@made.example"]
    told = json.loads(said("consent", "list", ann, "--format", "json"))
    assert (told["profiling"], len(told["said"])) == ("objection", 1)
    refused("HR846", *note, *MARA, "--at", "2126-01-01")
    refused("HR840", "consent", "list", "nobody@acme.example")
    assert run("consent", "note", ann, "fun", "objection", *MARA).exit_code == 2
