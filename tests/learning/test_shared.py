"""What do some leads share that others do not? Held to planted truths, to noise, and to the engine."""

from __future__ import annotations

import random
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from itertools import combinations
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

import handraiser as hr
from engine import examples
from handraiser.agreement import read
from handraiser.learning.shared import Case, Did, Event, Finding, Lead, Row, as_of, item_of, named, shared
from handraiser.learning.shared.chances import Draws
from handraiser.learning.shared.conditions import Between, Done, Is, Thing

DAY = 86_400_000_000
NOW = 1_780_000_000_000_000
COUNTRIES = ("US", "DE", "FR", "CA", "IN")
TWO = ("Rails", "Ships")
PAGES = ("/", "/docs/api", "/docs/start", "/blog/one", "/blog/two", "/careers", "/about")


def somebody(name: str, chance: random.Random) -> Case:
    """A lead like any other: of a country, of a size, who has looked at a few pages."""
    did = [
        Did("Page Viewed", NOW - chance.randrange(1, 90 * DAY), {"path": chance.choice(PAGES)})
        for _ in range(chance.randrange(8))
    ]
    if chance.random() < 0.1:
        title = chance.choice(["Selling", "Buying"])
        did.append(Did("Webinar Attended", NOW - chance.randrange(1, 60 * DAY), {"title": title}))
    attributes = {
        "lead.email": f"{name}@{name}.example", "lead.name": name, "lead.phone": "+1 555 0100",
        "lead.user_id": name,
        "lead.email_kind": "free" if chance.random() < 0.4 else "business",
        "company.country": chance.choice(COUNTRIES), "company.employees": chance.randrange(1, 5_000),
        "lead.gender": chance.choice(["m", "f"]), "lead.newsletter": chance.random() < 0.5,
    }  # fmt: skip
    return Case(name, NOW, attributes, did)


def crowd(seed: int, count: int = 500) -> tuple[list[Case], random.Random]:
    chance = random.Random(seed)
    return [somebody(f"l{number:04}", chance) for number in range(count)], chance


def also(case: Case, *did: Did, **attributes: object) -> Case:
    more = {name.replace("__", "."): value for name, value in attributes.items()}
    return case._replace(did=[*case.did, *did], attributes={**case.attributes, **more})


def viewed(path: str, days: float) -> Did:
    return Did("Page Viewed", NOW - round(days * DAY), {"path": path})


def found_of(chosen: Sequence[Case], others: Sequence[Case]) -> list[Finding]:
    return shared(chosen, others).findings


@pytest.mark.parametrize("seed", range(3))
def test_a_planted_page_comes_first_and_stands_out_though_few_others_saw_it(seed: int) -> None:
    cases, chance = crowd(seed)
    chosen = [
        also(case, viewed("/pricing/enterprise", 3 + k), viewed("/pricing", 5))
        for k, case in enumerate(cases[:3])
    ]
    others = [
        also(case, viewed("/pricing", chance.uniform(1, 200))) if chance.random() < 0.03 else case
        for case in cases[3:]
    ]
    found = shared(chosen, others)
    first = found.findings[0]
    assert isinstance(first.condition, Done)
    assert first.condition.thing.value.startswith("/pricing")
    assert (first.shared_by, first.stands_out) == (3, True)
    # The page, those below it, and how often and when are one finding.
    assert [each for each in found.findings[1:] if "/pricing" in each.condition.says] == []


def test_of_a_path_and_its_parent_the_plainer_wins_where_both_say_the_same() -> None:
    cases, _ = crowd(1)
    chosen = [also(case, viewed("/pricing/enterprise", 2)) for case in cases[:4]]
    first = found_of(chosen, cases[4:])[0].condition
    assert first == Done(Thing("Page Viewed", "path", "/pricing", begins=True), None)
    others = [also(case, viewed("/pricing/small", 2)) for case in cases[4:150]] + cases[150:]
    below = found_of(chosen, others)[0].condition
    assert below == Done(Thing("Page Viewed", "path", "/pricing/enterprise", begins=True), None)


def test_how_often_is_found_where_everybody_does_it_once() -> None:
    cases, _ = crowd(2)
    once = [also(case, Did("Trial Used", NOW - DAY, {})) for case in cases]
    chosen = [also(case, *[Did("Trial Used", NOW - 2 * DAY, {})] * 4) for case in once[:5]]
    first = found_of(chosen, once[5:])[0].condition
    assert isinstance(first, Done)
    assert (first.thing, first.at_least) == (Thing("Trial Used"), 2)


