"""Does every message arrive, in order, and once unless somebody died?"""

from __future__ import annotations

import ipaddress
import json
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from handraiser.connectors.addresses import Allowed
from handraiser.connectors.ladder import ATTEMPTS
from handraiser.connectors.mailbox import post_of
from handraiser.connectors.sending import Outside
from handraiser.connectors.signing import new_secret
from handraiser.edge.deliverer import Deliverer
from handraiser.flows.delivering import LEASE, claim
from handraiser.store.models import Audit, Destination, Outgoing
from tests.connectors.postbox import taking_mail
from tests.connectors.receiver import Got, Receiver, receiving
from tests.live.company import Clock
from tests.outbox.company import destination, episode, lead, news, telling
from tests.outbox.told import NOON, SECOND

pytestmark = pytest.mark.usefixtures("database", "sealing")
HERE = Allowed(networks=(ipaddress.ip_network("127.0.0.0/8"),))
MINUTE, DAY = 60 * SECOND, 86_400 * SECOND


@pytest.fixture
def clock() -> Clock:
    return Clock(NOON)


@pytest.fixture
def receivers() -> Iterator[ExitStack]:
    with ExitStack() as open_ones:
        yield open_ones


@pytest.fixture
def receiver(receivers: ExitStack) -> Receiver:
    return receivers.enter_context(receiving())


