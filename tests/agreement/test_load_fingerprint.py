"""Two agreements have one fingerprint exactly when they mean the same."""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta

import msgspec
import pytest
from agreement_texts import EXAMPLE, event_rule, written
from hypothesis import given, settings
from hypothesis import strategies as st

from handraiser import agreement
from handraiser.agreement.model import Agreement, Bucket, Decay, DecayKind, Promise, PromiseUnit, Sql
from handraiser.errors import Place


def fingerprint(text: str) -> str:
    return agreement.load(text).fingerprint


def rewritten(old: str, new: str) -> str:
    assert old in EXAMPLE
    return EXAMPLE.replace(old, new)


PER_DAY = "      at_most: 1 per day\n"

SAME = {
    "a title": rewritten("title: CRM software, US mid-market", "title: Everything"),
    "a title of a rule": rewritten("      title: 50 to 500 employees\n", ""),
    "what sales should say": rewritten("Ask who will run the roll-out, and by when.", ""),
    "comments": "\n".join(line.split("   #")[0] for line in EXAMPLE.split("\n")),
    "hours for a day": rewritten("contact_within: 24 hours", "contact_within: 1 day"),
    "minutes for hours": rewritten("accept_within: 4 business hours", "accept_within: 240 business minutes"),
    "days for a week": rewritten("expire_after: 14 days", "expire_after: 2 weeks"),
    "quotes around a condition": rewritten("where: price > 0", "where: 'price > 0'"),
    "blanks at the ends of a condition": rewritten("where: price > 0", "where: '  price > 0\t'"),
    "a block for a condition": rewritten("where: price > 0", "where: |\n        price > 0"),
    "a number with a fraction": rewritten("points: 15", "points: 15.0"),
    "a number with an exponent": rewritten("max: 50\n", "max: 5e1\n"),
    "one event as a list": rewritten("event: Product Added", "event: [Product Added]"),
    "the order of two events": rewritten(
        "[Demo Requested, Trial Started]", "[Trial Started, Demo Requested]"
    ),
    "the order of a list": rewritten("[rival.example, other.example]", "[other.example, rival.example]"),
    "the order of grades": rewritten("{A: 40, B: 25, C: 10}", "{C: 10, A: 40, B: 25}"),
    "the days of the week one by one": rewritten(
        'mon-thu: "09:00-12:30, 13:30-18:00"',
        ", ".join(f'{day}: "13:30-18:00, 9:00-12:30"' for day in ("thu", "wed", "tue", "mon")),
    ),
    "one holiday calendar as a list": rewritten("holidays: US", "holidays: [US]"),
    "the section's own window on a rule": rewritten(PER_DAY, f"{PER_DAY}      within: 90 days\n"),
    "the score's floor by default": EXAMPLE + "score: {min: 0}\n",
    "machines by default": rewritten(PER_DAY, f"{PER_DAY}      machines: ignore\n"),
    "a reason's own pause that is the section's": rewritten(
        "not_ready: {nurture: education}", "not_ready: {nurture: education, requalify_after: 30 days}"
    ),
    "a reason that disqualifies nobody": rewritten(
        "no_response: {nurture: reengage}", "no_response: {nurture: reengage, disqualify: false}"
    ),
    "an anchor": rewritten("no_response: {nurture: reengage}", "no_response: &again {nurture: reengage}"),
}


@pytest.mark.parametrize("case", SAME)
def test_what_changes_no_meaning_changes_no_fingerprint(case: str) -> None:
    assert fingerprint(SAME[case]) == fingerprint(EXAMPLE)


OTHER = {
    "the name": rewritten("agreement: crm-software", "agreement: crm"),
    "the time zone": rewritten("timezone: America/New_York", "timezone: UTC"),
    "the points of a band": rewritten("%'\", points: 20}", "%'\", points: 21}"),
    "the words of a condition": rewritten("where: price > 0", "where: price > 1"),
    "a value's capital letters": rewritten("'CRM Implementation Guide'", "'CRM implementation guide'"),
    "the order of bands": rewritten(
        """        - {when: "lead.job_title ilike '%chief%' or lead.job_title ilike '%vp%'", points: 20}
        - {when: "lead.job_title ilike '%director%'", points: 10}""",
        """        - {when: "lead.job_title ilike '%director%'", points: 10}
        - {when: "lead.job_title ilike '%chief%' or lead.job_title ilike '%vp%'", points: 20}""",
    ),
    "the default window": rewritten("within: 90 days                   #", "within: 91 days #"),
    "a rule's name": rewritten("big_cart", "large_cart"),
    "whom an escalation tells": rewritten("to: manager", "to: team leads"),
    "machines that count": rewritten(PER_DAY, f"{PER_DAY}      machines: count\n"),
    "what is forgotten": rewritten("forget_engagement: true", "forget_engagement: false"),
}


@pytest.mark.parametrize("case", OTHER)
def test_what_changes_a_meaning_changes_the_fingerprint(case: str) -> None:
    assert fingerprint(OTHER[case]) != fingerprint(EXAMPLE)


