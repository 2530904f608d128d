"""Which way does a change go, and which changes belong together?"""

from __future__ import annotations

import pytest
from agreement_texts import EXAMPLE
from diff_texts import CALM, DEPENDS, LOOSER, NEUTRAL, RESTLESS, STRICTER, changed, effect, only

from handraiser.agreement import load
from handraiser.agreement.diff import About, Effect, balance, diff
from handraiser.errors import Place

# ---- which way


@pytest.mark.parametrize(
    ("old", "new", "is_"),
    [
        ("points: -30", "points: -20", LOOSER),  # a penalty that is less
        ("within: forever, decay: none", "within: 30 days, decay: none", LOOSER),
        ("within: forever, decay: none", "within: forever, decay: linear 30 days", LOOSER),
        ("points: -30", "points: -30, at_most: 1 per day", LOOSER),
        ("points: -30", "points: -30, min: -40", LOOSER),
        ("event: Unsubscribed", "event: [Unsubscribed, Complaint]", STRICTER),
    ],
)
def test_more_of_what_takes_points_is_stricter(old: str, new: str, is_: Effect) -> None:
    assert effect(old, new) is is_


@pytest.mark.parametrize(
    ("mql", "points", "condition"),
    [
        ("score > 5 and demo", LOOSER, LOOSER),
        ("demo and not score > 5", STRICTER, DEPENDS),
        ("demo and 5 > score", STRICTER, DEPENDS),
        ("demo and score between 5 and 9", DEPENDS, DEPENDS),
        ("demo and score > 5 and points(webinar) < 9", DEPENDS, DEPENDS),
        ("demo and not webinar", NEUTRAL, STRICTER),
        ("count(webinar) > 2", NEUTRAL, LOOSER),
        ("demo and count(webinar) < 2", NEUTRAL, STRICTER),
        ("demo and (case when webinar then score else 1 end) > 2", LOOSER, DEPENDS),
        ("demo and 2 * score - fit > 5", LOOSER, LOOSER),
        ("demo and -score > 5", STRICTER, STRICTER),
        ("demo", NEUTRAL, NEUTRAL),
    ],
)
def test_what_the_condition_asks_for_decides_the_direction(
    mql: str, points: Effect, condition: Effect
) -> None:
    text = CALM.replace("grade in ('A', 'B') and score > 50 and (whitepaper or webinar)", mql)
    assert effect("Attended, points: 10", "Attended, points: 11", text) is points
    longer = only("Attended, points: 10", "Attended, points: 10, within: 120 days", text)
    assert longer.effect in (condition, points if condition is DEPENDS else condition)


def test_what_keeps_leads_out_turns_the_direction_round() -> None:
    text = CALM.replace("never: company", "never: unsubscribed or company").replace(
        "points: -30", "points: 0"
    )
    assert effect("event: Unsubscribed", "event: [Unsubscribed, Complaint]", text) is STRICTER
    assert effect("never: unsubscribed", "never: unsubscribed and fit < 5", text) is LOOSER


def test_a_rule_that_nothing_asks_for_is_neutral() -> None:
    assert effect("points: 3}", "points: 4}", CALM.replace("score > 50", "fit > 50")) is NEUTRAL
    assert effect("event: Blog Viewed", "event: [Blog Viewed, Page Left]") is NEUTRAL


def test_a_hit_that_decides_nothing_may_still_be_the_moment_that_does() -> None:
    change = only("event: Blog Viewed", "event: [Blog Viewed, Page Left]", RESTLESS)
    assert change.effect is LOOSER
    assert "moment" in change.why
    # Fewer hits are fewer penalties, but also fewer moments.
    assert effect("event: Unsubscribed", "event: [Unsubscribed, Complaint]", RESTLESS) is DEPENDS


def test_an_earlier_hit_may_take_the_place_of_one_that_counted() -> None:
    change = only("'/pricing%'", "'/pri%' or path = '/pricing'", CALM)
    assert change.effect is DEPENDS
    change = only("where: path like '/pricing%', ", "")
    assert (change.effect, change.why) == (
        DEPENDS,
        "More hits count, but few are kept: an earlier one may take the place of one that lasted longer.",
    )


