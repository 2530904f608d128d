"""What somebody writes is kept, and nobody writes over what others wrote: on both databases."""

from __future__ import annotations

import pytest

from handraiser.errors import Mistakes
from handraiser.flows.drafting import Kept, Sheet, discard_draft, drafts_of, keep_draft
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


def keep(
    text: str, by: str, at: int, *, page: str = "", after: int | None = None, opened: int | None = None
) -> Kept:
    sheet = Sheet(page or by[:4], after, NOON + (at if opened is None else opened))
    return keep_draft("demo", text, sheet, by=by, now=NOON + at)


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
        keep("x", OTTO, 4, page=MARA[:4])


def test_what_was_written_after_a_page_was_opened_is_told_though_it_was_before_the_first_change() -> None:
    keep("theirs", OTTO, 2)
    assert [each.text for each in keep("mine", MARA, 3, opened=1).others] == ["theirs"]


def test_who_opens_their_draft_again_goes_on_with_it() -> None:
    first = keep("mine", MARA, 1, page="one").draft
    kept = keep("mine, and more", MARA, 4, page="two", after=first.pk, opened=3)
    assert (kept.draft.pk, kept.others) == (first.pk, [])
    assert [each.text for each in drafts_of("demo")] == ["mine, and more"]


def test_two_pages_of_the_same_person_do_not_write_over_each_other() -> None:
    first = keep("in the one", MARA, 1, page="one").draft
    keep("in the other", MARA, 4, page="two", after=first.pk, opened=3)
    kept = keep("in the one, and more", MARA, 5, page="one", opened=0)
    assert [each.text for each in kept.others] == ["in the other"]
    kept = keep("in a third, opened before", MARA, 6, page="three", after=first.pk, opened=2)
    assert [each.text for each in kept.others] == ["in the one, and more", "in the other"]
    assert len(drafts_of("demo")) == 3


def test_what_was_proposed_or_thrown_away_is_no_draft_any_more() -> None:
    first, second = keep(TEXT, MARA, 1).draft, keep("other", OTTO, 1).draft
    made = propose(TEXT, comment="x", by=MARA, now=NOON + 2, draft=first.token)
    assert drafts_of("demo") == [second]
    assert Draft.objects.get(pk=first.pk).proposal == made
    discard_draft(second.pk, by=MARA)
    assert drafts_of("demo") == [second]
    discard_draft(second.pk, by=OTTO)
    assert drafts_of("demo") == []
