"""Who is told, who says so, and where do their secrets stay?"""

from __future__ import annotations

import ipaddress
import stat
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import override_settings
from standardwebhooks import Webhook, WebhookVerificationError
from typer.testing import CliRunner

from handraiser.connectors.addresses import Allowed
from handraiser.connectors.answers import Answer, Outcome
from handraiser.connectors.sending import Outside
from handraiser.edge.cli import app
from handraiser.edge.deliverer import Deliverer
from handraiser.errors import Mistakes
from handraiser.flows.again import replay, replay_all
from handraiser.flows.delivering import Came, claim, settle
from handraiser.flows.destinations import (
    Made,
    Removed,
    Wanted,
    add,
    disable,
    enable,
    move,
    remove,
    renew_secret,
)
from handraiser.flows.outbox import News
from handraiser.store.models import Audit, Destination, Outgoing
from tests.connectors.receiver import Receiver, receiving
from tests.live.company import Clock
from tests.outbox.company import destination, episode, news, telling
from tests.outbox.told import NOON, SECOND
from tests.servers import Database

pytestmark = pytest.mark.usefixtures("database", "sealing")
HERE = Allowed(networks=(ipaddress.ip_network("127.0.0.0/8"),))
URL = "https://crm.example/hook"


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as made:
        yield made


def made(name: str = "crm", kind: str = "webhook", address: str = URL, **more: Any) -> Made:
    return add(Wanted(name, kind, address, **more), allowed=HERE, who="eve", now=NOON)


def code_of(wrong: Any) -> str:
    (one,) = wrong.value.diagnostics
    return str(one.code)


