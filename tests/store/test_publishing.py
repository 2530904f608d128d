"""Who may let an agreement decide, from when on, and what is said of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from handraiser.edge.cli import app
from tests.servers import Database

AGREEMENT = """agreement: crm
fit: {rules: []}
engagement: {rules: [{rule: visit, event: Page Viewed, points: 5}]}
qualify: {mql: score >= 15}
"""
SIGNED = ("--marketing", "mara@example.com", "--sales", "sam@example.com")


def run(*words: str) -> Any:
    return CliRunner().invoke(app, list(words))


@pytest.fixture
def agreement(stored: Database, tmp_path: Path) -> Path:
    """An agreement, and two people who may sign it."""
    path = tmp_path / "crm.yaml"
    path.write_text(AGREEMENT, encoding="utf-8")
    assert run("user", "add", "Mara@Example.com", "--role", "marketing").exit_code == 0
    assert run("user", "add", "sam@example.com", "--role", "sales").exit_code == 0
    return path


def refused(done: Any, code: str) -> str:
    """The one mistake, after a look at the exit code."""
    assert (done.exit_code, type(done.exception)) == (1, SystemExit)
    assert f" {code} " in f" {done.stderr.split(': ', 1)[1]}"
    assert done.stderr.endswith("1 mistake\n")
    return str(done.stderr)


def changed(path: Path, old: str, new: str) -> Path:
    """Another file with the agreement, changed."""
    other = path.with_name("next.yaml")
    other.write_text(AGREEMENT.replace(old, new), encoding="utf-8")
    return other


def test_both_signatures_let_an_agreement_decide_from_now_on(stored: Database, agreement: Path) -> None:
    done = run("publish", str(agreement), *SIGNED)
    assert done.exit_code == 0, done.output
    assert "Signed by mara@example.com for marketing and sam@example.com for sales." in done.stdout
    assert "recorded as MQLs, not handed off" in done.stdout
    ((name, text, shadow, since, made),) = stored.rows(
        "SELECT name, text, shadow, live_from, published_at FROM store_publication"
    )
    assert (name, text, bool(shadow)) == ("crm", AGREEMENT, False)
    assert since == made


def test_what_is_published_is_in_the_audit_with_who_did_it(stored: Database, agreement: Path) -> None:
    assert run("publish", str(agreement), *SIGNED, "--at", "2030-01-01").exit_code == 0
    ((who, details),) = stored.rows(
        "SELECT who, details FROM store_audit WHERE did = 'published' AND subject = 'agreement crm'"
    )
    told = json.loads(details) if isinstance(details, str) else details
    assert who.endswith("on the command line")
    assert told["live_from"] == "2030-01-01T00:00:00Z"
    assert (told["marketing"], told["sales"]) == ("mara@example.com", "sam@example.com")


def test_every_mistake_of_the_agreement_is_told_and_nothing_is_published(
    stored: Database, agreement: Path
) -> None:
    agreement.write_text(AGREEMENT.replace("points", "pionts").replace("score", "scor"), encoding="utf-8")
    done = run("publish", str(agreement), *SIGNED)
    assert done.exit_code == 1
    assert "HR101" in done.stderr
    assert "HR350" in done.stderr
    assert stored.one("SELECT count(*) FROM store_publication") == 0


def test_one_person_cannot_sign_for_both_sides(agreement: Path) -> None:
    one = ("--marketing", "mara@example.com", "--sales", "MARA@example.com")
    assert "cannot sign for both sides" in refused(run("publish", str(agreement), *one), "HR805")


def test_each_side_signs_for_itself(agreement: Path) -> None:
    swapped = ("--marketing", "sam@example.com", "--sales", "mara@example.com")
    said = refused(run("publish", str(agreement), *swapped), "HR804")
    assert "--marketing: HR804 sam@example.com has the role sales" in said


def test_who_is_not_there_is_told_with_the_nearest_who_is(agreement: Path) -> None:
    misspelled = ("--marketing", "mra@example.com", "--sales", "sam@example.com")
    said = refused(run("publish", str(agreement), *misspelled), "HR803")
    assert "Did you mean mara@example.com?" in said


def test_who_shares_no_more_than_a_domain_is_not_offered(agreement: Path) -> None:
    strange = ("--marketing", "zoe@example.com", "--sales", "sam@example.com")
    said = refused(run("publish", str(agreement), *strange), "HR803")
    assert "Did you mean" not in said
    assert "`handraiser user add zoe@example.com --role ROLE` adds them." in said


def test_doubts_about_an_agreement_are_told_when_it_is_published(agreement: Path) -> None:
    high = changed(agreement, "points: 5}", "points: 5, max: 10}")
    done = run("publish", str(high), *SIGNED)
    assert done.exit_code == 0
    assert "HR407 warning:" in done.stderr


READING = """agreement: crm
fit:
  rules:
    - {rule: big, when: company.employes > 50 and not company.is_customer, points: 5}
    - {rule: chief, when: lead.title = 'chief' and lead.email_kind = 'business', points: 5}
