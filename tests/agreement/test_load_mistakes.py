"""Every mistake in what an agreement says is found, at its place, with its code."""

from __future__ import annotations

import pytest
from agreement_texts import event_rule, expected, fit_rule, fixes, found_in, written

from handraiser import agreement
from handraiser.agreement import tokens
from handraiser.agreement.functions import FUNCTIONS
from handraiser.agreement.vocabulary import RESERVED
from handraiser.errors import Mistakes, Unavailable

GOOD_RULE = "  - {rule: visit, event: Visit, points: 1}"

WHOLE = {
    "a key of the agreement that does not exist": ("HR101", written(more="‸recyle: {}")),
    "a misspelled key of a rule": (
        "HR101",
        event_rule("    event: Visit\n    points: 1\n    ‸witin: 3 days"),
    ),
    "fit is not there": (
        "HR102",
        "‸engagement:\n" + GOOD_RULE.replace("  - {", "  rules:\n  - {") + "\nqualify: {mql: score > 1}\n",
    ),
    "qualify says nothing of mql": ("HR102", written(qualify="  ‸never: lead.unsubscribed")),
    "a rule has no name": ("HR102", written(engagement="  rules:\n  - ‸{event: Visit, points: 1}")),
    "a rule has no points": ("HR102", written(engagement="  rules:\n  - ‸{rule: visit, event: Visit}")),
    "an event rule has no event": ("HR102", written(engagement="  rules:\n  - ‸{rule: visit, points: 1}")),
    "a fit rule has no condition": ("HR102", written(fit="  rules:\n  - ‸{rule: r, points: 1}")),
    "a band has no condition": ("HR102", fit_rule("    points:\n    - ‸{points: 5}")),
    "rules are no list": ("HR103", written(fit="  rules: ‸{a: 1}")),
    "a section is a text": ("HR103", written(more="score: ‸high")),
    "points are a list of nothing but numbers": ("HR103", fit_rule("    points: [‸5]")),
    "a key is written twice": ("HR104", written(more="title: a\n‸title: b")),
    "two rules have one name": (
        "HR104",
        written(engagement=f"  rules:\n{GOOD_RULE}\n  - {{rule: ‸visit, event: Visit, points: 1}}"),
    ),
    "a rule has the name of a group": (
        "HR104",
        written(
            engagement="  groups: {mail: {}}\n  rules:\n"
            "  - {rule: ‸mail, group: mail, event: Visit, points: 1}"
        ),
    ),
    "a name has capital letters": (
        "HR105",
        written(engagement="  rules:\n  - {rule: ‸Visit, event: V, points: 1}"),
    ),
    "a list has a name with a dash": ("HR105", written(more="lists: {‸our-rivals: [a]}")),
    "a reason begins with a digit": ("HR105", written(more="recycle: {reasons: {‸2late: {}}}")),
    "a rule has the name of a sum": (
        "HR106",
        written(engagement="  rules:\n  - {rule: ‸score, event: V, points: 1}"),
    ),
    "a rule has the name of a function": (
        "HR106",
        written(engagement="  rules:\n  - {rule: ‸coalesce, event: V, points: 1}"),
    ),
    "a group has a word of the conditions for a name": (
        "HR106",
        written(
            engagement="  groups: {‸like: {}}\n  rules:\n  - {rule: v, group: like, event: V, points: 1}"
        ),
    ),
    "a fit rule listens to events": (
        "HR107",
        fit_rule("    when: lead.x = 1\n    points: 1\n    ‸event: Visit"),
    ),
    "a fit rule has where": ("HR107", fit_rule("    when: lead.x = 1\n    points: 1\n    ‸where: x = 1")),
    "an event rule has when": ("HR107", event_rule("    event: V\n    points: 1\n    ‸when: lead.x = 1")),
    "a silence rule has an event": (
        "HR107",
        event_rule("    silent_for: 9 days\n    points: -1\n    ‸event: V"),
    ),
    "a silence rule has a decay": (
        "HR107",
        event_rule("    silent_for: 9 days\n    points: -1\n    ‸decay: none"),
    ),
    "bands stand beside a when": (
        "HR107",
        fit_rule("    ‸when: lead.x = 1\n    points:\n    - {when: lead.x = 1, points: 1}"),
    ),
    "a group is used and not declared": (
        "HR108",
        written(engagement="  rules:\n  - {rule: v, group: ‸mail, event: V, points: 1}"),
    ),
    "a group of fit is used in engagement": (
        "HR109 HR108",
        written(
            fit="  groups: {‸mail: {}}\n  rules: []",
            engagement="  rules:\n  - {rule: v, group: ‸mail, event: V, points: 1}",
        ),
    ),
    "a group is declared and not used": (
        "HR109",
        written(engagement=f"  groups: {{‸mail: {{}}}}\n  rules:\n{GOOD_RULE}"),
    ),
    "min is above max in a section": ("HR110", written(fit="  ‸min: 5\n  max: 4")),
    "min is above max in a rule": (
        "HR110",
        event_rule("    event: V\n    points: 1\n    max: 1\n    ‸min: 2"),
    ),
    "max of the score is below its min by default": ("HR110", written(more="score: {‸max: -5}")),
    "two grades have one bound": ("HR111", written(fit="  grades: {A: 40, B: ‸40.0}")),
    "a duration without a unit": ("HR112", event_rule("    event: V\n    points: 1\n    within: ‸30")),
    "a duration in months": ("HR112", event_rule("    event: V\n    points: 1\n    within: ‸3 months")),
    "a duration with a fraction": ("HR112", event_rule("    event: V\n    points: 1\n    within: ‸1.5 days")),
    "a duration in business hours": (
        "HR112",
        event_rule("    event: V\n    points: 1\n    within: ‸3 business hours"),
    ),
    "a window of no time": ("HR112", event_rule("    event: V\n    points: 1\n    within: ‸0 days")),
    "a duration longer than history": (
        "HR112",
        written(engagement=f"  within: ‸{'9' * 30} weeks\n  rules:\n{GOOD_RULE}"),
    ),
    "silence forever": ("HR113", event_rule("    silent_for: ‸forever\n    points: -1")),
    "a promise forever": ("HR113", written(more="handoff: {accept_within: ‸forever}")),
    "an unknown decay": ("HR114", written(engagement=f"  decay: ‸exponential\n  rules:\n{GOOD_RULE}")),
    "a half-life of no time": (
        "HR114",
        written(engagement=f"  decay: ‸half-life 0 days\n  rules:\n{GOOD_RULE}"),
    ),
    "steps of more than everything": (
        "HR114",
        written(engagement=f"  decay: ‸steps 101% every 1 day\n  rules:\n{GOOD_RULE}"),
    ),
    "a decay beside at_least": (
        "HR115",
        event_rule("    event: V\n    points: 1\n    at_least: 2\n    ‸decay: linear 9 days"),
    ),
    "an expression beside at_least": (
        "HR116",
        event_rule("    event: V\n    points: ‸price\n    at_least: 2"),
    ),
    "an expression for silence": ("HR116", event_rule("    silent_for: 9 days\n    points: ‸price * 2")),
    "no rules at all": ("HR117", written(engagement="  ‸rules: []")),
    "a rate without a percent sign": ("HR118", written(more="targets: {mql_to_sql: ‸0.25}")),
    "a rate above all": ("HR118", written(more="targets: {mql_to_sql: ‸101%}")),
    "a lead reassigned before anybody has seen it": (
        "HR118",
        written(more="handoff: {escalate_at: [{to: reassign, at: ‸0.99%}]}"),
    ),
    "a reminder at no time": ("HR118", written(more="handoff: {remind_at: [‸0%]}")),
    "a promise without a unit": ("HR119", written(more="handoff: {accept_within: ‸soon}")),
    "a promise of more than ten years": (
        "HR119",
        written(more="handoff: {hours: {mon: '09:00-10:00'}, accept_within: ‸90000 business days}"),
    ),
    "business weeks": (
        "HR119",
        written(more="handoff: {hours: {mon: '09:00-10:00'}, accept_within: ‸1 business week}"),
    ),
    "business hours without hours": ("HR120", written(more="handoff: {accept_within: ‸4 business hours}")),
    "a follow-up in business time without hours": (
        "HR120",
        written(more="handoff:\n  follow_up:\n  - {do: call, within: ‸1 business day}"),
    ),
    "a time zone that does not exist": ("HR121", written(more="timezone: ‸America/New_Yrok")),
    "a time zone of the machine": ("HR121", written(more="timezone: ‸localtime")),
    "a time zone that is nowhere": ("HR121", written(more="timezone: ‸Factory")),
    "the owner's zone for the agreement": ("HR121", written(more="timezone: ‸owner")),
    "a currency with a sign": ("HR122", written(more="currency: ‸$")),
    "a day that does not exist": ("HR123", written(more="handoff: {hours: {‸mo-fri: '09:00-10:00'}}")),
    "a day given twice": (
        "HR123",
        written(more="handoff: {hours: {mon-thu: '09:00-10:00', ‸wed: '09:00-10:00'}}"),
    ),
    "hours that end before they begin": ("HR124", written(more="handoff: {hours: {mon: ‸'18:00-09:00'}}")),
    "hours that overlap": ("HR124", written(more="handoff: {hours: {mon: ‸'09:00-12:00, 11:00-13:00'}}")),
    "hours without minutes": ("HR124", written(more="handoff: {hours: {mon: ‸9-18}}")),
    "hours after midnight": ("HR124", written(more="handoff: {hours: {mon: ‸'09:00-24:01'}}")),
    "holidays of a country in full": (
        "HR125",
        written(more="handoff: {hours: {mon: '09:00-10:00', holidays: ‸Germany}}"),
    ),
    "holidays of a list with one mistake": (
        "HR125",
        written(more="handoff: {hours: {mon: '09:00-10:00', holidays: [US, ‸de-by]}}"),
    ),
    "holidays of a country that is not": (
        "HR125",
        written(more="handoff: {hours: {mon: '09:00-10:00', holidays: [‸ZZ, DE]}}"),
    ),
    "holidays of a region that is not": (
        "HR125",
        written(more="handoff: {hours: {mon: '09:00-10:00', holidays: [US-CA, ‸DE-BAY]}}"),
    ),
    "holidays of a route": (
        "HR125",
        written(
            more="handoff:\n  route:\n  - {to: team a, hours: {mon: '09:00-10:00', holidays: ‸US-BY}}",
        ),
    ),
    "a limit per year": ("HR126", event_rule("    event: V\n    points: 1\n    at_most: ‸1 per year")),
    "a limit of none": ("HR126", event_rule("    event: V\n    points: 1\n    at_most: ‸0 per day")),
    "points that are infinite": ("HR127", event_rule("    event: V\n    points: ‸.inf")),
    "points that overflow": ("HR127", event_rule("    event: V\n    points: ‸1e999")),
    "at_least of none": ("HR127", event_rule("    event: V\n    points: 1\n    at_least: ‸0")),
    "at_least of one and a half": ("HR127", event_rule("    event: V\n    points: 1\n    at_least: ‸1.5")),
    "a target below nothing": ("HR127", written(more="targets: {mqls_per_month: ‸-1}")),
    "machines that are counted twice": (
        "HR128",
        event_rule("    event: V\n    points: 1\n    machines: ‸counted"),
    ),
    "an event without a name": ("HR129", event_rule("    event: ‸''\n    points: 1")),
    "no event in the list": ("HR129", event_rule("    event: ‸[]\n    points: 1")),
    "an empty condition": ("HR129", event_rule("    event: V\n    points: 1\n    where: ‸''")),
    "no open day": ("HR129", written(more="handoff: {hours: ‸{timezone: owner}}")),
    "a route behind one that takes all": (
        "HR130",
        written(more="handoff:\n  route:\n  - {to: team a}\n  - ‸{to: team b}"),
    ),
    "a route to nobody known": ("HR134", written(more="handoff: {route: [{to: ‸americas}]}")),
    "a route to somebody and nobody known": (
        "HR134",
        written(more="handoff:\n  route:\n  - {to: ‸'company owner, sam, team a'}"),
    ),
    "a route to the manager": ("HR134", written(more="handoff: {route: [{to: ‸manager}]}")),
    "a route that ends in a comma": ("HR134", written(more="handoff: {route: [{to: ‸'team a,'}]}")),
    "a route to an empty text": ("HR134", written(more="handoff: {route: [{to: ‸''}]}")),
    "an escalation to nobody known": (
        "HR134",
        written(more="handoff: {escalate_at: [{at: 100%, to: ‸boss}]}"),
    ),
    "an escalation to several": (
        "HR134",
        written(more="handoff: {escalate_at: [{at: 100%, to: ‸'manager, team a'}]}"),
    ),
    "hits told apart by an attribute": (
        "HR131",
        event_rule("    event: V\n    points: 1\n    distinct: ‸lead.email"),
    ),
    "points that are true": ("HR103", event_rule("    event: V\n    points: ‸true")),
    "a mistake inside a condition": ("HR324", fit_rule("    when: ‸country = 'US'\n    points: 1")),
    "qualify names a rule that is not there": ("HR350", written(qualify="  mql: score > 1 and ‸visist")),
}