def test_silence_that_is_longer_in_coming_costs_fewer_points() -> None:
    assert effect("silent_for: 45 days", "silent_for: 60 days", EXAMPLE) is LOOSER
    assert (
        effect("silent_for: 45 days\n      points: -10", "silent_for: 45 days\n      points: -9", EXAMPLE)
        is LOOSER
    )
    gift = EXAMPLE.replace("silent_for: 45 days\n      points: -10", "silent_for: 45 days\n      points: 10")
    assert effect("silent_for: 45 days", "silent_for: 60 days", gift) is STRICTER


def test_a_rule_that_gives_little_and_ends_a_silence_that_gives_much_pulls_both_ways() -> None:
    # Half a point for a visit that takes the four of being quiet away: 4 points before, 0.5 or none after.
    quiet = """agreement: quiet
fit: {rules: []}
engagement:
  rules:
    - {rule: quiet, silent_for: 30 minutes, points: 4}
    - {rule: looks, event: Page Viewed, points: 10, at_most: 1 per hour}
qualify: {mql: score > 1}
"""
    fresh = "    - {rule: fresh, event: Content Downloaded, within: 20 minutes, points: 0.5}\nqualify"
    (change,) = diff(load(quiet), load(quiet.replace("qualify", fresh)))
    assert change.effect is DEPENDS
    assert "Leads collect more points" in change.why
    assert "But also: Fewer leads count as silent" in change.why


def test_points_that_may_be_above_zero_and_below_leave_it_open() -> None:
    assert effect("price > 0, points", "price > 0, within: 30 days, points") is STRICTER
    open_ended = CALM.replace("where: price > 0, points", "points")
    change = only("Product Added, points", "Product Added, within: 30 days, points", open_ended)
    assert (change.effect, change.why) == (
        DEPENDS,
        "Its points may be above zero or below: some leads gain, others lose.",
    )


def test_a_formula_is_compared_where_the_condition_tells_its_sign() -> None:
    formula = ("least(price / 100, 25)", "least(price / 50, 25)")
    assert effect(*formula) is LOOSER
    assert effect(*formula, CALM.replace("where: price > 0, points", "points")) is DEPENDS
    assert effect(*formula, CALM.replace("where: price > 0", "where: price <= 0")) is STRICTER


@pytest.mark.parametrize(
    ("bands", "is_"),
    [
        ("[{when: lead.a, points: 20}, {when: lead.b, points: 10}, {when: lead.c, points: 5}]", LOOSER),
        ("[{when: lead.c, points: 5}, {when: lead.a, points: 20}, {when: lead.b, points: 10}]", DEPENDS),
        ("[{when: lead.c, points: 30}, {when: lead.a, points: 20}, {when: lead.b, points: 10}]", LOOSER),
        ("[{when: lead.b, points: 10}, {when: lead.a, points: 20}]", STRICTER),
        ("[{when: lead.a or lead.c, points: 20}, {when: lead.b, points: 10}]", LOOSER),
        ("[{when: lead.a and lead.c, points: 20}, {when: lead.b, points: 10}]", STRICTER),
        ("[{when: lead.a, points: 20}, {when: lead.b and not lead.a, points: 10}]", STRICTER),  # of unknown a
        ("[{when: lead.a, points: 20}, {when: lead.a, points: 99}, {when: lead.b, points: 10}]", NEUTRAL),
        ("[{when: lead.a, points: 20}, {when: lead.b, points: lead.seats}]", DEPENDS),
    ],
)
def test_bands_are_judged_by_who_goes_from_which_to_which(bands: str, is_: Effect) -> None:
    text = (
        "fit: {{rules: [{{rule: r, points: {0}}}]}}\nengagement: {{rules: []}}\nqualify: {{mql: fit > 9}}\n"
    )
    old = text.format("[{when: lead.a, points: 20}, {when: lead.b, points: 10}]")
    (change,) = diff(load(old), load(text.format(bands)))
    assert change.effect is is_


