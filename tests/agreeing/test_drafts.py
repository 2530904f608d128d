"""What somebody writes is kept, and nobody writes over what others wrote: on both databases."""

from __future__ import annotations

import pytest

from handraiser.errors import Mistakes
from handraiser.flows.drafting import Kept, discard_draft, drafts_of, keep_draft
from handraiser.flows.proposing import propose
from handraiser.store.models import Draft, User
from tests.agreeing.test_two_signatures import MARA, TEXT
from tests.live.company import NOON
from tests.servers import Database

OTTO = "otto@made.example"


@pytest.fixture(autouse=True)
def writers(database: Database) -> None:
    """Two of marketing."""
    for email in (MARA, OTTO):
        User.objects.create(email=email, role="marketing", created_at=0)


def keep(text: str, by: str, at: int, *, token: str = "", after: int | None = None) -> Kept:
    return keep_draft("demo", text, token=token or by[:4], after=after, by=by, now=NOON + at)


def test_a_page_has_one_draft_however_often_it_is_sent() -> None:
    keep("a", MARA, 1)
    kept = keep("b", MARA, 2)
    assert kept.others == []
    (draft,) = drafts_of("demo")
    assert (draft.text, draft.begun_at, draft.at) == ("b", NOON + 1, NOON + 2)


def test_who_else_writes_is_told_and_nothing_is_written_over() -> None:
    keep("mine", MARA, 1)
    assert [each.text for each in keep("theirs", OTTO, 2).others] == []
    assert [each.text for each in keep("mine too", MARA, 3).others] == ["theirs"]
    assert [each.text for each in keep("theirs too", OTTO, 4).others] == ["mine too"]
    assert sorted(each.text for each in drafts_of("demo")) == ["mine too", "theirs too"]


def test_who_goes_on_with_anothers_has_a_draft_of_their_own() -> None:
    first = keep("mine", MARA, 1).draft
    kept = keep("mine, and more", OTTO, 2, after=first.pk)
    assert (kept.draft.after, kept.others) == (first, [])
    assert [each.pk for each in keep("mine changed", MARA, 3).others] == [kept.draft.pk]
    with pytest.raises(Mistakes):
        keep_draft("demo", "x", token=MARA[:4], after=None, by=OTTO, now=NOON + 4)


def test_what_was_proposed_or_thrown_away_is_no_draft_any_more() -> None:
    first, second = keep(TEXT, MARA, 1).draft, keep("other", OTTO, 1).draft
    made = propose(TEXT, comment="x", by=MARA, now=NOON + 2, draft=first.token)
    assert drafts_of("demo") == [second]
    assert Draft.objects.get(pk=first.pk).proposal == made
    discard_draft(second.pk, by=MARA)
    assert drafts_of("demo") == [second]
    discard_draft(second.pk, by=OTTO)
    assert drafts_of("demo") == []
