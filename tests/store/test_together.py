"""What is asked or written together is answered and written as it would be one after the other."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction

from handraiser.store.bulk import Question, among, insert, queries, query, statement, written_together
from tests.servers import Database

NAMES = {"scope": "text", "name": "text", "type": "text"}


def names() -> list[str]:
    return [name for (name,) in query("SELECT name FROM store_name ORDER BY name")]


def test_questions_that_are_asked_together_are_answered_in_their_order(stored: Database) -> None:
    insert("store_name", NAMES, [("lead", f"n{number}", "BIGINT") for number in range(3)])
    condition, parameters = among("name", ["n1"], "text")
    asked = (
        Question("SELECT name FROM store_name ORDER BY name DESC"),
        Question("SELECT count(*) FROM store_person"),
        Question(f"SELECT name, type FROM store_name WHERE {condition}", parameters),
    )
    answers = [[("n2",), ("n1",), ("n0",)], [(0,)], [("n1", "BIGINT")]]
    assert queries(*asked) == answers
    with transaction.atomic():
        assert queries(*asked) == answers


def test_more_than_was_foreseen_is_written_together_too(stored: Database) -> None:
    with transaction.atomic(), written_together(1):
        insert("store_name", NAMES, [("lead", f"n{number:03}", "BIGINT") for number in range(300)])
        assert len(names()) == 300
        statement("DELETE FROM store_name WHERE name > %s", ["n009"])
    assert names() == [f"n{number:03}" for number in range(10)]


def new_there_newer(*, asked: bool) -> None:
    with transaction.atomic(), written_together(3):
        insert("store_name", NAMES, [("lead", "new", "BIGINT")])
        insert("store_name", NAMES, [("lead", "there", "BIGINT")])
        insert("store_name", NAMES, [("lead", "newer", "BIGINT")])
        if asked:
            names()


@pytest.mark.parametrize("asked", [False, True])
def test_where_something_fails_that_is_told_and_nothing_of_it_stays(stored: Database, asked: bool) -> None:
    insert("store_name", NAMES, [("lead", "there", "BIGINT")])
    with pytest.raises(IntegrityError):
        new_there_newer(asked=asked)
    assert names() == ["there"]