@pytest.mark.parametrize("case", WHOLE)
def test_a_mistake_is_found_where_it_stands(case: str) -> None:
    codes, text = WHOLE[case]
    assert sorted(found_in(text)) == sorted(expected(text, *codes.split()))


DID_YOU_MEAN_BUSINESS = "Did you mean `4 business hours`?"

NEAREST = {
    "a key": (written(more="recyle: {}"), "Did you mean `recycle`?"),
    "a key of another place": (written(more="mql: score > 1"), "`mql` belongs in qualify."),
    "a group": (
        written(
            engagement="  groups: {email: {}}\n  rules:\n"
            "  - {rule: v, group: email, event: V, points: 1}\n"
            "  - {rule: w, group: emial, event: V, points: 1}"
        ),
        "Did you mean `email`?",
    ),
    "a time zone": (written(more="timezone: America/New_Yrok"), "Did you mean `America/New_York`?"),
    "a city alone": (written(more="timezone: berlin"), "Did you mean `Europe/Berlin`?"),
    "a day": (written(more="handoff: {hours: {monday-friday: '09:00-10:00'}}"), "Did you mean `mon-fri`?"),
    "a currency": (written(more="currency: eur"), "Write `EUR`."),
    "a unit": (event_rule("    event: V\n    points: 1\n    within: 30 dyas"), "Write `30 days`."),
    "a short unit": (event_rule("    event: V\n    points: 1\n    within: 36 h"), "Write `36 hours`."),
    "a short unit of one": (event_rule("    event: V\n    points: 1\n    within: 1 h"), "Write `1 hour`."),
    "a fraction that is one": (
        event_rule("    event: V\n    points: 1\n    within: 24.0 hours"),
        "Write `1 day`.",
    ),
    "months": (
        event_rule("    event: V\n    points: 1\n    within: 3 months"),
        "Write `90 days`, or as many as you mean.",
    ),
    "a fraction of days": (
        event_rule("    event: V\n    points: 1\n    within: 1.5 days"),
        "Write `36 hours`.",
    ),
    "a team without the word": (
        written(more="handoff: {route: [{to: americas}]}"),
        "Did you mean `team americas`?",
    ),
    "a team of two words": (
        written(more="handoff: {route: [{to: Team North America}]}"),
        "Did you mean `team North-America`?",
    ),
    "the company's owner as an attribute": (
        written(more="handoff: {route: [{to: company.owner}]}"),
        "Did you mean `company owner`?",
    ),
    "an address with a name": (
        written(more="handoff: {route: [{to: Sam <sam@made.example>}]}"),
        "Did you mean `sam@made.example`?",
    ),
    "a manager": (
        written(more="handoff: {escalate_at: [{at: 100%, to: managers}]}"),
        "Did you mean `manager`?",
    ),
    "a bare percentage": (written(more="targets: {mql_to_sql: 25}"), "Write `25%`."),
    "a misspelled promise": (
        written(more="handoff: {accept_within: 4 bussiness hours}"),
        DID_YOU_MEAN_BUSINESS,
    ),
    "business weeks": (
        written(more="handoff: {hours: {mon: '09:00-10:00'}, accept_within: 2 business weeks}"),
        "Write `10 business days`.",
    ),
    "a bucket": (event_rule("    event: V\n    points: 1\n    at_most: 1 per days"), "Write `1 per day`."),
    "a limit in words": (
        event_rule("    event: V\n    points: 1\n    at_most: once a day"),
        "Write `1 per day`.",
    ),
    "a limit with a stroke": (
        event_rule("    event: V\n    points: 1\n    at_most: 3/week"),
        "Write `3 per week`.",
    ),
    "a name": (written(more="lists: {Our-Rivals: [a]}"), "Write `our_rivals`."),
    "a calendar of holidays": (
        written(more="handoff: {hours: {mon: '09:00-10:00', holidays: de_by}}"),
        "Write `DE-BY`.",
    ),
    "a region": (
        written(more="handoff: {hours: {mon: '09:00-10:00', holidays: DE-BAY}}"),
        "Did you mean `DE-BY`?",
    ),
    "a region that nothing is near to": (
        written(more="handoff: {hours: {mon: '09:00-10:00', holidays: GB-XYZ}}"),
        "Write `GB`, or one of its regions as in `GB-ENG`.",
    ),
    "a region of a country without any": (
        written(more="handoff: {hours: {mon: '09:00-10:00', holidays: XK-AA}}"),
        "Write `XK`.",
    ),
    "a quoted number": (written(fit="  max: '50'"), "Take the quotes away: 50."),
    "a name that is a word of conditions": (
        written(fit="  rules:\n  - {rule: Case, when: lead.x = 1, points: 1}"),
        "Write `case_rule`.",
    ),
    "a name with a letter of another alphabet": (
        written(fit="  rules:\n  - {rule: Ünder, when: lead.x = 1, points: 1}"),
        "Begin with a letter: `[a-z][a-z0-9_]*`.",
    ),
    "a number with commas": (written(fit="  max: 1,000"), "Write `1000`."),
    "a number with a leading nought": (written(fit="  max: 010"), "Write `10`."),
}


