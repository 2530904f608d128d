"""How much time is left counts in the hours of who has to do it."""

from __future__ import annotations

from handraiser.edge.web.queue.waiting import row_of
from handraiser.flows.logging_work import assign
from tests.live.company import HOUR, NOON, SECOND
from tests.servers import Database
from tests.verdicts.office import AGREEMENT, Office

_STEPS = AGREEMENT[AGREEMENT.index("  follow_up:") : AGREEMENT.index("  expire_after")]
ABROAD = AGREEMENT.replace('"09:00-18:00"}', '"09:00-18:00", timezone: owner}').replace(_STEPS, "")


def test_who_is_given_a_lead_abroad_accepts_it_in_their_own_hours(database: Database) -> None:
    office = Office(ABROAD)
    episode = office.arrives()
    sid = office.user("sid")
    sid.timezone = "America/New_York"
    sid.save()
    office.live.clock.at = NOON + HOUR  # eight in the morning there
    assign(episode, to=sid.email, by="max@made.example", now=office.now)
    left = row_of(sid, office.handoff(episode), now=office.now).left
    assert left is not None
    assert (left.seconds, left.runs, left.turns_at) == (4 * HOUR // SECOND, False, NOON + 2 * HOUR)


def test_making_contact_goes_on_as_it_was_promised_at_first(database: Database) -> None:
    office = Office(ABROAD.replace("contact_within: 24 hours", "contact_within: 2 business hours"))
    episode = office.arrives()
    handed = office.handoff(episode).handed_at
    sid = office.user("sid")
    sid.timezone = "America/New_York"
    sid.save()
    office.live.clock.at = NOON + HOUR
    assign(episode, to=sid.email, by="max@made.example", now=office.now)
    left = row_of(sid, office.handoff(episode), now=office.now).left
    assert left is not None
    assert handed is not None
    assert (left.do, left.runs) == ("contact", True)
    assert left.seconds == (handed + 2 * HOUR - office.now) // SECOND
