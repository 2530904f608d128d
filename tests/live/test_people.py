"""Who is it? What a visitor did before counts when they are known; who is somebody else stays so."""

from __future__ import annotations

import pytest

from handraiser.capture.attributes import DERIVED_FROM
from handraiser.errors import Unavailable
from handraiser.flows.examining import examine
from handraiser.flows.names import MOST_NAMES
from handraiser.flows.unjoin import unjoin
from handraiser.store.bulk import query
from handraiser.store.models import Company, Join, Person, Reject
from tests.live.company import DAY, HOUR, NOON, Live, publish
from tests.servers import Database

PAGES = """
agreement: pages
fit:
  rules:
    - {rule: big, when: company.employees >= 100, points: 50}
    - {rule: chief, when: "lead.job_title ilike '%chief%'", points: 20}
engagement:
  rules: [{rule: page, event: Page Viewed, points: 1}, {rule: paper, event: Content Downloaded, points: 10}]
qualify: {mql: score >= 100}
"""
BROWSER, OTHER = {"anonymousId": "b1"}, {"anonymousId": "b2"}
ANN, BOB = {"userId": "ann"}, {"userId": "bob"}


@pytest.fixture
def live(database: Database) -> Live:
    return Live(PAGES)


def test_visits_before_somebody_is_known_count_from_then_on(live: Live) -> None:
    live.track(BROWSER, "Content Downloaded")
    assert query("SELECT count(*) FROM store_standing") == [(0,)]
    live.identify({**BROWSER, **ANN}, email="ann@acme.example")
    assert live.score(live.lead("user", "ann")) == 10


def test_a_browser_of_nobody_becomes_that_of_who_signs_in(live: Live) -> None:
    live.identify(ANN, email="ann@acme.example")
    live.track(BROWSER, "Content Downloaded")
    live.hear({"type": "page", **BROWSER, **ANN})
    assert live.score(live.lead("user", "ann")) == 11
    assert live.lead("anonymous", "b1") == live.lead("user", "ann")


@pytest.mark.parametrize("event", ["Form Submitted", "Email Link Clicked", "Demo Requested"])
def test_a_form_a_click_in_a_mail_or_a_request_makes_somebody_known(live: Live, event: str) -> None:
    live.track(BROWSER, "Content Downloaded")
    live.track(BROWSER, event, email="Ann@Acme.example")
    assert live.score(live.lead("email", "ann@acme.example")) == 10


def test_an_invitation_does_not_make_who_sent_it_known(live: Live) -> None:
    live.track(BROWSER, "Invitation Sent", email="friend@acme.example")
    assert query("SELECT count(*) FROM store_person WHERE lead_since IS NOT NULL") == [(0,)]


def test_addresses_are_one_whatever_their_letters(live: Live) -> None:
    live.identify(BROWSER, email="Ann@Bücher.example")
    live.identify(OTHER, email="ann@xn--bcher-kva.EXAMPLE")
    assert live.lead("anonymous", "b1") == live.lead("anonymous", "b2")


def test_a_tag_behind_a_plus_is_part_of_an_address(live: Live) -> None:
    live.identify(BROWSER, email="ann+news@acme.example")
    live.identify(OTHER, email="ann@acme.example")
    assert live.lead("anonymous", "b1") != live.lead("anonymous", "b2")


def test_two_who_share_a_browser_stay_two(live: Live) -> None:
    live.identify({**BROWSER, **ANN}, email="ann@acme.example")
    live.track(BROWSER, "Content Downloaded")
    live.identify({**BROWSER, **BOB}, email="bob@acme.example")
    live.hear({"type": "page", **BROWSER})
    ann, bob = live.lead("user", "ann"), live.lead("user", "bob")
    assert ann != bob
    assert (live.score(ann), live.score(bob)) == (10, 1)  # whose browser it is now


def test_who_gets_an_account_stays_who_filled_in_the_form(live: Live) -> None:
    live.track(BROWSER, "Form Submitted", email="ann@acme.example")
    live.track(BROWSER, "Content Downloaded")
    before = live.lead("email", "ann@acme.example")
    live.identify({**OTHER, **ANN}, email="ann@acme.example")
    assert live.lead("user", "ann") == before
    assert live.score(before) == 10