@pytest.mark.parametrize(
    ("planted", "expected"),
    [
        ({"company__industry": [*TWO, *TWO, *TWO]}, Is("company.industry", TWO)),
        ({"lead__wants_demo": [True] * 6}, Is("lead.wants_demo", (True,))),
        ({"lead__seats": [60, 75, 90, 64, 88, 71]}, Between("lead.seats", 60, 90)),
        ({"lead__seats": ["60", "75", "90", "64", "88", "71"]}, Between("lead.seats", 60, 90)),
    ],
)  # fmt: skip
def test_a_planted_attribute_comes_first(planted: Mapping[str, list[Any]], expected: object) -> None:
    cases, chance = crowd(3, 900)
    ((name, values),) = planted.items()
    common = {
        "company__industry": lambda: chance.choice(
            ["Banks", "Mines", "Shops", "Ships", "Rails", *"ABCDEFGHIJKL"]
        ),
        "lead__wants_demo": lambda: chance.random() < 0.1,
        "lead__seats": lambda: chance.choice([*range(1, 20), *range(200, 4_000, 100), 70]),
    }[name]
    chosen = [also(case, **{name: value}) for case, value in zip(cases, values, strict=False)]
    others = [also(case, **{name: common()}) for case in cases[6:]]
    found = shared(chosen, others)
    assert found.findings[0].condition == expected
    assert found.stands_out


def test_of_noise_alone_nothing_stands_out() -> None:
    stood = []
    for seed in range(30):
        cases, chance = crowd(seed, 250)
        chosen = chance.sample(cases, chance.choice([1, 2, 3, 5, 8]))
        found = shared(chosen, [case for case in cases if case not in chosen])
        stood.append(found.stands_out)
        assert all(0 < each.likely <= each.chance + 1e-12 <= 1 + 1e-9 for each in found.findings)
    assert sum(stood) <= 3  # of 30 at one in 20: more than 4 would come once in 60 times


def test_in_which_order_leads_are_given_does_not_matter() -> None:
    cases, chance = crowd(5, 200)
    chosen = [also(case, viewed("/pricing", 1)) for case in cases[:3]]
    expected = shared(chosen, cases[3:])
    for _ in range(3):
        others = [case._replace(did=chance.sample(case.did, len(case.did))) for case in cases]
        chance.shuffle(others)
        assert shared(chosen[::-1], others) == expected  # chosen that are among the others too


def test_nobody_is_to_be_known_again_by_a_rule_nor_judged_by_what_they_are() -> None:
    cases, _ = crowd(6, 200)
    given = {
        "lead__email": "ann@acme.example", "lead__name": "Ann", "lead__phone": "5550100", "lead__gender": "f",
        "company__name": "Acme", "company__domain": "acme.example", "lead__crm_id": "7", "lead__age": 40,
        "lead__zip_code": "12345", "lead__reached_by": "+1 555 010 0200", "lead__said_by": "ann@acme.example",
    }  # fmt: skip
    chosen = [
        also(case, Did("Form Submitted", NOW - DAY, {"title": "ann@acme.example"}), **given)
        for case in cases[:4]
    ]
    said = " ".join(
        f"{condition.says} {condition.sql}"
        for each in found_of(chosen, cases[4:])
        for condition in (each.condition, *each.also)
    )
    assert "Form Submitted" in said
    for name in (*given, "Acme", "Ann", "acme", "555"):
        assert not re.search(rf"{name.replace('__', '.')}(?!_kind)", said)


def test_what_only_one_lead_has_is_no_rule() -> None:
    cases, _ = crowd(6, 200)
    one = also(
        cases[0], Did("Poem Written", NOW - DAY, {"title": "To Ann"}), lead__motto="Onward", lead__dogs=77
    )
    said = str(shared([one], cases))
    assert all(each not in said for each in ("Poem", "Onward", "77"))


def test_nothing_that_came_later_is_looked_at() -> None:
    """What happened at the purchase or after it, or was learnt then, does not lead up to it."""
    bought = NOW - 10 * DAY
    before, late = bought - DAY, bought + DAY
    lead = Lead(
        "ann",
        [
            Row(0, before, {"email": "ann@mail.example", "stage": "looking"}, "acme"),
            Row(before, late, {"stage": "known late"}, "acme"),
            Row(bought, bought, {"stage": "customer"}, "other"),
        ],
        [
            Event("Page Viewed", before, before, False, {"path": "/pricing"}),
            Event("Page Viewed", before, late, False, {"path": "/learnt-late"}),
            Event("Page Viewed", before, before, True, {"path": "/by-machine"}),
            Event("Order Placed", bought, bought, False, {}),
            Event("Welcome Read", late, late, False, {}),
        ],
    )
    companies = {
        "acme": [Row(0, before, {"size": 10}), Row(0, late, {"size": 99})],
        "other": [Row(0, 0, {"size": 7})],
    }
    case = as_of(lead, companies, bought)
    assert case.attributes == {
        "lead.email": "ann@mail.example", "lead.stage": "looking", "lead.email_kind": "business",
        "company.size": 10,
    }  # fmt: skip
    assert [each.properties.get("path") for each in case.did] == ["/pricing"]
    # Had it not been left out, it would be what all who bought have in common.
    cases, _ = crowd(7, 300)
    buyers = [
        as_of(
            lead._replace(id=f"b{k}", events=[*lead.events, Event("Visit", before - k, before, False, {})]),
            companies,
            bought,
        )
        for k in range(3)
    ]
    said = str(shared(buyers, cases))
    assert "Visit" in said
    assert all(
        each not in said
        for each in ("Order Placed", "Welcome Read", "learnt-late", "by-machine", "'customer'")
    )