def test_the_fingerprint_is_the_sha256_of_the_canonical_json() -> None:
    found = agreement.load(EXAMPLE)
    form = agreement.canonical(found)
    assert found.fingerprint == hashlib.sha256(form).hexdigest()
    again = json.dumps(json.loads(form), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert again.encode() == form


def test_the_fingerprint_of_the_example_stays_what_both_sides_signed() -> None:
    assert fingerprint(EXAMPLE) == "0c434de31ebb14c391323a5b3a9fe197df8973c50cc795999b81f1a87895bf93"


def changed_somewhere(value: object, path: str) -> list[tuple[str, object]]:
    """The value with one thing in it changed, once for each thing: the path to it and the whole value."""
    match value:
        case Decay(kind=DecayKind.NONE):
            return [(path, Decay(kind=DecayKind.LINEAR, over=timedelta(days=1)))]
        case Decay():
            return [(path, msgspec.structs.replace(value, over=value.over * 2))]
        case Promise(unit=PromiseUnit.BUSINESS_DAYS):
            return [(path, msgspec.structs.replace(value, days=value.days + 1))]
        case Promise():
            return [(path, msgspec.structs.replace(value, length=value.length * 2))]
        case Bucket():
            return [(path, next(each for each in Bucket if each is not value))]
        case timedelta():
            return [(path, value + timedelta(minutes=1))]
        case bool():
            return [(path, not value)]
        case int() | float():
            return [(path, value + 1)]
        case str():
            return [(path, value + "x")]
        case Sql():
            return [(path, Sql(f"{value.text} and true", value.at))]
        case tuple():
            return [
                (at, (*value[:n], other, *value[n + 1 :]))
                for n, each in enumerate(value)
                for at, other in changed_somewhere(each, f"{path}[{n}]")
            ]
        case dict():
            return [(f"{path}+", {**value, "another": ("x",)})]
        case msgspec.Struct():
            return [
                (at, msgspec.structs.replace(value, **{name: other}))
                for name in value.__struct_fields__
                for at, other in changed_somewhere(getattr(value, name), f"{path}.{name}")
            ]
    return []


WITHOUT_MEANING = ("title", "say", "source", "fingerprint")


def test_every_field_of_the_model_has_a_part_in_the_fingerprint() -> None:
    found = agreement.load(EXAMPLE)
    form = agreement.canonical(found)
    changes = changed_somewhere(found, "")
    assert len(changes) > 200
    for path, other in changes:
        assert isinstance(other, Agreement)
        last = path.rpartition(".")[2]
        same = last in WITHOUT_MEANING or ".at." in path
        assert (agreement.canonical(other) == form) == same, path


NUMBERS = st.integers(-999, 999)
UNITS = {"minutes": 1, "hours": 60, "days": 1440, "weeks": 10080}


@st.composite
def durations(draw: st.DrawFn) -> tuple[str, int]:
    unit = draw(st.sampled_from(sorted(UNITS)))
    count = draw(st.integers(1, 12))
    return f"{count} {unit}", count * UNITS[unit]


@settings(max_examples=60, deadline=None)
@given(durations(), durations(), NUMBERS, NUMBERS)
def test_rules_are_the_same_exactly_when_their_times_and_points_are(
    one: tuple[str, int], two: tuple[str, int], points: int, others: int
) -> None:
    first = event_rule(f"    event: V\n    within: {one[0]}\n    points: {points}")
    second = event_rule(f"    points: {others}.0\n    within: '{two[0]}'\n    event: V")
    assert (fingerprint(first) == fingerprint(second)) == ((one[1], points) == (two[1], others))


PARTS = (
    "title: A\n",
    "timezone: UTC\n",
    "score: {min: 0}\n",
    "recycle: {requalify_after: 0 days}\n",
    "# note\n",
    "\n",
)


@settings(max_examples=40, deadline=None)
@given(st.permutations(PARTS), st.integers(0, len(PARTS)), st.permutations(["fit", "engagement", "qualify"]))
def test_the_order_of_keys_and_written_defaults_change_nothing(
    parts: list[str], count: int, sections: list[str]
) -> None:
    bodies = {
        "fit": "fit: {}\n",
        "engagement": "engagement:\n  rules:\n  - {rule: visit, event: Visit, points: 1}\n",
        "qualify": "qualify:\n  mql: score > 1\n",
    }
    text = "".join([bodies[name] for name in sections] + parts[:count])
    assert fingerprint(text) == fingerprint(written())


def test_places_have_no_part_in_the_fingerprint() -> None:
    found = agreement.load(EXAMPLE)
    elsewhere = Sql(found.qualify.mql.text, Place("other", 9, 9))
    qualify = msgspec.structs.replace(found.qualify, mql=elsewhere)
    moved = msgspec.structs.replace(found, qualify=qualify)
    assert agreement.canonical(moved) == agreement.canonical(found)
