"""What of each attribute or property is there: of how many, and which values most of all?

Values that nearly nobody shares, or that tell who somebody is, are counted and never listed; nor is a value
that only one of them has.
"""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import pyarrow as pa

from handraiser.agreement.operators import Sort
from handraiser.agreement.rows import spelled_name, spelled_number
from handraiser.facts.mailbox import email_domain, email_kind
from handraiser.scoring.lint_protected import ground_of
from handraiser.scoring.lint_words import words_of
from handraiser.store.sampling import Sample
from handraiser.tables.jsontext import NUMBERS

__all__ = ["Field", "Owned", "Value", "attributes_in", "percent", "properties_in", "shaped"]

_MOST = 300  # fields of a kind, those that most have
_VALUES = 30  # of a field, the commonest
_ENOUGH = 20  # from so many on it is told whether nearly all values differ
_LONG = 80  # letters of a value, on average, from which on it is free text
_DATE = re.compile(r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d.*)?")
_TELLS_WHO = re.compile(r"[^@\s]+@[^@\s]+\.\w+|\+?[\d\s()/.-]{7,}")
_ABOUT_THEM = frozenset(
    {
        "address", "avatar", "email", "fax", "iban", "ip", "latitude", "linkedin", "longitude", "mail",
        "mobile", "note", "notes", "passport", "password", "phone", "photo", "secret", "ssn",
        "street", "surname", "telephone", "token", "twitter", "username",
    }
)  # fmt: skip
_NAMES = frozenset(
    {
        ("name",), ("first", "name"), ("last", "name"), ("full", "name"), ("given", "name"),
        ("family", "name"), ("middle", "name"), ("user", "name"), ("display", "name"), ("firstname",),
        ("lastname",), ("fullname",), ("nickname",),
    }
)  # fmt: skip
_DERIVED = ("email_domain", "email_kind")


class Value(NamedTuple):
    """A value as conditions compare it, and how many have it."""

    text: str
    size: int
    of: int

    @property
    def percent(self) -> str:
        """The share of all that were looked at."""
        return percent(self.size, self.of)


class Field(NamedTuple):
    """An attribute or a property.

    text       as conditions write it
    has, of    how many of how many have it
    different  how many values there are
    values     the commonest
    spread     of numbers and dates: the least, a quarter, the middle, three quarters, the greatest
    hidden     why no values are listed, empty where they are
    """

    scope: str
    name: str
    text: str
    sort: Sort
    has: int
    of: int
    different: int
    values: tuple[Value, ...]
    spread: tuple[str, ...]
    hidden: str

    @property
    def percent(self) -> str:
        """The share that has it."""
        return percent(self.has, self.of)

    @property
    def wide(self) -> int:
        """The same of 100, to be drawn."""
        return 100 * self.has // self.of if self.of else 0


class Owned(NamedTuple):
    """What is known of one of those who are looked at; `owner` tells who of them are the same."""

    owner: object
    said: Mapping[str, Any]


def percent(part: int, whole: int) -> str:
    """Return a share in words: 100 only of all of them, 0 only of none."""
    if not whole or not part:
        return "0"
    if part == whole:
        return "100"
    return str(min(max(round(100 * part / whole), 1), 99)) if 100 * part >= whole else "under 1"


def attributes_in(sample: Sample) -> dict[str, list[Field]]:
    """Return the attributes of leads and of their companies, each by how many of the leads have it."""
    said = [json.loads(text) for text in sample.leads.column("attributes").to_pylist()]
    lead_ids, keys = (sample.leads.column(name).to_pylist() for name in ("lead_id", "company_id"))
    about = _about(sample.companies)
    derived = "email" in sample.seen.get("lead", {})
    people, companies = [], []
    for lead, key, own in zip(lead_ids, keys, said, strict=True):
        mailbox = _mailbox(own.get("email")) if derived else {}
        people.append(Owned(lead, {"unsubscribed": lead in sample.unsubscribed} | mailbox | own))
        of_company = about.get(key)
        customer = {} if key is None else {"is_customer": key in sample.customers}
        companies.append(Owned(key, customer | (of_company or {})))
    kinds = {name: frozenset({"VARCHAR"}) for name in _DERIVED if derived}
    truth = frozenset({"BOOLEAN"})
    return {
        "lead": shaped("lead", people, {"unsubscribed": truth} | kinds | dict(sample.seen.get("lead", {}))),
        "company": shaped(
            "company", companies, {"is_customer": truth} | dict(sample.seen.get("company", {}))
        ),
    }


