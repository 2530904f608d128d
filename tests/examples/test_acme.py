"""Is the made company what its README says: the same each time, possible, and with what is planted in it?"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from direct import mql_dates
from persona_table import planted

from handraiser.agreement import load
from handraiser.edge.acme import AGREEMENTS, Acme, agreement_text, make_acme, write_acme
from oracle import Oracle

EXAMPLES = Path(__file__).parents[2] / "examples"
END = datetime(2026, 6, 30, tzinfo=UTC)
YEAR = timedelta(days=365)

Row = dict[str, Any]


@pytest.fixture(scope="module")
def acme() -> Acme:
    return make_acme(end=END, leads=800, seed=7)


@pytest.fixture(scope="module")
def events(acme: Acme) -> list[Row]:
    """The events of those who are in the list of leads; times without a zone, as that is quicker."""
    naive = {"occurred_at": pa.timestamp("us"), "known_at": pa.timestamp("us")}
    schema = pa.schema([(field.name, naive.get(field.name, field.type)) for field in acme.events.schema])
    return [row for row in acme.events.cast(schema).to_pylist() if row["lead_id"].startswith("L")]


def tables(acme: Acme) -> Iterator[tuple[str, pa.Table]]:
    return ((name, getattr(acme, name)) for name in acme.__struct_fields__)


def numbers(column: object) -> list[str]:
    return pc.cast(column, pa.string()).to_pylist()


def kinds(acme: Acme) -> dict[str, str]:
    return dict(zip(numbers(acme.truth["lead_id"]), numbers(acme.truth["persona"]), strict=True))


def share_of(acme: Acme, event: str) -> dict[str, float]:
    """For each persona the share of its people who ever did that."""
    persona = kinds(acme)
    did = {row["lead_id"] for row in acme.events.filter(pc.equal(acme.events["event"], event)).to_pylist()}
    everybody, some = Counter(persona.values()), Counter(persona[i] for i in did if i in persona)
    return {name: some[name] / everybody[name] for name in everybody}


# ---- the same each time


def test_the_same_seed_gives_the_same_files_to_the_byte_whatever_the_hash_seed(tmp_path: Path) -> None:
    digests = []
    for hash_seed in ("1", "2"):
        folder = tmp_path / hash_seed
        arguments = ["--out", str(folder), "--leads", "80", "--seed", "3", "--end", "2026-06-30"]
        command = [sys.executable, str(EXAMPLES / "acme" / "generate.py"), *arguments]
        subprocess.run(
            command, check=True, capture_output=True, env=os.environ | {"PYTHONHASHSEED": hash_seed}
        )
        digests.append(
            {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir()}
        )
    assert len(digests[0]) == 6
    assert digests[0] == digests[1]


def test_another_seed_gives_another_company() -> None:
    one, two = make_acme(end=END, leads=50, seed=1), make_acme(end=END, leads=50, seed=2)
    assert all(not table.equals(getattr(two, name)) for name, table in tables(one))


def test_another_end_moves_the_year() -> None:
    end = datetime(2024, 3, 1, 12, tzinfo=UTC)
    events = make_acme(end=end, leads=50).events
    assert end - YEAR <= pc.min(events["occurred_at"]).as_py() < end - YEAR + timedelta(days=30)
    assert end - timedelta(days=10) < pc.max(events["known_at"]).as_py() < end


def test_too_few_leads_are_refused() -> None:
    with pytest.raises(ValueError, match="at least 20 leads"):
        make_acme(end=END, leads=19)


@pytest.mark.parametrize("leads", [20, 21, 33])
def test_the_smallest_companies_can_be_made_too(leads: int) -> None:
    made = make_acme(end=END, leads=leads, seed=leads)
    assert len(set(numbers(made.truth["lead_id"]))) == made.truth.num_rows <= leads


# ---- possible


def test_nothing_is_in_it_that_acme_could_not_know_by_the_end(acme: Acme) -> None:
    for table, column in (
        (acme.events, "known_at"),
        (acme.leads, "known_at"),
        (acme.leads, "created_at"),
        (acme.companies, "known_at"),
        (acme.outcomes, "at"),
    ):
        assert pc.max(table[column]).as_py() < END


def test_nothing_is_known_before_it_happened(acme: Acme) -> None:
    assert pc.all(pc.greater_equal(acme.events["known_at"], acme.events["occurred_at"])).as_py()


def test_events_stand_in_the_order_in_which_they_became_known(acme: Acme) -> None:
    known = acme.events["known_at"].to_pylist()
    assert known == sorted(known)


def test_an_event_that_came_twice_is_the_same_but_for_when_it_became_known(events: list[Row]) -> None:
    rows: dict[str, list[Row]] = {}
    for row in events:
        rows.setdefault(row["event_id"], []).append(row)
    twice = [same for same in rows.values() if len(same) > 1]
    assert 0.005 < len(twice) / len(rows) < 0.015
    for first, second in twice:
        assert first["known_at"] < second["known_at"]
        assert first | {"known_at": None} == second | {"known_at": None}


def test_a_few_events_come_hours_to_weeks_late(acme: Acme) -> None:
    late = pc.subtract(acme.events["known_at"], acme.events["occurred_at"]).to_pylist()
    assert 0.01 < sum(each > timedelta(hours=1) for each in late) / len(late) < 0.04


def test_a_few_events_are_of_people_in_no_list(acme: Acme) -> None:
    leads, who = set(numbers(acme.leads["lead_id"])), numbers(acme.events["lead_id"])
    strangers = [each for each in who if each not in leads]
    assert 0.001 < len(strangers) / len(who) < 0.01
    assert sum(each.startswith("X") for each in strangers) / len(strangers) > 0.9


def test_every_company_of_a_lead_is_there_once_the_lead_is(acme: Acme) -> None:
    companies = set(numbers(acme.companies["company_id"]))
    first = acme.leads.group_by("lead_id").aggregate([("created_at", "min")])
    assert first.num_rows == acme.truth.num_rows
    named = [each for each in numbers(acme.leads["company_id"]) if each is not None]
    assert sum(each not in companies for each in named) / len(named) < 0.002  # a change to one not met yet


def test_what_a_visit_does_lies_within_the_half_hour_that_makes_a_session(events: list[Row]) -> None:
    pages = [row for row in events if row["event"] == "Page Viewed"]
    seen: dict[str, list[datetime]] = {}
    for page in {page["event_id"]: page for page in pages}.values():
        seen.setdefault(page["session_id"], []).append(page["occurred_at"])
    pauses = [b - a for times in seen.values() for a, b in pairwise(sorted(times))]
    assert len(pauses) > 1000
    assert max(pauses) < timedelta(minutes=30)


def test_sales_works_in_office_hours_and_one_stage_after_the_other(acme: Acme) -> None:
    order = {"accepted": 0, "sql": 1, "opportunity": 2, "customer": 3, "lost": 3}
    reached: dict[str, list[int]] = {}
    for row in acme.outcomes.to_pylist():
        assert row["at"].weekday() < 5 or row["reason"] == "expired"
        if row["stage"] in ("recycled", "disqualified"):
            reached[row["lead_id"]] = []
        else:
            reached.setdefault(row["lead_id"], []).append(order[row["stage"]])
    assert all(stages == sorted(stages) for stages in reached.values())


def test_no_address_can_be_anybodys(acme: Acme) -> None:
    emails = set(numbers(acme.leads["email"]))
    assert len(emails) == acme.truth.num_rows
    assert all(each.endswith(".example") or "_" in each.partition("@gmail.com")[0] for each in emails)


# ---- what is planted


def test_the_personas_differ_as_the_readme_says(acme: Acme) -> None:
    demo, mails = share_of(acme, "Demo Requested"), share_of(acme, "Email Delivered")
    assert demo["champion"] > 0.2 > 0.05 > demo["passer_by"]
    assert demo["dead_mailbox"] == 0
    assert mails["newsletter_only"] > 0.8 > mails["passer_by"]
    assert share_of(acme, "Webinar Attended")["champion"] > 0.25


def test_the_readme_shows_the_numbers_that_the_data_are_made_with() -> None:
    assert planted() in (EXAMPLES / "acme" / "README.md").read_text(encoding="utf-8")


def test_the_readme_names_every_column(acme: Acme) -> None:
    readme = (EXAMPLES / "acme" / "README.md").read_text(encoding="utf-8")
    for _, table in tables(acme):
        assert [name for name in table.column_names if f"`{name}`" not in readme] == []


def test_a_scanner_clicks_every_link_within_two_seconds_of_delivery(events: list[Row]) -> None:
    delivered, clicks = {}, {}
    for row in events:
        mail = (row["lead_id"], row["email_id"])
        if row["event"] == "Email Delivered":
            delivered[mail] = row["occurred_at"]
        if row["event"] == "Email Link Clicked" and row["verdict"] == "machine":
            clicks.setdefault(mail, []).append((row["occurred_at"], row["url"]))
    known = [mail for mail in clicks if mail in delivered]
    assert len(known) > 100
    after = [at - delivered[mail] for mail in known for at, _ in clicks[mail]]
    assert timedelta(0) < min(after) <= max(after) < timedelta(seconds=2)
    assert sum(len({url for _, url in clicks[mail]}) >= 5 for mail in known) / len(known) > 0.9


def test_most_machine_clicks_are_judged_and_a_few_are_not(acme: Acme, events: list[Row]) -> None:
    persona = kinds(acme)
    clicks = [row for row in events if row["event"] == "Email Link Clicked"]
    dead = Counter(row["verdict"] for row in clicks if persona.get(row["lead_id"]) == "dead_mailbox")
    assert 0.03 < dead["unknown"] / dead.total() < 0.10
    assert dead["unknown"] + dead["machine"] == dead.total()


def test_about_a_third_of_what_sales_accepts_becomes_an_sql(acme: Acme) -> None:
    handed = {row["lead_id"]: row["handed_at"] for row in acme.truth.to_pylist()}
    stages: dict[str, dict[str, datetime]] = {}
    for row in acme.outcomes.to_pylist():
        stages.setdefault(row["lead_id"], {}).setdefault(row["stage"], row["at"])
    accepted = [lead for lead, reached in stages.items() if "accepted" in reached and handed.get(lead)]
    assert 0.25 < sum("sql" in stages[lead] for lead in accepted) / len(accepted) < 0.55


# ---- the agreements


@pytest.mark.parametrize("name", AGREEMENTS)
def test_the_example_and_the_installed_package_hold_the_same_agreement(name: str) -> None:
    assert agreement_text(name) == (EXAMPLES / "acme" / f"{name}.yaml").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", AGREEMENTS)
def test_the_agreements_have_no_mistake(name: str) -> None:
    assert load(agreement_text(name)).qualify.mql.text


def test_the_agreement_forbids_the_domains_of_the_made_rivals(acme: Acme) -> None:
    assert load(agreement_text("agreement")).lists["rivals"] == ("rival.example", "other.example")
    assert {"rival.example", "other.example"} <= set(numbers(acme.companies["domain"]))


@pytest.mark.parametrize(("position", "name"), [(0, "case_a"), (1, "case_b")])
def test_the_oracle_finds_the_dates_that_plain_walking_finds(position: int, name: str) -> None:
    made = make_acme(end=END, leads=40, seed=11)
    rows = [getattr(made, each).to_pylist() for each in ("leads", "companies", "events")]
    oracle, start = Oracle(agreement_text(name), *rows), datetime(1970, 1, 1, tzinfo=UTC)
    walked = {lead: dates[position] for lead, dates in mql_dates(made).items()}
    assert 5 < sum(date is not None for date in walked.values()) < len(walked)
    for lead, date in walked.items():
        expected = None if date is None else (date - start) // timedelta(microseconds=1)
        assert oracle.mql_at(lead, END) == expected, lead


# ---- files


@pytest.mark.parametrize("kind", ["csv", "jsonl"])
def test_events_are_the_same_in_every_kind_of_file(kind: str, tmp_path: Path) -> None:
    made = make_acme(end=END, leads=40, seed=5)
    written = write_acme(made, tmp_path, events=kind)
    lines = written[-1].read_text(encoding="utf-8").splitlines()
    assert len(lines) == made.events.num_rows + (kind == "csv")
    assert all(made.events["event_id"][i].as_py() in lines[i + (kind == "csv")] for i in (0, 100, 999))