@pytest.mark.parametrize("case", NEAREST)
def test_a_message_names_what_was_probably_meant(case: str) -> None:
    text, fix = NEAREST[case]
    assert fix in fixes(text)


def test_all_mistakes_come_at_once_in_the_order_of_the_text() -> None:
    text = written(
        fit="  max: ‸'50'\n  rules:\n  - {rule: ‸Mid, when: lead.x = 1, points: 1}",
        engagement="  within: ‸30 dyas\n  rules:\n  - {rule: visit, event: ‸no, points: 1}",
        qualify="  mql: score > 1\n  ‸hand_riase: visit",
        more="timezone: ‸Berlin",
    )
    with pytest.raises(Mistakes) as raised:
        agreement.load(text.replace("‸", ""), file="mql.yaml")
    codes = ("HR218", "HR105", "HR112", "HR214", "HR101", "HR121")
    assert [(d.code, d.at.line, d.at.column) for d in raised.value.diagnostics] == expected(text, *codes)
    assert str(raised.value).startswith("mql.yaml:2:8: HR218 ")


def test_a_misspelled_key_is_not_missing_as_well() -> None:
    text = event_rule("    ‸events: Visit\n    points: 1")
    assert found_in(text) == expected(text, "HR101")


def test_a_rule_with_a_mistake_is_still_known_to_qualify() -> None:
    text = written(engagement="  rules:\n  - {rule: visit, event: V, points: ‸.nan}", qualify="  mql: visit")
    assert found_in(text) == expected(text, "HR127")