def deliver(clock: Clock) -> None:
    Deliverer(clock, Outside(HERE, None, lambda: clock() // SECOND)).settle()


def run(*words: str, code: int = 0) -> Any:
    done = CliRunner().invoke(app, list(words))
    assert done.exit_code == code, done.output
    return done


def test_whoever_is_added_is_told_from_then_on() -> None:
    one = made(kinds=["lead.mql"], agreement="crm")
    assert one.secret.startswith("whsec_")
    assert telling(news(episode()), news(episode(), "lead.accepted")) == 1
    (audit,) = Audit.objects.all()
    assert (audit.who, audit.did, audit.subject) == ("eve", "added a destination", "destination crm")


def test_no_secret_stands_in_the_database_as_it_is(database: Database) -> None:
    secrets = [made().secret, renew_secret("crm", keep=60, who="eve", now=NOON).secret]
    hook = "https://hooks.slack.example/services/T0/B0/token"
    made("channel", "slack", hook)
    move("channel", hook + "2", allowed=HERE, who="eve", now=NOON)
    everything = str(database.rows("SELECT * FROM store_destination")) + str(
        database.rows("SELECT * FROM store_audit")
    )
    for secret in (*secrets, hook, "token"):
        assert secret not in everything
    assert Destination.objects.get(name="channel").address == "https://hooks.slack.example/…"


@pytest.mark.parametrize(
    ("wanted", "code"),
    [
        (Wanted("a b", "webhook", URL), "HR822"), (Wanted("", "webhook", URL), "HR822"),
        (Wanted("crm", "webhook", "crm.example"), "HR822"), (Wanted("crm", "webhook", "ftp://x/"), "HR822"),
        (Wanted("crm", "slack", "https://me:pw@x.example/"), "HR822"),
        (Wanted("crm", "webhook", "https://10.0.0.1/"), "HR822"),
        (Wanted("crm", "teams", "https://[::1]/"), "HR822"),
        (Wanted("crm", "email", "Ann <ann@x.example>"), "HR822"),
        (Wanted("crm", "webhook", URL, kinds=["lead.mq"]), "HR823"),
    ],
)  # fmt: skip
def test_what_cannot_be_told_anything_is_refused(wanted: Wanted, code: str) -> None:
    with pytest.raises(Mistakes) as wrong:
        add(wanted, allowed=HERE, who="eve", now=NOON)
    assert code_of(wrong) == code
    assert not Destination.objects.exists()
    assert not Audit.objects.exists()


def test_localhost_is_inside_too() -> None:
    with pytest.raises(Mistakes):
        add(Wanted("crm", "webhook", "https://localhost/"), allowed=Allowed(), who="eve", now=NOON)


def test_a_name_is_taken_once() -> None:
    made()
    with pytest.raises(Mistakes) as wrong:
        made()
    assert code_of(wrong) == "HR821"


def test_a_name_that_there_is_not_names_the_nearest() -> None:
    made()
    with pytest.raises(Mistakes, match="Did you mean crm") as wrong:
        disable("cmr", why="", who="eve", now=NOON)
    assert code_of(wrong) == "HR820"


def test_what_looks_wrong_is_said() -> None:
    assert made("plain", address="http://crm.example/").doubts == [
        "It is told in the open: anybody on the way can read http://."
    ]
    assert made("other", agreement="nobodys").doubts == [
        "No agreement nobodys has been published yet: until one is, it is told nothing."
    ]


def test_an_owner_is_told_what_there_is_to_do_and_no_more_unless_asked_for() -> None:
    assert "lead.accepted" not in made("reps", "email", "owner").destination.kinds
    assert made("bosses", "email", "manager").destination.kinds == ["lead.escalated", "lead.unassigned"]
    assert made("all", "email", "owner", kinds=["lead.accepted"]).destination.kinds == ["lead.accepted"]


# ---- secrets


def verifies(secret: str, receiver: Receiver) -> bool:
    got = receiver.got[-1]
    try:
        Webhook(secret).verify(got.body, dict(got.headers))
    except WebhookVerificationError:
        return False
    return True


def test_while_a_secret_is_replaced_either_verifies_and_afterwards_the_new_one(receiver: Receiver) -> None:
    clock = Clock(time.time_ns() // 1_000)
    old = made(address=receiver.url).secret
    new = renew_secret("crm", keep=60, who="eve", now=clock()).secret
    telling(news(episode()), now=clock())
    deliver(clock)
    assert (verifies(old, receiver), verifies(new, receiver)) == (True, True)
    clock.at += 61 * SECOND
    telling(news(episode()), now=clock())
    deliver(clock)
    assert (verifies(old, receiver), verifies(new, receiver)) == (False, True)


def test_only_webhooks_have_a_secret() -> None:
    made("channel", "slack")
    with pytest.raises(Mistakes) as wrong:
        renew_secret("channel", keep=60, who="eve", now=NOON)
    assert code_of(wrong) == "HR827"


def test_when_the_key_is_lost_messages_wait_until_there_is_a_new_secret(receiver: Receiver) -> None:
    clock = Clock(NOON)
    made(address=receiver.url)
    telling(news(episode()))
    with override_settings(HANDRAISER_SECRET="another"):  # noqa: S106  it opens nothing
        deliver(clock)
        assert receiver.got == []
        assert Outgoing.objects.get().error.startswith("its secret cannot be read: HANDRAISER_SECRET")
        renew_secret("crm", keep=0, who="eve", now=NOON)
        clock.at += 6 * SECOND
        deliver(clock)
    assert len(receiver.got) == 1


def test_without_a_setting_the_key_is_a_file_beside_sqlite_that_nobody_else_reads(database: Database) -> None:
    with override_settings(HANDRAISER_SECRET=""):
        if database.vendor == "postgresql":
            with pytest.raises(Mistakes) as wrong:
                made()
            assert code_of(wrong) == "HR824"
            return
        made()
        file = Path(database.url.removeprefix("sqlite:///")).with_suffix(".key")
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        kept = file.read_bytes()
        made("other")
        assert file.read_bytes() == kept


# ---- on and off


def test_what_waited_while_somebody_was_told_nothing_is_told_first(receiver: Receiver) -> None:
    clock = Clock(NOON)
    made(address=receiver.url)
    telling(news(episode()))
    disable("crm", why="broken", who="eve", now=NOON)
    deliver(clock)
    assert telling(news(episode())) == 0
    assert receiver.got == []
    enable("crm", who="eve", now=NOON)
    deliver(clock)
    assert len(receiver.got) == 1
    assert list(Audit.objects.order_by("pk").values_list("did", flat=True)) == [
        "added a destination", "disabled a destination", "enabled a destination",
    ]  # fmt: skip


def test_whoever_has_moved_is_told_there_what_failed(receiver: Receiver) -> None:
    clock = Clock(NOON)
    made(address="http://127.0.0.1:1/")
    telling(news(episode()))
    deliver(clock)
    move("crm", receiver.url, allowed=HERE, who="eve", now=NOON)
    clock.at += 6 * SECOND
    deliver(clock)
    assert len(receiver.got) == 1


def test_what_is_behind_the_host_is_shown_nowhere() -> None:
    hook = "https://crm.example/hook/a-token"
    with override_settings(HANDRAISER_ALLOW_PRIVATE="127.0.0.0/8"):
        run("destination", "add", "crm", "--kind", "webhook", "--to", hook)
        assert "https://crm.example/…ken2." in run("destination", "move", "crm", "--to", hook + "2").stdout
    listed = run("destination", "list").stdout
    run("destination", "remove", "crm")
    told = f"{listed} {list(Audit.objects.values_list('details', flat=True))}"
    assert "a-token" not in told
    assert "…ken2" in told


# ---- taken away


def test_a_destination_that_nothing_waits_for_is_taken_away_with_what_it_was_told(receiver: Receiver) -> None:
    made(address=receiver.url)
    made("other")
    telling(news(episode()))
    Outgoing.objects.filter(destination__name="other").delete()
    deliver(Clock(NOON))
    assert remove("crm", drop=False, who="eve", now=NOON) == Removed(0, 0)
    assert list(Destination.objects.values_list("name", flat=True)) == ["other"]
    assert not Outgoing.objects.exists()
    audit = Audit.objects.latest("pk")
    assert (audit.who, audit.did, audit.subject) == ("eve", "removed a destination", "destination crm")


def test_one_that_messages_wait_for_is_taken_away_only_if_they_are_to_be_dropped() -> None:
    made()
    dead(news(episode()))
    telling(news(episode()), news(episode()))
    failed = run("destination", "remove", "crm", code=1).stderr
    assert "HR891" in failed
    assert "2 messages wait for crm." in failed
    assert Destination.objects.filter(name="crm").exists()
    done = run("destination", "remove", "crm", "--force").stdout
    assert done == "crm is removed. Dropped: 2 messages that waited, 1 given up before.\n"
    assert not Destination.objects.exists()
    assert not Outgoing.objects.exists()
    details = Audit.objects.latest("pk").details
    assert (details["waiting"], details["dead"]) == (2, 1)


def test_what_comes_back_of_a_message_after_its_destination_was_taken_away_is_no_mistake() -> None:
    made()
    telling(news(episode()))
    there = Destination.objects.get()
    (job,) = claim(there.pk, 1, by="me", now=NOON)
    remove("crm", drop=True, who="eve", now=NOON)
    settle([Came(there.pk, job, Answer(Outcome.DELIVERED, "200"), NOON)], by="me")
    assert not Outgoing.objects.exists()


# ---- sending anew


def dead(happened: News) -> Outgoing:
    """Return a message that was given up."""
    telling(happened)
    message: Outgoing = Outgoing.objects.latest("pk")
    Outgoing.objects.filter(pk=message.pk).update(done_at=NOON, delivered=False, attempts=10, error="500")
    return message


def test_what_was_given_up_is_sent_anew_under_the_same_key(receiver: Receiver) -> None:
    made(address=receiver.url)
    message = dead(news(episode()))
    deliver(Clock(NOON))
    assert receiver.got == []
    replay(str(message.pk), who="eve", now=NOON + 1)
    deliver(Clock(NOON + 1))
    assert receiver.came_as() == [message.key]
    message.refresh_from_db()
    assert (message.delivered, message.attempts) == (True, 1)
    assert Audit.objects.filter(did="sent a message anew").count() == 1


def test_all_of_a_destination_since_an_instant_are_sent_anew(receiver: Receiver) -> None:
    made(address=receiver.url)
    old, new = dead(news(episode())), dead(news(episode()))
    Outgoing.objects.filter(pk=old.pk).update(created_at=NOON - 1)
    disable("crm", why="", who="eve", now=NOON)
    destination("other")
    others = dead(news(episode()))
    enable("crm", who="eve", now=NOON)
    assert replay_all("crm", since=NOON, who="eve", now=NOON) == 1
    deliver(Clock(NOON))
    assert receiver.came_as() == [new.key]
    assert not Outgoing.objects.get(pk=others.pk).delivered


def test_what_was_delivered_or_waits_is_not_sent_anew() -> None:
    made()
    telling(news(episode()))
    waits = Outgoing.objects.get()
    for number, code in ((str(waits.pk), "HR826"), ("999", "HR829"), ("x", "HR829"), ("9" * 30, "HR829")):
        with pytest.raises(Mistakes) as wrong:
            replay(number, who="eve", now=NOON)
        assert code_of(wrong) == code


# ---- on the command line


def test_a_destination_is_added_listed_tested_and_turned_off_from_a_shell(receiver: Receiver) -> None:
    with override_settings(HANDRAISER_ALLOW_PRIVATE="127.0.0.0/8"):
        done = run("destination", "add", "crm", "--kind", "webhook", "--to", receiver.url)
        secret = done.stdout.strip()
        assert secret.startswith("whsec_")
        assert "in the open" in done.stderr
        assert "crm has taken it: 204." in run("destination", "test", "crm").stdout
        assert verifies(secret, receiver)
        receiver.always(500, b"out of order")
        failed = run("destination", "test", "crm", code=3)
        assert "crm has not taken it: 500: out of order." in failed.stderr
    assert not Outgoing.objects.exists()
    run("destination", "disable", "crm")
    listed = run("destination", "list").stdout
    assert "off since" in listed
    assert secret not in listed
    assert "crm is told" in run("destination", "enable", "crm").stdout


def test_a_mailbox_by_role_is_tested_at_an_address() -> None:
    done = run("destination", "add", "reps", "--kind", "email", "--to", "owner")
    assert "HANDRAISER_MAIL_URL" in done.stderr
    assert "--mailbox" in run("destination", "test", "reps", code=2).stderr
    assert "no mail server" in run("destination", "test", "reps", "--mailbox", "a@b.example", code=3).stderr


def test_the_outbox_is_shown_and_sent_anew_from_a_shell() -> None:
    made()
    message = dead(news(episode()))
    assert "500" in run("outbox", "list").stdout
    assert "Nothing waits." in run("outbox", "list", "--state", "waiting").stdout
    assert "is sent again to crm" in run("outbox", "replay", str(message.pk)).stdout
    assert str(message.pk) in run("outbox", "list", "--state", "waiting", "--destination", "crm").stdout
    dead(news(episode()))
    assert (
        "1 message sent again"
        in run("outbox", "replay", "--destination", "crm", "--since", "2020-01-01").stdout
    )
    run("outbox", "replay", code=2)
    run("outbox", "replay", "--destination", "crm", code=2)


def test_a_setting_that_means_nothing_is_refused() -> None:
    words = ("destination", "add", "crm", "--kind", "webhook", "--to", URL)
    with override_settings(HANDRAISER_ALLOW_PRIVATE="yes"):
        assert "HR828" in run(*words, code=1).stderr
    made("reps", "email", "owner")
    with override_settings(HANDRAISER_MAIL_URL="mail.example"):
        assert "HR825" in run("destination", "test", "reps", "--mailbox", "a@b.example", code=1).stderr
