"""Who is told of what happens?"""

from __future__ import annotations

from typing import Any

import pytest
from django.db import transaction
from django.test import override_settings

from handraiser.edge.outside import days_kept
from handraiser.errors import Mistakes
from handraiser.flows.outbox import tell
from handraiser.flows.purging import purge_delivered
from handraiser.store.models import Outgoing
from tests.live.company import DAY, Clock, worker
from tests.outbox.company import destination, episode, lead, news, telling, user, waiting
from tests.outbox.told import NOON

pytestmark = pytest.mark.usefixtures("database")


def test_where_there_is_no_destination_nothing_is_written() -> None:
    assert telling(news(episode())) == 0
    assert waiting() == []


def test_every_destination_that_wants_it_is_told() -> None:
    destination("all")
    destination("verdicts", kinds=["lead.accepted", "lead.recycled"])
    destination("other", agreement="other")
    destination("same", agreement="crm", kinds=["lead.mql"])
    destination("off", disabled_at=NOON)
    one = episode()
    assert telling(news(one), news(one, "lead.accepted")) == 4
    assert waiting() == [
        ("all", "lead.mql"), ("same", "lead.mql"), ("all", "lead.accepted"), ("verdicts", "lead.accepted"),
    ]  # fmt: skip


def test_what_was_told_is_not_told_again() -> None:
    destination()
    one = episode()
    assert telling(news(one)) == 1
    assert telling(news(one), news(one, occasion=1), news(episode(one.lead))) == 2
    assert len(waiting()) == 3


def test_what_did_not_happen_is_not_told() -> None:
    destination()
    one = episode()
    with transaction.atomic():
        tell([news(one)], now=NOON)
        transaction.set_rollback(True)
    assert waiting() == []


def test_every_message_has_a_key_of_its_own_and_is_due_at_once() -> None:
    destination("one")
    destination("other")
    telling(news(episode(), payload={"type": "lead.mql", "data": {"text": 'Zoë "Z" \\ ☃'}}), now=NOON + 5)
    first, second = Outgoing.objects.order_by("pk")
    assert first.key != second.key
    assert (first.due_at, first.created_at, first.attempts, first.done_at) == (NOON + 5, NOON + 5, 0, None)
    assert first.payload == {"type": "lead.mql", "data": {"text": 'Zoë "Z" \\ ☃'}}


def test_of_one_lead_it_is_told_in_the_order_in_which_it_happened() -> None:
    destination()
    someone = lead()
    happened = [episode(someone) for _ in range(30)]
    telling(*[news(each) for each in happened])
    assert list(Outgoing.objects.order_by("pk").values_list("episode", flat=True)) == [
        each.pk for each in happened
    ]


def test_a_mailbox_by_role_is_the_owners_or_the_managers_of_then() -> None:
    destination("mail", kind="email", address="owner")
    destination("boss", kind="email", address="manager")
    destination("list", kind="email", address="all@ours.example")
    sam, mia = user("sam@ours.example"), user("mia@ours.example")
    telling(news(episode(), owner=sam.pk, manager=mia.pk))
    found = {row.destination.name: row.payload["to"] for row in Outgoing.objects.all()}
    assert found == {
        "mail": ["sam@ours.example"], "boss": ["mia@ours.example"], "list": ["all@ours.example"]
    }  # fmt: skip


def test_where_there_is_nobody_or_they_have_left_nobody_gets_mail() -> None:
    destination("mail", kind="email", address="owner")
    gone = user("gone@ours.example", left_at=NOON)
    assert telling(news(episode()), news(episode(), owner=gone.pk)) == 0


# ---- kept for a while


def delivered(days_ago: float, **fields: Any) -> int:
    """Have a message that was delivered some days ago; return its number."""
    at = NOON - int(days_ago * DAY)
    telling(news(episode()), now=at)
    message = Outgoing.objects.latest("pk")
    Outgoing.objects.filter(pk=message.pk).update(**{"done_at": at, "delivered": True} | fields)
    return int(message.pk)


def test_what_was_delivered_is_kept_for_a_while_and_what_was_not_for_ever() -> None:
    destination()
    old = [delivered(40), delivered(30.1)]
    waits = delivered(90, done_at=None, delivered=False)
    dead = delivered(80, delivered=False)
    late = delivered(70, done_at=NOON - DAY)  # it arrived at last, after a month
    old.append(delivered(31))
    fresh = [delivered(29.9), delivered(0)]
    assert purge_delivered(NOON, days=30, batch=2) == 3
    assert list(Outgoing.objects.order_by("pk").values_list("pk", flat=True)) == [waits, dead, late, *fresh]
    assert purge_delivered(NOON, days=30) == 0


def test_the_worker_takes_away_once_a_day_what_was_delivered_long_ago() -> None:
    destination()
    delivered(8)
    with override_settings(HANDRAISER_KEEP_DELIVERED_DAYS="7"):
        worker(Clock(NOON)).daily()
    assert not Outgoing.objects.exists()


@pytest.mark.parametrize("said", ["0", "a week", "", "-1", "1.5", "36501"])
def test_days_that_are_no_number_of_days_are_refused(said: str) -> None:
    with override_settings(HANDRAISER_KEEP_DELIVERED_DAYS=said), pytest.raises(Mistakes) as wrong:
        days_kept()
    assert [str(each.code) for each in wrong.value.diagnostics] == ["HR890"]