texts = st.text(st.characters(blacklist_categories=("Cs",)), min_size=1, max_size=12) | st.sampled_from(
    [
        "yes",
        "null",
        "a: b",
        "x # y",
        "it's",
        '"q"',
        "100 %",
        "- a",
        "{a}",
        "*",
        "/a_b",
        "=",
        "1e5",
        "~",
        "@",
        "\\n",
    ]
)


@examples(4)
@given(event=texts, title=texts, path=texts, industry=texts)
def test_whatever_leads_say_the_rule_is_one_and_holds_of_just_those(
    event: str, title: str, path: str, industry: str
) -> None:
    """The engine, asked by the rule's own file, finds whom the page says that it holds of."""
    mine = [
        Case(f"e{k}", NOW, {"lead.industry": industry, "lead.seats": 40 + k},
             [Did(event, NOW - DAY, {"title": title}), viewed(f"/{path}/x", 2)])
        for k in range(3)
    ]  # fmt: skip
    others = [
        Case(f"o{k}", NOW, {"lead.industry": f"{industry}{k % 3}", "lead.seats": 30 + 7 * k},
             [Did(event, NOW - 40 * DAY, {"title": f"{title}{k % 2}"}), viewed(f"/{path}{k}", 1)])
        for k in range(12)
    ]  # fmt: skip
    found = shared(mine, others).findings
    rules: dict[str, list[str]] = {"fit": [], "engagement": []}
    names: dict[str, Finding] = {}
    for each in found:
        name = named(each.condition, names)
        names[name] = each
        rules[each.condition.section].append(item_of(each.condition, name=name, points=5))
    text = _agreement(rules)
    agreement, diagnostics = read(text, file="tried")
    assert agreement is not None, (text, diagnostics)
    held = _held(agreement, [*mine, *others], names)
    assert held == {name: (each.shared_by, each.others) for name, each in names.items()}, text


def _agreement(rules: Mapping[str, Sequence[str]]) -> str:
    """Return an agreement of just these rules, each in its section."""
    text = "agreement: tried\n"
    for section, items in rules.items():
        lines = [f"    {line}" for item in items for line in item.splitlines()]
        text += (
            "\n".join([f"{section}:", "  rules:", *lines]) + "\n" if lines else f"{section}: {{rules: []}}\n"
        )
    return text + "qualify: {mql: score >= 1}\n"


def _held(
    agreement: hr.Agreement, cases: Sequence[Case], names: Mapping[str, Finding]
) -> dict[str, tuple[int, int]]:
    leads = pa.Table.from_pylist(
        [
            {"lead_id": case.id, "created_at": _when(0)}
            | {name[5:]: value for name, value in case.attributes.items()}
            for case in cases
        ]
    )
    events = pa.Table.from_pylist(
        [
            {"lead_id": case.id, "event": did.event, "occurred_at": _when(did.occurred_at)}
            | {name: did.properties.get(name) for name in ("title", "path")}
            for case in cases
            for did in case.did
        ]
    )  # fmt: skip
    rows = hr.score(agreement, leads=leads, events=events, at=_when(NOW), points=True).to_pylist()
    return {
        name: (
            sum(row[f"points_{name}"] > 0 for row in rows if row["lead_id"][0] == "e"),
            sum(row[f"points_{name}"] > 0 for row in rows if row["lead_id"][0] == "o"),
        )
        for name in names
    }


def _when(at: int) -> datetime:
    return datetime.fromtimestamp(at / 1e6, UTC)


def test_chances_are_those_of_all_draws_there_are() -> None:
    """Of 9 leads all threes are drawn, one after the other."""
    draws = list(combinations(range(9), 3))
    for having in range(10):
        for hits in range(1, 4):
            often = sum(sum(each < having for each in draw) >= hits for draw in draws) / len(draws)
            assert Draws(3, 9, []).likely(hits, having) == pytest.approx(often)


@given(sizes=st.lists(st.integers(1, 9), min_size=1, max_size=6), likely=st.floats(0.001, 1))
def test_a_random_draw_is_as_striking_as_is_said_or_less_often(sizes: list[int], likely: float) -> None:
    chance = random.Random(len(sizes))
    things = [set(chance.sample(range(9), size)) for size in sizes]
    every = list(combinations(range(9), 3))
    draws = Draws(3, 9, sizes)
    often = sum(
        any(draws.likely(len(thing & {*draw}), len(thing)) <= likely for thing in things if thing & {*draw})
        for draw in every
    ) / len(every)  # fmt: skip
    assert often <= draws.striking(likely, besides=0) + 1e-9


def test_numbers_drawn_at_random_lie_as_close_together_as_is_said() -> None:
    of, n = 60, 3
    often = [0] * (of + 1)
    for draw in combinations(range(of), n):
        often[draw[-1] - draw[0] + 1] += 1
    total, upto = sum(often), 0
    for having, many in enumerate(often):
        upto += many
        if having >= 6:
            assert upto / total == pytest.approx(Draws(n, of, []).likely_range(n, having), abs=0.05)