engagement:
  rules:
    - {rule: visit, event: Page Viewed, where: pth like '/pricing%' and session_id is not null, points: 5}
    - {rule: read, event: Page Viewed, where: pth like '/docs%', points: 5}
qualify: {mql: score >= 15 and not lead.unsubscribed}
"""


def test_names_that_nobody_has_ever_had_are_told_once_each(agreement: Path) -> None:
    from tests.live.company import Clock, send, worker

    agreement.write_text(READING, encoding="utf-8")
    send(
        [
            {"type": "identify", "messageId": "1", "userId": "ann", "traits": {"email": "ann@acme.example"}},
            {
                "type": "group",
                "messageId": "2",
                "userId": "ann",
                "groupId": "acme",
                "traits": {"employees": 9},
            },
            {"type": "page", "messageId": "3", "userId": "ann", "properties": {"path": "/pricing"}},
        ],
        1,
    )
    worker(Clock(2)).settle()
    done = run("publish", str(agreement), *SIGNED)
    assert done.exit_code == 0
    told = [line for line in done.stderr.splitlines() if " warning: It reads" in line]
    assert [line.partition("warning: ")[2] for line in told] == [
        "It reads `company.employes`, which no company has ever had: it is null until one does.",
        "It reads `lead.title`, which no lead has ever had: it is null until one does.",
        "It reads `pth`, which no event has ever had: it is null until one does.",
    ]
    assert "fix: Did you mean `company.employees`?" in done.stderr
    assert "fix: Did you mean `path`?" in done.stderr


def test_before_anything_has_come_in_no_name_is_missed(agreement: Path) -> None:
    agreement.write_text(READING, encoding="utf-8")
    assert "It reads" not in run("publish", str(agreement), *SIGNED).stderr


def test_who_has_left_signs_nothing(agreement: Path) -> None:
    assert run("user", "remove", "sam@example.com").exit_code == 0
    assert "sam@example.com has left" in refused(run("publish", str(agreement), *SIGNED), "HR803")


def test_what_means_the_same_as_what_is_live_is_not_published_again(
    stored: Database, agreement: Path
) -> None:
    assert run("publish", str(agreement), *SIGNED).exit_code == 0
    other = changed(agreement, "fit:", "title: In other words\nfit:")
    said = refused(run("publish", str(other), *SIGNED), "HR808")
    assert "nothing would change" in said
    assert stored.one("SELECT count(*) FROM store_publication") == 1


def test_what_has_changed_since_the_live_one_is_told_in_words(agreement: Path) -> None:
    assert run("publish", str(agreement), *SIGNED).exit_code == 0
    done = run("publish", str(changed(agreement, ">= 15", ">= 20")), *SIGNED)
    assert done.exit_code == 0
    assert "MQLs need at least 20 points, not at least 15." in done.stdout
    assert "All in all stricter" in done.stdout


def test_several_agreements_decide_at_once_by_their_names(agreement: Path) -> None:
    from handraiser.edge.running import now
    from handraiser.flows.live import live_at

    assert run("publish", str(agreement), *SIGNED).exit_code == 0
    assert run("publish", str(changed(agreement, ": crm", ": webinar")), *SIGNED).exit_code == 0
    assert [each.agreement.name for each in live_at(now())] == ["crm", "webinar"]


def test_the_first_of_a_name_may_begin_in_the_past_and_says_who_is_handed_off(agreement: Path) -> None:
    done = run("publish", str(agreement), *SIGNED, "--at", "2026-01-01")
    assert done.exit_code == 0
    assert "since then is handed off" in done.stdout


def test_a_later_one_cannot_decide_anew_what_has_been_decided(stored: Database, agreement: Path) -> None:
    assert run("publish", str(agreement), *SIGNED, "--at", "2026-01-01").exit_code == 0
    later = changed(agreement, ">= 15", ">= 20")
    said = refused(run("publish", str(later), *SIGNED, "--at", "2026-02-01"), "HR809")
    assert "leads have been decided by another of this name" in said
    assert stored.one("SELECT count(*) FROM store_publication") == 1


def test_two_cannot_begin_at_one_instant(agreement: Path) -> None:
    assert run("publish", str(agreement), *SIGNED, "--at", "2040-01-01").exit_code == 0
    later = changed(agreement, ">= 15", ">= 20")
    refused(run("publish", str(later), *SIGNED, "--at", "2040-01-01"), "HR809")


def test_one_that_begins_before_another_says_until_when_it_decides(agreement: Path) -> None:
    assert run("publish", str(agreement), *SIGNED, "--at", "2040-01-01").exit_code == 0
    done = run("publish", str(changed(agreement, ">= 15", ">= 20")), *SIGNED)
    assert "until 2040-01-01T00:00:00Z, when another of its name begins" in done.stdout


def test_a_shadow_needs_no_signatures_and_runs_beside(stored: Database, agreement: Path) -> None:
    assert run("publish", str(agreement), *SIGNED).exit_code == 0
    shadow = str(changed(agreement, ">= 15", ">= 20"))
    done = run("publish", shadow, "--shadow")
    assert done.exit_code == 0
    assert "nobody is handed off" in done.stdout
    assert stored.one("SELECT count(*) FROM store_publication WHERE marketing_id IS NULL") == 1
    refused(run("publish", shadow, "--shadow"), "HR808")


@pytest.mark.parametrize("given", [SIGNED[:2], SIGNED[2:], ()])
def test_half_a_signature_is_misuse(agreement: Path, given: tuple[str, ...]) -> None:
    assert run("publish", str(agreement), *given).exit_code == 2


# ---- users and keys


def test_an_address_that_is_none_adds_nobody(stored: Database) -> None:
    assert "`Ann <a@b.example>`" in refused(
        run("user", "add", "Ann <a@b.example>", "--role", "sales"), "HR802"
    )
    assert stored.one("SELECT count(*) FROM store_user") == 0


def test_nobody_is_added_twice(agreement: Path) -> None:
    assert "of the role sales" in refused(run("user", "add", "SAM@example.com", "--role", "viewer"), "HR806")


def test_who_comes_back_has_the_role_they_come_back_with(stored: Database, agreement: Path) -> None:
    assert run("user", "remove", "sam@example.com").exit_code == 0
    refused(run("user", "remove", "sam@example.com"), "HR803")
    assert run("user", "add", "sam@example.com", "--role", "manager", "--name", "Sam").exit_code == 0
    ((role, name, left),) = stored.rows(
        "SELECT role, name, left_at FROM store_user WHERE email = 'sam@example.com'"
    )
    assert (role, name, left) == ("manager", "Sam", None)
    assert [
        row[0]
        for row in stored.rows(
            "SELECT did FROM store_audit WHERE subject = 'user sam@example.com' ORDER BY id"
        )
    ] == [
        "added a user",
        "removed a user",
        "added a user",
    ]


def test_users_are_listed_with_who_has_left(agreement: Path) -> None:
    assert run("user", "remove", "sam@example.com").exit_code == 0
    head, mara, sam = run("user", "list").stdout.splitlines()
    assert head.split() == ["email", "role", "name", "added", "left"]
    assert mara.split()[:2] == ["mara@example.com", "marketing"]
    assert len(sam.split()) == len(mara.split()) + 1


def test_a_role_that_there_is_not_is_misuse(stored: Database) -> None:
    assert run("user", "add", "ann@example.com", "--role", "boss").exit_code == 2


def test_a_key_is_printed_alone_and_kept_as_its_hash(stored: Database) -> None:
    import hashlib

    done = run("key", "new", "--scope", "track", "--name", "website")
    key = done.stdout.removesuffix("\n")
    assert done.stderr == ""
    assert key.startswith("hr_track_")
    assert len(key) > 40
    ((digest, scope, name),) = stored.rows("SELECT digest, scope, name FROM store_key")
    assert (digest, scope, name) == (hashlib.sha256(key.encode()).hexdigest(), "track", "website")
    assert key not in str(stored.rows("SELECT details, subject FROM store_audit"))


def test_a_revoked_key_is_listed_as_such_and_cannot_be_revoked_again(stored: Database) -> None:
    assert run("key", "list").stdout == "There are no keys.\n"
    assert run("key", "new", "--scope", "read").exit_code == 0
    number = str(stored.one("SELECT id FROM store_key"))
    assert run("key", "revoke", number).exit_code == 0
    refused(run("key", "revoke", number), "HR807")
    refused(run("key", "revoke", "999"), "HR807")
    assert "`abc` is not the number of a key." in refused(run("key", "revoke", "abc"), "HR807")
    refused(run("key", "revoke", "9" * 30), "HR807")
    _, line = run("key", "list").stdout.splitlines()
    assert line.split()[:2] == [number, "read"]
    assert len(line.split()) == 4