def properties_in(done: pa.Table, seen: Mapping[str, frozenset[str]]) -> list[Field]:
    """Return the properties of what was done, each by how many of the times it was there."""
    people, said = done.column("person_id").to_pylist(), done.column("properties").to_pylist()
    return shaped("", [Owned(who, json.loads(text)) for who, text in zip(people, said, strict=True)], seen)


def shaped(scope: str, known: Sequence[Owned], seen: Mapping[str, frozenset[str]]) -> list[Field]:
    """Return the fields of a scope, those first that most have; `seen` are the types of their values."""
    has = Counter(name for each in known for name, value in each.said.items() if value is not None)
    common = [(name, count) for name, count in has.most_common() if name in seen][:_MOST]
    wanted = {name for name, _ in common}
    said: dict[str, list[tuple[object, Any]]] = defaultdict(list)
    for each in known:
        for name, value in each.said.items():
            if value is not None and name in wanted:
                said[name].append((each.owner, value))
    return [_field(scope, name, said[name], seen[name], of=len(known)) for name, _ in common]


def _field(
    scope: str, name: str, said: Sequence[tuple[object, Any]], types: frozenset[str], *, of: int
) -> Field:
    sort = _sort(types - {"NULL"})
    texts = [(owner, _text(value)) for owner, value in said]
    if sort is Sort.TEXT and sum(bool(_DATE.fullmatch(text)) for _, text in texts) >= 0.9 * len(texts) > 0:
        sort = Sort.DATE
    counts = Counter(text for _, text in texts)
    hidden = _hidden(scope, name, sort, counts, len(texts))
    return Field(
        scope, name, spelled_name(scope, name), sort, len(texts), of, len(counts),
        () if hidden else _values(texts, counts, of), () if hidden else _spread(sort, said), hidden,
    )  # fmt: skip


def _sort(types: frozenset[str]) -> Sort:
    """Return what values of these types are to conditions (`tables.jsontext` reads them so)."""
    if types == {"BOOLEAN"}:
        return Sort.BOOLEAN
    return Sort.NUMBER if types and types <= NUMBERS else Sort.TEXT


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, float):
        return spelled_number(value)
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _values(texts: Iterable[tuple[object, str]], counts: Counter[str], of: int) -> tuple[Value, ...]:
    """Return the commonest values of those that more than one has."""
    owners: dict[str, set[object]] = defaultdict(set)
    for owner, text in texts:
        if len(owners[text]) < 2:
            owners[text].add(owner)
    shared = ((text, count) for text, count in counts.most_common() if len(owners[text]) > 1 and text.strip())
    return tuple(Value(text, count, of) for (text, count), _ in zip(shared, range(_VALUES), strict=False))


def _spread(sort: Sort, said: Sequence[tuple[object, Any]]) -> tuple[str, ...]:
    if sort not in (Sort.NUMBER, Sort.DATE) or len(said) < 2:
        return ()
    values = sorted(value for _, value in said)
    found = [values[(len(values) - 1) * quarter // 4] for quarter in range(5)]
    return tuple(str(each)[:10] if sort is Sort.DATE else spelled_number(float(each)) for each in found)


def _hidden(scope: str, name: str, sort: Sort, counts: Counter[str], has: int) -> str:
    """Return why values of a field are not to be listed."""
    ground = ground_of(name, scope=scope or "lead")
    if ground is not None:
        return f"It tells a person's {ground}, by which nobody is to be judged."
    words = words_of(name)
    last = [word for word in words if word != "number"][-1:]
    if (_ABOUT_THEM.issuperset(last) and last) or (scope == "lead" and words in _NAMES):
        return "It tells who somebody is."
    if sort is not Sort.TEXT or not has:
        return ""
    if sum(count for text, count in counts.items() if _TELLS_WHO.fullmatch(text)) > 0.1 * has:
        return "It tells who somebody is."
    if sum(len(text) * count for text, count in counts.items()) > _LONG * has:
        return "It is free text."
    if has >= _ENOUGH and 2 * len(counts) > has:
        return "Nearly all values differ."
    return ""


def _about(companies: pa.Table) -> dict[str, dict[str, Any]]:
    names, said = companies.column("company_id").to_pylist(), companies.column("attributes").to_pylist()
    return {name: json.loads(text) for name, text in zip(names, said, strict=True)}


def _mailbox(email: Any) -> dict[str, str]:
    domain = email_domain(email) if isinstance(email, str) else None
    return {} if domain is None else {"email_domain": domain, "email_kind": email_kind(domain)}