def deliverer(clock: Clock) -> Deliverer:
    return Deliverer(clock, Outside(HERE, None, lambda: clock() // SECOND))


def told_to(receiver: Receiver, name: str = "crm", **fields: object) -> Destination:
    from handraiser.flows.sealing import sealed

    return destination(name, address=receiver.url, secret=sealed(new_secret()), **fields)


def error() -> str:
    return str(Outgoing.objects.get().error)


def test_what_happened_is_told(receiver: Receiver, clock: Clock) -> None:
    told_to(receiver)
    telling(news(episode()), news(episode()))
    deliverer(clock).settle()
    first, second = Outgoing.objects.order_by("pk")
    assert sorted(receiver.came_as()) == sorted([first.key, second.key])
    assert (first.delivered, first.done_at, first.attempts, first.error) == (True, NOON, 1, "")
    assert {json.loads(got.body)["type"] for got in receiver.got} == {"lead.mql"}
    assert all(got.headers["webhook-timestamp"] == str(NOON // SECOND) for got in receiver.got)


def test_nothing_is_told_twice(receiver: Receiver, clock: Clock) -> None:
    told_to(receiver)
    telling(*[news(episode()) for _ in range(150)])
    first, second = deliverer(clock), deliverer(clock)
    while first.turn() + second.turn():
        pass
    first.settle()
    second.settle()
    assert sorted(receiver.came_as()) == sorted(Outgoing.objects.values_list("key", flat=True))
    assert Outgoing.objects.filter(delivered=False).count() == 0


def test_of_one_lead_things_are_told_one_after_the_other(receiver: Receiver, clock: Clock) -> None:
    told_to(receiver)
    someone, other = lead(), lead()
    telling(*[news(episode(who)) for _ in range(8) for who in (someone, other)])
    for each in (one := deliverer(clock), deliverer(clock)):
        each.turn()
    one.settle()
    order = {key: (row, of) for key, row, of in Outgoing.objects.values_list("key", "pk", "lead")}
    for who in (someone.pk, other.pk):
        rows = [order[key][0] for key in receiver.came_as() if order[key][1] == who]
        assert rows == sorted(rows)
    deliverer(clock).settle()
    assert len(receiver.got) == 16


def test_a_later_message_waits_until_the_earlier_one_is_delivered(receiver: Receiver, clock: Clock) -> None:
    told_to(receiver)
    someone = lead()
    telling(news(episode(someone)), news(episode(someone)), news(episode()))
    first, second, other = Outgoing.objects.order_by("pk")
    receiver.answer = lambda got: (500 if got.headers["webhook-id"] == first.key else 200, {}, b"")
    one = deliverer(clock)
    one.settle()
    assert second.key not in receiver.came_as()
    clock.at += 10 * SECOND
    receiver.always(200)
    one.settle()
    assert receiver.came_as().count(first.key) == 2
    assert receiver.came_as().index(second.key) > len(receiver.came_as()) - 1 - receiver.came_as()[
        ::-1
    ].index(first.key)
    assert other.key in receiver.came_as()


def test_what_fails_is_tried_again_a_rung_later_under_the_same_key(receiver: Receiver, clock: Clock) -> None:
    told_to(receiver)
    telling(news(episode()))
    receiver.always(500, b"out of order")
    one = deliverer(clock)
    one.settle()
    assert error() == "500: out of order"
    clock.at += 4 * SECOND
    one.settle()
    assert len(receiver.got) == 1
    clock.at += 2 * SECOND
    one.settle()
    assert len(receiver.got) == 2
    assert len(set(receiver.came_as())) == 1
    stamps = [got.headers["webhook-timestamp"] for got in receiver.got]
    assert stamps == [str(NOON // SECOND), str(NOON // SECOND + 6)]


def test_after_the_ladder_it_is_given_up_and_what_waited_behind_it_goes_on(
    receiver: Receiver, clock: Clock
) -> None:
    told_to(receiver)
    someone = lead()
    telling(news(episode(someone)), news(episode(someone)))
    first, second = Outgoing.objects.order_by("pk")
    receiver.answer = lambda got: (500 if got.headers["webhook-id"] == first.key else 200, {}, b"")
    one = deliverer(clock)
    for _ in range(ATTEMPTS):
        one.settle()
        first.refresh_from_db()
        clock.at = first.due_at
    assert (first.attempts, first.delivered, first.done_at is None) == (ATTEMPTS, False, False)
    assert receiver.came_as().count(first.key) == ATTEMPTS
    clock.at += 5 * MINUTE
    one.settle()
    assert receiver.came_as()[-1] == second.key


def test_whoever_asks_to_be_left_alone_is_with_everything(receiver: Receiver, clock: Clock) -> None:
    crm = told_to(receiver)
    telling(*[news(episode()) for _ in range(3)])
    receiver.always(429, retry_after="600")
    one = deliverer(clock)
    one.settle()
    asked = len(receiver.got)
    assert asked <= 3
    receiver.always(200)
    clock.at += 599 * SECOND
    telling(news(episode()), now=clock())
    one.settle()
    assert len(receiver.got) == asked
    clock.at += 2 * SECOND
    one.settle()
    crm.refresh_from_db()
    assert Outgoing.objects.filter(delivered=True).count() == 4
    assert crm.failing_since is None


def test_whoever_is_gone_is_told_nothing_more(receiver: Receiver, clock: Clock) -> None:
    crm = told_to(receiver)
    telling(news(episode()))
    receiver.always(410)
    deliverer(clock).settle()
    crm.refresh_from_db()
    assert crm.disabled_at == NOON
    assert crm.disabled_why == "it answered 410, gone"
    (audit,) = Audit.objects.all()
    assert (audit.who, audit.did, audit.subject) == (
        "handraiser",
        "disabled a destination",
        "destination crm",
    )
    assert telling(news(episode())) == 0


def test_whoever_takes_nothing_for_days_is_told_nothing_more(receiver: Receiver, clock: Clock) -> None:
    crm = told_to(receiver)
    receiver.always(500)
    one = deliverer(clock)
    telling(news(episode()), now=clock())
    for day in range(8):
        one.settle()
        crm.refresh_from_db()
        assert (crm.disabled_at is None) is (day < 5)
        clock.at += DAY
    assert crm.disabled_why == "it has taken nothing for five days; at last 500"


def test_what_failed_long_ago_says_little_of_today(receiver: Receiver, clock: Clock) -> None:
    crm = told_to(receiver, failing_since=NOON - 30 * DAY)
    receiver.always(500)
    telling(news(episode()))
    deliverer(clock).settle()
    crm.refresh_from_db()
    assert crm.disabled_at is None


def test_one_that_hangs_delays_no_other(receivers: ExitStack, clock: Clock) -> None:
    stuck, quick = (receivers.enter_context(receiving()) for _ in range(2))
    told_to(stuck, "stuck")
    told_to(quick, "quick")
    stuck.gate.clear()
    telling(*[news(episode()) for _ in range(60)])
    one = deliverer(clock)
    while len(quick.got) < 60:
        one.turn()
    assert len(stuck.got) <= 4  # as many as it has threads
    stuck.gate.set()
    one.settle()
    assert len(set(stuck.came_as())) == 60


def test_a_dead_one_is_tried_with_one_message_not_with_all(receiver: Receiver, clock: Clock) -> None:
    told_to(receiver)
    receiver.always(500)
    telling(*[news(episode()) for _ in range(100)])
    one = deliverer(clock)
    one.settle()
    for _ in range(10):
        clock.at += MINUTE
        one.settle()
    assert len(receiver.got) < 30
    receiver.always(200)
    clock.at += 3_600 * SECOND
    one.settle()
    assert Outgoing.objects.filter(delivered=True).count() == 100


def test_who_dies_leaves_what_it_had_to_another_under_the_same_key(receiver: Receiver, clock: Clock) -> None:
    crm = told_to(receiver)
    telling(news(episode()))
    (dead,) = claim(crm.pk, 10, by="dead", now=clock())
    one = deliverer(clock)
    one.settle()
    assert receiver.got == []
    clock.at += LEASE
    one.settle()
    assert receiver.came_as() == [dead.key]


def test_who_lives_goes_on_having_what_it_sends(receiver: Receiver, clock: Clock) -> None:
    told_to(receiver)
    telling(news(episode()))
    receiver.gate.clear()
    one, other = deliverer(clock), deliverer(clock)
    one.turn()
    assert receiver.came.acquire(timeout=30)
    for _ in range(6):
        clock.at += LEASE // 2 + SECOND
        one.turn()
        other.turn()
    receiver.gate.set()
    one.settle()
    other.settle()
    assert len(receiver.got) == 1


def test_who_is_told_to_stop_lets_arrive_what_is_on_its_way_and_leaves_the_rest(
    receiver: Receiver, clock: Clock
) -> None:
    told_to(receiver)
    telling(*[news(episode()) for _ in range(60)])
    receiver.gate.clear()
    one = deliverer(clock)
    one.turn()
    for _ in range(4):
        assert receiver.came.acquire(timeout=30)

    def open_soon(got: Got) -> tuple[int, dict[str, str], bytes]:
        return 200, {}, b""

    receiver.answer = open_soon
    one.stop()
    receiver.gate.set()
    one.end()
    assert len(receiver.got) == 4
    assert Outgoing.objects.filter(delivered=True).count() == 4
    assert Outgoing.objects.filter(claimed_until__gt=0).count() == 0
    deliverer(clock).settle()
    assert Outgoing.objects.filter(delivered=True).count() == 60


def test_what_came_too_late_is_known_all_the_same(receiver: Receiver, clock: Clock) -> None:
    told_to(receiver)
    telling(news(episode()))
    receiver.gate.clear()
    one = deliverer(clock)
    one.turn()
    assert receiver.came.acquire(timeout=30)
    Outgoing.objects.update(claimed_by="another")
    receiver.gate.set()
    one.settle()
    assert Outgoing.objects.get().delivered


def test_a_failure_that_came_too_late_is_anothers_to_judge(receiver: Receiver, clock: Clock) -> None:
    told_to(receiver)
    telling(news(episode()))
    receiver.gate.clear()
    receiver.always(500)
    one = deliverer(clock)
    one.turn()
    assert receiver.came.acquire(timeout=30)
    Outgoing.objects.update(claimed_by="another")
    receiver.gate.set()
    one.settle()
    row = Outgoing.objects.get()
    assert (row.attempts, row.claimed_by) == (0, "another")


def test_what_is_inside_is_told_nothing_unless_it_may_be(receiver: Receiver, clock: Clock) -> None:
    told_to(receiver)
    telling(news(episode()))
    Deliverer(clock, Outside(Allowed(), None, lambda: 0)).settle()
    assert receiver.got == []
    assert error() == "127.0.0.1 is a private address or one of no machine, and those are not told anything"


def test_a_redirect_to_the_inside_is_not_followed(receivers: ExitStack, clock: Clock) -> None:
    outside, inside = (receivers.enter_context(receiving()) for _ in range(2))
    told_to(outside)
    outside.always(302, location=inside.url)
    telling(news(episode()))
    deliverer(clock).settle()
    assert inside.got == []
    assert error().startswith("302: it redirects to http://127.0.0.1")


def test_mail_that_nobody_carries_waits(clock: Clock) -> None:
    destination("mail", kind="email", address="all@ours.example")
    telling(news(episode()))
    deliverer(clock).settle()
    assert error() == "no mail server is known: HANDRAISER_MAIL_URL says which"
    assert Outgoing.objects.get().done_at is None


def test_mail_that_is_refused_for_good_is_given_up_and_what_is_not_is_tried_again(clock: Clock) -> None:
    reps = destination("mail", kind="email", address="all@ours.example")
    telling(news(episode()))
    with taking_mail() as mailbox:
        post = post_of(f"smtp://127.0.0.1:{mailbox.port}", "leads@ours.example")
        one = Deliverer(clock, Outside(HERE, post, lambda: clock() // SECOND))
        mailbox.at_rcpt = "451 greylisted"
        one.settle()
        assert (error(), Outgoing.objects.get().done_at) == ("451 greylisted", None)
        clock.at += 6 * SECOND
        mailbox.at_rcpt = ""
        one.settle()
        assert mailbox.mail()["message-id"] == f"<{Outgoing.objects.get().key}@ours.example>"
        assert Outgoing.objects.get().delivered
        telling(news(episode()), now=clock())
        mailbox.at_rcpt = "550 no such user"
        one.settle()
    last = Outgoing.objects.latest("pk")
    assert (last.done_at, last.delivered, last.error) == (clock(), False, "550 no such user")
    reps.refresh_from_db()
    assert reps.failing_since is None


def test_a_secret_that_cannot_be_read_is_told_and_nothing_is_sent(receiver: Receiver, clock: Clock) -> None:
    destination("crm", address=receiver.url, secret="gAAAA")  # noqa: S106  it is none
    telling(news(episode()))
    deliverer(clock).settle()
    assert receiver.got == []
    assert error().startswith("its secret cannot be read")


def test_channels_are_told_in_their_own_way(receivers: ExitStack, clock: Clock) -> None:
    from handraiser.flows.sealing import sealed

    one = receivers.enter_context(receiving())
    for kind in ("slack", "teams"):
        address = f"http://127.0.0.1:{one.port}/{kind}"
        destination(kind, kind=kind, address="http://127.0.0.1/…", secret=sealed(address))
    telling(news(episode()))
    deliverer(clock).settle()
    bodies = {got.path: json.loads(got.body) for got in one.got}
    assert "blocks" in bodies["/slack"]
    assert bodies["/teams"]["type"] == "message"
    assert all("webhook-signature" not in got.headers for got in one.got)