def test_a_mistake_that_an_alias_repeats_is_told_once() -> None:
    text = written(more="handoff:\n  hours: &office {mon: ‸9-18}\n  route:\n  - {to: team a, hours: *office}")
    assert found_in(text) == expected(text, "HR124")


def test_no_word_of_the_conditions_can_name_a_rule() -> None:
    assert set(FUNCTIONS) | set(tokens.RESERVED) <= RESERVED


def _inside_itself() -> dict[str, object]:
    found: dict[str, object] = {}
    found["fit"] = found
    return found


def _deep() -> dict[str, object]:
    found: dict[str, object] = {}
    for _ in range(3_000):
        found = {"fit": found}
    return found


@pytest.mark.parametrize(
    ("given", "called"),
    [(None, "None"), (5, "`int`"), (b"x", "`bytes`"), (_inside_itself(), "`dict`"), (_deep(), "`dict`")],
    ids=["None", "number", "bytes", "inside itself", "deep"],
)
def test_what_is_no_path_and_no_text_is_told_so(given: object, called: str) -> None:
    with pytest.raises(Mistakes) as caught:
        agreement.load(given)  # type: ignore[arg-type]  # that is the mistake
    ((code, says),) = [(each.code, each.says) for each in caught.value.diagnostics]
    assert (code, says) == ("HR228", f"An agreement is read from a file or a text, not from {called}.")


def test_a_text_in_one_line_is_no_name_to_repeat_as_a_whole() -> None:
    with pytest.raises(Unavailable, match=r"'fit: .{,220}…' cannot be opened"):
        agreement.load("fit: " + "{a: " * 3_000)