# ---- conditions


@pytest.mark.parametrize(
    ("old", "new", "is_"),
    [
        ("lead.a > 5", "lead.a >= 5", LOOSER),
        ("lead.a > 5", "5 < lead.a", NEUTRAL),
        ("not lead.a > 5", "lead.a <= 5", NEUTRAL),
        ("not (lead.a or lead.b)", "not lead.b and not lead.a", NEUTRAL),
        ("not (lead.a and lead.b)", "not lead.b", STRICTER),
        ("lead.a between 2 and 5", "lead.a >= 2", LOOSER),
        ("lead.a between 2 and 5", "lead.a >= 2 and lead.a <= 5", NEUTRAL),
        ("lead.a not between 2 and 5", "lead.a not between 3 and 4", LOOSER),
        ("lead.a = 'x'", "lead.a in ('x', 'y')", LOOSER),
        ("lead.a <> 'x'", "lead.a not in ('x', 'y')", STRICTER),
        ("lead.a in (3, 4)", "lead.a > 2", LOOSER),
        ("lead.a in (1, 2)", "lead.a in ('1', '2', '3')", DEPENDS),
        ("lead.a = '5'", "lead.a <> '6'", DEPENDS),
        ("lead.a and lead.b", "lead.a or lead.b", LOOSER),
        ("lead.a and (lead.b or lead.c)", "(lead.c or lead.b) and lead.a", NEUTRAL),
        ("(lead.a and lead.b) or (lead.a and lead.c)", "lead.a and (lead.b or lead.c)", NEUTRAL),
        ("lead.a like 'x%'", "lead.a like '%x%'", DEPENDS),
        ("coalesce(lead.a, 1) > 5", "coalesce(lead.a, 1) > 6", STRICTER),
    ],
)
def test_conditions_are_compared_by_what_they_mean(old: str, new: str, is_: Effect) -> None:
    text = CALM.replace("when: lead.email_kind = 'free', points: -10", "when: CONDITION, points: 10")
    mended = [text.replace("CONDITION", f'"{condition}"') for condition in (old, new)]
    assert {change.effect for change in diff(load(mended[0]), load(mended[1]))} == {is_}


def test_a_condition_that_means_the_same_is_said_to() -> None:
    change = only("score > 50", "50 < score")
    assert (change.says, change.effect) == (
        "What an MQL needs is written otherwise, and means the same.",
        NEUTRAL,
    )


def test_several_parts_of_a_condition_are_told_one_by_one() -> None:
    found = changed("score > 50 and (whitepaper or webinar)", "score > 60 and (whitepaper or click)")
    assert [(change.says, change.effect) for change in found] == [
        ("MQLs need more than 60 points, not more than 50.", STRICTER),
        ("No longer a way to an MQL beside “whitepaper”: “webinar”.", STRICTER),
        ("A further way to an MQL beside “whitepaper”: “click”.", LOOSER),
    ]


# ---- what belongs together, and what is called otherwise


def test_a_default_of_the_section_is_told_once_for_all_rules() -> None:
    shorter, penalty, idle, demo = changed(
        "within: 90", "within: 60", RESTLESS.replace("within: 60 days", "")
    )
    assert shorter.says == (
        "Six rules now count for 60 days, not 90 days: “whitepaper”, “webinar”, “pricing”, “visits”, “click” "
        "and “cart”."
    )
    assert (shorter.effect, shorter.new_at) == (STRICTER, Place("<text>", 14, 3))
    assert [penalty.effect, idle.effect, demo.effect] == [LOOSER, NEUTRAL, STRICTER]


def test_a_rule_under_another_name_is_recognised() -> None:
    text = CALM.replace("rule: webinar", "rule: seminar").replace("or webinar", "or seminar")
    (change,) = diff(load(CALM), load(text))
    assert (change.says, change.effect) == ("The rule “webinar” is now called “seminar”.", NEUTRAL)


