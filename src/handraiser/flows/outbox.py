"""Who is to be told of what has just happened? It is written in the transaction in which it happens."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec
from django.db import connection

from handraiser.store.bulk import among, insert, query
from handraiser.store.models import Destination

__all__ = ["ADDRESSED_BY_ROLE", "News", "tell", "tell_one"]

ADDRESSED_BY_ROLE = ("owner", "manager")  # instead of an e-mail address
_OUTGOING = {
    "destination_id": "bigint", "key": "text", "lead": "bigint", "episode_id": "bigint", "kind": "text",
    "occasion": "bigint", "payload": "jsonb", "created_at": "bigint", "due_at": "bigint",
    "attempts": "integer", "claimed_until": "bigint", "claimed_by": "text",
    "delivered": "boolean", "error": "text",
}  # fmt: skip

_ALARMS = ("lead.unassigned", "lead.escalated")  # somebody has to see to it: if nobody manages it, another
_WATCHING = ("administrator", "manager", "marketing")


class News(NamedTuple):
    """Something that happened to a lead.

    occasion        which of its kind, of this episode: a deadline's or a move's number; 0 where there is one
    owner, manager  the numbers of users, None where there is nobody
    payload         the message, whole (`handoff.messages.body`)
    managers        who else is asked, in this order, where the manager is nobody or has left
    former          who had the lead until then, of a lead that goes to another
    to_owner, to_former  the message as these two read it, where that is not as all others do
    """

    lead: int
    episode: int | None
    agreement: str
    kind: str
    occasion: int
    owner: int | None
    manager: int | None
    payload: Mapping[str, Any]
    managers: Sequence[int] = ()
    former: int | None = None
    to_owner: Mapping[str, Any] | None = None
    to_former: Mapping[str, Any] | None = None


class _People(NamedTuple):
    """Who can be written to: the mailboxes of users by number, and of who sees to what nobody manages."""

    mailboxes: Mapping[int | None, str]
    watching: Sequence[str]


_NOBODY = _People({}, [])


def tell(news: Sequence[News], *, now: int) -> int:
    """Have every destination told that wants to be; return how many messages that is.

    Within the caller's transaction: what did not happen is not told. What a destination has been told of
    already, by episode, kind and occasion, it is not told again. Of one lead it is told in the order of news.
    """
    wanting = _wanting() if news else []
    if not wanting:
        return 0
    people = _people(news) if any(each.kind == Destination.Kind.EMAIL for each in wanting) else _NOBODY
    rows = []
    for each in news:
        text = ""
        for destination in wanting:
            if not _wants(destination, each):
                continue
            if destination.kind == Destination.Kind.EMAIL:
                said = list(_mails(destination.address, each, people))
            else:
                text = text or _text(each.payload)
                said = [(each.occasion, text)]
            rows += [
                _row(destination.pk, each.lead, each.episode, each.kind, occasion, words, now)
                for occasion, words in said
            ]
    written = insert("store_outgoing", _OUTGOING, rows, conflict="DO NOTHING", returning="id")
    return len(written)


def tell_one(destination: int, lead: int, kind: str, payload: Mapping[str, Any], *, now: int) -> None:
    """Have one destination told something that is of no episode, within the caller's transaction."""
    insert("store_outgoing", _OUTGOING, [_row(destination, lead, None, kind, 0, _text(payload), now)])


def _row(
    destination: int, lead: int, episode: int | None, kind: str, occasion: int, words: str, now: int
) -> tuple[object, ...]:
    key = f"msg_{secrets.token_hex(16)}"
    return (
        destination, key, lead, episode, kind, occasion, words, now, now, 0, 0, "", False, "",
    )  # fmt: skip


def _wanting() -> list[Destination]:
    """Return who is told anything, none of whom is removed until the transaction ends."""
    lock = " FOR KEY SHARE" if connection.vendor == "postgresql" else ""
    return list(
        Destination.objects.raw(
            f"SELECT * FROM store_destination WHERE disabled_at IS NULL ORDER BY id{lock}"
        )
    )


def _wants(destination: Destination, news: News) -> bool:
    kind = not destination.kinds or news.kind in destination.kinds
    return kind and destination.agreement in ("", news.agreement)


def _mails(address: str, news: News, people: _People) -> Iterator[tuple[int, str]]:
    """Yield what is mailed of something that happened, and which of its kind it is: to nobody, one or two.

    Who had a lead is told under the same number below zero, as nothing else is: each once.
    """
    if address == "owner":
        if news.owner in people.mailboxes:
            yield (
                news.occasion,
                _text({**(news.to_owner or news.payload), "to": [people.mailboxes[news.owner]]}),
            )
        if news.to_former is not None and news.former in people.mailboxes:
            yield -news.occasion, _text({**news.to_former, "to": [people.mailboxes[news.former]]})
        return
    to = _managing(news, people) if address == "manager" else [address]
    if to:
        yield news.occasion, _text({**news.payload, "to": to})


def _managing(news: News, people: _People) -> Sequence[str]:
    """Return whom a manager's mail goes to: nobody hears of an alarm only where there is nobody at all."""
    for number in (news.manager, *news.managers):
        if number in people.mailboxes:
            return [people.mailboxes[number]]
    return people.watching if news.kind in _ALARMS else []


def _people(news: Sequence[News]) -> _People:
    """Return who of those that news are for has not left, and who sees to what has no manager."""
    numbers = {
        number
        for each in news
        for number in (each.owner, each.former, each.manager, *each.managers)
        if number is not None
    }
    condition, parameters = among("id", sorted(numbers))
    sql = f"SELECT id, email FROM store_user WHERE left_at IS NULL AND {condition}"
    mailboxes = dict(query(sql, parameters))
    return _People(mailboxes, _watching() if any(each.kind in _ALARMS for each in news) else [])


def _watching() -> Sequence[str]:
    """Return the addresses of all administrators; without any those of managers, then those of marketing."""
    rows = query("SELECT role, email FROM store_user WHERE left_at IS NULL ORDER BY email")
    of = {role: [email for its, email in rows if its == role] for role in _WATCHING}
    return next(filter(None, of.values()), [])


def _text(payload: Mapping[str, Any]) -> str:
    return msgspec.json.encode(payload).decode()
