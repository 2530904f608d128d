"""Messages say that somebody objects: what follows at once, and what stands against what?"""

from __future__ import annotations

import pytest
from django.test import override_settings

from handraiser.errors import Mistakes
from handraiser.flows.consenting import note_consent
from handraiser.flows.examining import examine
from handraiser.flows.examining_sales import examine_sales
from handraiser.store.consents import no_mail_to, standing
from handraiser.store.models import Consent, Handoff
from tests.handing.test_mqls_with_sales import ANN, SALES, team
from tests.live.company import HOUR, SECOND, Live, worker
from tests.servers import Database

MARKETING = "m@made.example"
BANNER = override_settings(HANDRAISER_CONSENT_CATEGORIES="C0004=profiling, Newsletter=mail")


def ann_comes(live: Live) -> int:
    live.identify(ANN, email="ann@made.example")
    live.track(ANN, "Content Downloaded")
    return live.lead("user", "ann")


def said(lead: int) -> list[tuple[str, str, str]]:
    """Return what is kept of a lead, in the order in which it was said."""
    rows = Consent.objects.filter(person__root=lead).order_by("at", "id")
    return [(each.purpose, each.says, each.source) for each in rows]


def holds(lead: int) -> dict[str, str]:
    return standing([lead]).get(lead, {})


def by_hand(live: Live, lead: int, purpose: str, says: str) -> None:
    note_consent(lead, purpose=purpose, says=says, by=MARKETING, now=live.clock.at, source="by phone")
    live.later(SECOND)
    live.worker.settle()


def views(live: Live, *, agrees: bool, event: str | None = None) -> None:
    """Have Ann look at a page, or do something, with what she has said in the banner."""
    item = {"type": "page"} if event is None else {"type": "track", "event": event}
    live.hear({**item, **ANN, "context": {"consent": {"categoryPreferences": {"C0004": agrees}}}})


def test_who_unsubscribes_is_mailed_nothing_and_it_is_kept_once_with_its_message(database: Database) -> None:
    live = Live(SALES)
    ann = ann_comes(live)
    at = live.clock.at
    for _ in range(2):
        live.track(ANN, "Unsubscribed", list_name="News")
    kept = Consent.objects.get()
    assert (kept.purpose, kept.says, kept.source) == ("mail", "objection", "event Unsubscribed, News")
    assert (kept.at, kept.by, kept.message) == (at, "handraiser", "m3")
    assert no_mail_to([ann]) == {ann}
    live.track(ANN, "Subscribed")
    assert no_mail_to([ann]) == set()


@BANNER
def test_who_objects_to_profiling_in_a_banner_is_left_alone_until_they_agree(database: Database) -> None:
    live = Live(SALES)
    team("small", "lee@made.example")
    ann = ann_comes(live)
    assert live.score(ann) == 10
    for _ in range(2):
        views(live, agrees=False)
    ended = Handoff.objects.get()
    assert (ended.stage, ended.reason) == ("disqualified", "objected to profiling")
    assert (live.score(ann), said(ann)) == (None, [("profiling", "objection", "consent category C0004")])
    live.later(HOUR)
    live.track(ANN, "Demo Requested")
    assert (live.score(ann), len(live.episodes())) == (None, 1)
    views(live, agrees=True)
    live.track(ANN, "Content Downloaded")
    assert live.score(ann) == 21
    assert [each.ordinal for each in live.episodes()] == [1, 2]
    assert examine(live.clock.at).differences == []
    assert examine_sales(live.clock.at) == []


@BANNER
def test_how_it_stands_lifts_nothing_that_was_noted_by_hand_and_saying_it_anew_does(
    database: Database,
) -> None:
    live = Live(SALES)
    ann = ann_comes(live)
    views(live, agrees=True)
    by_hand(live, ann, "profiling", "objection")
    views(live, agrees=True)
    live.identify(ANN, profiling_consent=True)
    assert (holds(ann)["profiling"], live.score(ann)) == ("objection", None)
    views(live, agrees=False)
    views(live, agrees=True)
    assert holds(ann)["profiling"] == "objection"
    views(live, agrees=True, event="Segment Consent Preference Updated")
    assert holds(ann)["profiling"] == "consent"
    by_hand(live, ann, "profiling", "objection")
    assert (holds(ann)["profiling"], live.score(ann)) == ("objection", None)


def test_a_trait_is_kept_when_it_changes_and_lifts_only_what_it_said(database: Database) -> None:
    live = Live(SALES)
    ann = ann_comes(live)
    for out in (False, True, True, False):
        live.identify(ANN, unsubscribed=out)
    assert [says for _, says, _ in said(ann)] == ["objection", "consent"]
    live.track(ANN, "Unsubscribed")
    live.identify(ANN, unsubscribed=False, email_subscription_status="subscribed")
    assert holds(ann) == {"mail": "objection"}


def test_what_came_before_something_noted_by_hand_does_not_stand_against_it(database: Database) -> None:
    live = Live(SALES)
    ann = ann_comes(live)
    early = "2026-03-02T12:00:01Z"
    by_hand(live, ann, "mail", "consent")
    live.hear({"type": "track", "event": "Unsubscribed", "timestamp": early, **ANN}, imported=True)
    assert [says for _, says, _ in said(ann)] == ["objection", "consent"]
    assert holds(ann) == {"mail": "consent"}


def test_a_visitor_objects_and_is_left_alone_once_it_is_known_who_they_are(database: Database) -> None:
    live = Live(SALES)
    team("small", "lee@made.example")
    browser = {"anonymousId": "b1"}
    live.hear({"type": "identify", "traits": {"profilingConsent": False}, **browser})
    live.track(browser, "Content Downloaded")
    live.identify({**browser, **ANN}, email="ann@made.example")
    ann = live.lead("user", "ann")
    assert (live.score(ann), Handoff.objects.exists(), holds(ann)) == (
        None,
        False,
        {"profiling": "objection"},
    )
    assert examine(live.clock.at).differences == []


def test_a_setting_that_names_no_purpose_is_refused_at_once(database: Database) -> None:
    live = Live(SALES)
    with (
        override_settings(HANDRAISER_CONSENT_CATEGORIES="C0004=scoring"),
        pytest.raises(Mistakes, match="C0004=scoring"),
    ):
        worker(live.clock)