def test_an_alias_joins_two_who_are_one_and_the_score_is_that_of_both(live: Live) -> None:
    live.identify(ANN, email="ann@acme.example")
    live.track(ANN, "Content Downloaded")
    live.identify(BOB, email="bob@acme.example")
    live.track(BOB, "Content Downloaded")
    live.hear({"type": "alias", "previousId": "bob", "userId": "ann"})
    assert live.lead("user", "bob") == live.lead("user", "ann")
    assert live.score(live.lead("user", "ann")) == 20


def test_aliases_in_a_browser_that_two_share_join_neither(live: Live) -> None:
    live.track(BROWSER, "Content Downloaded")
    live.hear({"type": "alias", "previousId": "b1", "userId": "ann"})
    live.identify({**BROWSER, **ANN}, email="ann@acme.example")
    live.identify(BOB, email="bob@acme.example")
    live.hear({"type": "alias", "previousId": "b1", "userId": "bob"})
    live.track(BROWSER, "Content Downloaded")
    ann, bob = live.lead("user", "ann"), live.lead("user", "bob")
    assert ann != bob
    assert (live.score(ann), live.score(bob)) == (10, 10)
    assert query("SELECT count(*) FROM store_identifier WHERE kind = 'user'") == [(2,)]


@pytest.mark.parametrize("user", ["b1", "undefined"])
def test_an_alias_of_one_to_itself_or_to_nobody_joins_nobody(live: Live, user: str) -> None:
    live.identify({**BROWSER, **ANN}, email="ann@acme.example")
    live.hear({"type": "alias", "previousId": "b1", "userId": user})
    live.hear({"type": "alias", "previousId": "b1", "userId": "bob"})
    assert live.lead("user", "ann") != live.lead("user", "bob")


def test_a_join_undone_leaves_each_what_they_did_and_is_not_made_again(live: Live) -> None:
    live.identify(ANN, email="ann@acme.example")
    live.track(BROWSER, "Content Downloaded")
    live.hear({"type": "page", **BROWSER, **ANN})
    join = Join.objects.get()
    visitor, ann = unjoin(join.pk, by="test", now=live.clock.at)
    live.worker.settle()
    assert live.score(ann) == 1
    assert Person.objects.get(pk=visitor).root_id == visitor
    live.hear({"type": "page", **BROWSER, **ANN})
    assert live.score(ann) == 2
    assert Join.objects.filter(undone_at=None).count() == 0


def test_leads_that_were_joined_are_two_leads_again(live: Live) -> None:
    live.identify(ANN, email="ann@acme.example", job_title="Chief")
    live.identify(BOB, email="bob@acme.example")
    live.track(BOB, "Content Downloaded")
    live.hear({"type": "alias", "previousId": "bob", "userId": "ann"})
    joined = Join.objects.get()
    unjoin(joined.pk, by="test", now=live.clock.at)
    live.worker.settle()
    assert (live.score(live.lead("user", "ann")), live.score(live.lead("user", "bob"))) == (20, 10)


def test_two_who_are_two_stay_so_when_one_of_them_is_one_with_a_third(live: Live) -> None:
    again = {"type": "alias", "previousId": "bob", "userId": "ann"}
    live.identify(ANN)
    live.identify(BOB)
    live.identify({"userId": "cleo"})
    live.hear(again)
    unjoin(Join.objects.get().pk, by="test", now=live.clock.at)
    # All at once, and one after the other.
    live.hear({"type": "alias", "previousId": "ann", "userId": "cleo"}, again)
    live.hear(again)
    assert live.lead("user", "ann") == live.lead("user", "cleo")
    assert live.lead("user", "ann") != live.lead("user", "bob")
    live.hear({"type": "alias", "previousId": "dan", "userId": "bob"})
    live.identify({"userId": "dan2"})
    live.hear({"type": "alias", "previousId": "bob", "userId": "dan2"})
    live.hear({"type": "alias", "previousId": "dan2", "userId": "cleo"})
    assert live.lead("user", "ann") != live.lead("user", "bob")