def test_lists_and_groups_under_other_names_are_recognised() -> None:
    text = CALM.replace("rivals", "others").replace("email:", "mail:").replace("group: email", "group: mail")
    assert [(change.says, change.effect) for change in diff(load(CALM), load(text))] == [
        ("The list “rivals” is now called “others”.", NEUTRAL),
        ("The group “email” is now called “mail”.", NEUTRAL),
    ]


def test_the_order_of_rules_decides_nothing() -> None:
    webinar = "    - {rule: webinar, event: Webinar Attended, points: 10}\n"
    text = CALM.replace(webinar, "").replace("\nqualify:", f"\n{webinar}qualify:")
    (change,) = diff(load(CALM), load(text))
    assert (change.says, change.effect) == ("The rules of engagement stand in another order.", NEUTRAL)


def test_a_rule_that_comes_or_goes_is_told_whole() -> None:
    new = "    - {rule: complaint, event: Complaint, points: -20}\nqualify:"
    come = only("qualify:", new)
    assert (come.says, come.effect) == (
        "“complaint” is new: it takes 20 points for each Complaint, for 90 days, half its worth "
        "after 30 days.",
        STRICTER,
    )
    assert (come.old_at, come.new_at) == (None, Place("<text>", 27, 7))
    (gone,) = diff(load(CALM.replace("qualify:", new, 1)), load(CALM))
    assert (gone.says, gone.effect, gone.new_at) == (
        "“complaint” is gone: it took 20 points for each Complaint, for 90 days, half its worth "
        "after 30 days.",
        LOOSER,
        None,
    )


def test_a_rule_that_leaves_its_group_leaves_its_limit() -> None:
    other = "{rule: opened, group: email, event: Email Opened, points: 1}\n    - {rule: click,"
    text = CALM.replace("{rule: click,", other)
    change = only("group: email, event: Email Link Clicked", "event: Email Link Clicked", text)
    assert (change.says, change.effect) == (
        "“click” no longer belongs to the group “email”, of at most 20 points.",
        LOOSER,
    )


def test_a_group_that_is_made_of_rules_limits_them() -> None:
    plain = CALM.replace("  groups: {email: {max: 20}}\n", "").replace("group: email, ", "")
    (change,) = diff(load(plain), load(CALM))
    assert (change.says, change.effect) == ("The group “email” is new, of at most 20 points.", STRICTER)


def test_a_name_given_to_another_kind_of_rule_is_another_rule() -> None:
    change = only("event: Webinar Attended, points: 10", "silent_for: 9 days, points: 10")
    assert change.effect is DEPENDS
    assert change.says.startswith("“webinar” is now another kind of rule: it gives 10 points after 9 days")


# ---- what decides nothing


def test_an_agreement_has_not_changed_from_itself() -> None:
    assert diff(load(EXAMPLE), load(EXAMPLE)) == []


def test_words_for_people_decide_nothing() -> None:
    found = changed("title: 50 to 500 employees", "title: Mid-market, say: Ask them.")
    assert {(change.effect, change.about) for change in found} == {(NEUTRAL, About.WORDS)}
    assert [change.says for change in found] == [
        "“Mid-market” was called “50 to 500 employees” before.",
        "“Mid-market” has other words for sales: “Ask them”.",
    ]


def test_comments_are_all_that_is_left_to_tell_where_nothing_else_has_changed() -> None:
    (change,) = diff(load(CALM), load(f"# signed\n{CALM}"))
    assert (change.where, change.effect, change.about) == ("comments", NEUTRAL, About.WORDS)


# ---- all together


def test_the_balance_is_what_all_changes_have_in_common() -> None:
    easier = CALM.replace("score > 50", "score > 40")
    more = easier.replace("Attended, points: 10", "Attended, points: 11")
    assert balance(diff(load(CALM), load(easier))) is LOOSER
    assert balance(diff(load(CALM), load(more))) is LOOSER
    assert balance(diff(load(CALM), load(easier.replace("points: -30", "points: -40")))) is DEPENDS
    assert balance([]) is NEUTRAL