def test_a_join_is_undone_once(live: Live) -> None:
    live.identify(ANN, email="ann@acme.example")
    live.track(BROWSER, "Content Downloaded")
    live.hear({"type": "page", **BROWSER, **ANN})
    join = Join.objects.get().pk
    unjoin(join, by="test", now=live.clock.at)
    with pytest.raises(Unavailable, match=f"no join {join} "):
        unjoin(join, by="test", now=live.clock.at)


def test_a_company_is_that_of_the_group_call_else_of_the_address(live: Live) -> None:
    live.identify(ANN, email="ann@mail.acme.co.uk")
    assert Company.objects.get().key == "acme.co.uk"
    live.hear({"type": "group", "groupId": "acme", "traits": {"employees": 500}, **ANN})
    assert live.score(live.lead("user", "ann")) == 50


@pytest.mark.parametrize("address", ["ann@gmail.com", "ann@mailinator.com"])
def test_a_mailbox_that_anybody_may_have_is_no_company(live: Live, address: str) -> None:
    live.identify(ANN, email=address)
    assert not Company.objects.exists()


def test_what_is_new_of_a_company_reaches_all_its_leads(live: Live) -> None:
    for who in (ANN, BOB):
        live.identify(who, email=f"{who['userId']}@acme.example")
        live.hear({"type": "group", "groupId": "acme", **who})
    live.hear({"type": "group", "groupId": "acme", "traits": {"employees": 100}, **BOB})
    assert live.score(live.lead("user", "ann")) == 50


def test_a_later_message_about_an_earlier_time_does_not_take_what_came_after(live: Live) -> None:
    live.identify(ANN, email="ann@acme.example", job_title="Chief")
    live.later(DAY)
    live.hear(
        {"type": "identify", "traits": {"job_title": "Cook"}, "timestamp": "2026-03-01T00:00:00Z", **ANN}
    )
    assert live.score(live.lead("user", "ann")) == 20


def test_saying_the_same_again_is_no_news(live: Live) -> None:
    for _ in range(3):
        live.identify(ANN, email="ann@acme.example", job_title="Chief")
        live.later(HOUR)
    told = query("SELECT valid_from FROM store_personpatch ORDER BY id")
    assert told == [(DERIVED_FROM,), (NOON,)]  # the company of the address, and what was said


def test_a_message_of_nobody_is_kept_with_its_reason(live: Live) -> None:
    live.hear({"type": "page", "anonymousId": "undefined"})
    assert "placeholder" in Reject.objects.get().reason


def test_names_without_end_are_left_out_and_the_rest_goes_on(live: Live) -> None:
    live.identify(ANN, email="ann@acme.example")
    for first in range(0, 2_400, 400):
        made_up = {f"made_up_{number}": 1 for number in range(first, first + 400)}
        live.track(ANN, "Content Downloaded", **made_up)
    assert query("SELECT count(DISTINCT name) FROM store_name WHERE scope = 'event'") == [(MOST_NAMES,)]
    assert live.score(live.lead("user", "ann")) == 60


def test_names_made_up_without_end_hide_none_that_an_agreement_reads(live: Live) -> None:
    live.publications += publish([PRICING], live.clock.at + HOUR)  # and what will be read is read already
    for first in range(0, 2_400, 400):
        made_up = {f"made_up_{number}": 1 for number in range(first, first + 400)}
        live.track(OTHER, "Content Downloaded", **made_up)
        live.identify(OTHER, **made_up)
        live.hear({"type": "group", "groupId": "other", "traits": made_up, **OTHER})
    live.identify(ANN, email="ann@acme.example", job_title="Chief", shoe_size=40)
    live.hear({"type": "group", "groupId": "acme", "traits": {"employees": 500}, **ANN})
    live.track(ANN, "Product Added", price=5, colour="red")
    live.later(2 * HOUR)
    live.identify(ANN, plan="pro", shoe_size=40)
    ann = live.lead("user", "ann")
    assert (live.score(ann), live.score(ann, 1)) == (70, 11)
    assert examine(live.clock.at).full == ("lead", "company", "event")
    assert examine(live.clock.at).differences == []


PRICING = """
agreement: pricing
fit: {rules: [{rule: plan, when: lead.plan = 'pro', points: 1}]}
engagement: {rules: [{rule: cart, event: Product Added, where: price = 5, points: 10}]}
qualify: {mql: score >= 100}
"""
