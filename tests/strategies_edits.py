"""Edits of generated agreements, as somebody makes them who changes a rule here and a bound there.

Each edit changes the plain dict of an agreement in place. Some of them come to nothing, and a few make a
mistake of it: whoever uses them loads what comes out.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

from strategies_agreements import (
    Names,
    attribute_condition,
    comparison,
    decay,
    event_condition,
    event_rule,
    fit_rule,
    length,
    qualify_leaf,
    silence_rule,
)
from strategies_choice import Choose, chance
from strategies_times import Grid
from strategies_words import EVENT_NAMES, LIMITS, WEIGHTS

Said = dict[str, Any]
Edit = Callable[[Choose, Grid, Said], None]

_BOUND = re.compile(r"(?<=[<>=] )-?\d+(\.\d+)?")
FORMULAS = ["price", "least(price / 100, 40)", "least(price / 50, 40)", "price / 50", "price / 100"]
DECAYS = ["none", *["half-life"] * 3, *["linear"] * 2, "steps 25% every", "steps 50% every"]


def rules_of(said: Said, key: str = "event") -> list[Said]:
    return [rule for rule in said["engagement"]["rules"] if key in rule]


def every_rule(said: Said) -> list[Said]:
    return [*said["fit"]["rules"], *said["engagement"]["rules"]]


def one_of(choose: Choose, rules: list[Said]) -> Said:
    """One of the rules; a stranger that nobody sees where there is none."""
    return choose(rules) if rules else {}


def names_of(said: Said) -> Names:
    return Names(
        rules=[rule["rule"] for rule in every_rule(said)],
        event_rules=[rule["rule"] for rule in rules_of(said)],
        groups=[*said["fit"].get("groups", {}), *said["engagement"].get("groups", {})],
        grades="grades" in said["fit"],
    )


# ---- rules


def points(choose: Choose, grid: Grid, said: Said) -> None:
    rule = choose(every_rule(said))
    if isinstance(rule["points"], list):
        rule = choose(rule["points"])
    rule["points"] = choose([*WEIGHTS, *FORMULAS] if "event" in rule else WEIGHTS)


def within(choose: Choose, grid: Grid, said: Said) -> None:
    where = choose([*rules_of(said), said["engagement"]]) if rules_of(said) else said["engagement"]
    where["within"] = choose([length(choose, grid), "forever"])


def fading(choose: Choose, grid: Grid, said: Said) -> None:
    rules = [rule for rule in rules_of(said) if "at_least" not in rule]
    choose([*rules, said["engagement"]])["decay"] = decay(choose, grid, DECAYS)


def at_most(choose: Choose, grid: Grid, said: Said) -> None:
    rule = one_of(choose, rules_of(said))
    if "at_most" in rule and chance(choose, 3):
        del rule["at_most"]
    else:
        rule["at_most"] = f"{choose([1, 2, 3])} per {choose(['hour', 'day', 'week', 'month'])}"


def distinct(choose: Choose, grid: Grid, said: Said) -> None:
    rule = one_of(choose, rules_of(said))
    if "distinct" in rule:
        del rule["distinct"]
    else:
        rule["distinct"] = choose(["session_id", "title"])


def at_least(choose: Choose, grid: Grid, said: Said) -> None:
    rule = one_of(choose, rules_of(said))
    if "at_least" in rule and chance(choose, 4):
        del rule["at_least"]
    elif not isinstance(rule.get("points"), str):
        rule.pop("decay", None)
        rule["at_least"] = choose([1, 2, 3])


def machines(choose: Choose, grid: Grid, said: Said) -> None:
    rule = one_of(choose, rules_of(said))
    rule["machines"] = "ignore" if rule.get("machines") == "count" else "count"


def events(choose: Choose, grid: Grid, said: Said) -> None:
    rule = one_of(choose, rules_of(said))
    given = rule.get("event", [])
    given = [given] if isinstance(given, str) else list(given)
    name = choose(EVENT_NAMES[:3])
    rule["event"] = (
        [each for each in given if each != name] if name in given and len(given) > 1 else [*given, name]
    )


def joined(choose: Choose, old: str | None, leaf: str) -> str | None:
    if old is None:
        return leaf
    return choose([f"({old}) and {leaf}", f"({old}) or {leaf}", f"{leaf} and ({old})", None, leaf])


def where(choose: Choose, grid: Grid, said: Said) -> None:
    rule = one_of(choose, rules_of(said))
    asked = joined(choose, rule.pop("where", None), event_condition(choose, grid))
    if asked is not None:
        rule["where"] = asked


def when(choose: Choose, grid: Grid, said: Said) -> None:
    if not said["fit"]["rules"]:
        return
    rule = choose(said["fit"]["rules"])
    band = choose(rule["points"]) if isinstance(rule["points"], list) else rule
    leaf = attribute_condition(choose, grid)
    band["when"] = moved(choose, joined(choose, band["when"], leaf) or leaf)


def bands(choose: Choose, grid: Grid, said: Said) -> None:
    if not said["fit"]["rules"]:
        return
    rule = choose(said["fit"]["rules"])
    if not isinstance(rule["points"], list):
        rule["points"] = [{"when": rule.pop("when"), "points": rule["points"]}]
    given = rule["points"]
    how = choose(["come", "come", "go", "turn"])
    if how == "come":
        band = {"when": attribute_condition(choose, grid), "points": choose(WEIGHTS)}
        given.insert(choose(range(len(given) + 1)), band)
    elif how == "go" and len(given) > 1:
        given.remove(choose(given))
    else:
        given.reverse()


def limit(choose: Choose, grid: Grid, said: Said) -> None:
    groups = [group for part in ("fit", "engagement") for group in said[part].get("groups", {}).values()]
    holder = choose(
        [*every_rule(said), *groups, said["fit"], said["engagement"], said.setdefault("score", {})]
    )
    for key in ("min", "max"):
        holder.pop(key, None)
    if chance(choose, 7):
        holder |= choose(LIMITS)
    if not said["score"]:
        del said["score"]


def group(choose: Choose, grid: Grid, said: Said) -> None:
    part, name = choose([("fit", "firm"), ("engagement", "mail"), ("engagement", "post")])
    candidates = [rule for rule in said[part]["rules"] if "silent_for" not in rule]
    if not candidates:
        return
    rule = choose(candidates)
    if rule.pop("group", None) != name:
        rule["group"] = name
        said[part].setdefault("groups", {}).setdefault(name, dict(choose([*LIMITS, {}])))
    used = {each.get("group") for each in said[part]["rules"]}
    said[part]["groups"] = {key: value for key, value in said[part].get("groups", {}).items() if key in used}


def silence(choose: Choose, grid: Grid, said: Said) -> None:
    rule = one_of(choose, rules_of(said, "silent_for"))
    if not rule:
        said["engagement"]["rules"].append(silence_rule(choose, grid))
    elif chance(choose, 5):
        rule["silent_for"] = length(choose, grid)
    else:
        rule["points"] = choose([-10, 4, -1, -3])


def come(choose: Choose, grid: Grid, said: Said) -> None:
    if chance(choose, 7):
        rule = event_rule(choose, grid, "fresh")
        rule.pop("group", None)
        said["engagement"]["rules"].append(rule)
    else:
        rule = fit_rule(choose, grid, "fresh")
        rule.pop("group", None)
        said["fit"]["rules"].append(rule)


def go(choose: Choose, grid: Grid, said: Said) -> None:
    part = said[choose(["fit", "engagement", "engagement"])]
    if part["rules"]:
        part["rules"].remove(choose(part["rules"]))


def rename(choose: Choose, grid: Grid, said: Said) -> None:
    rule = choose(every_rule(said))
    for key, text in said["qualify"].items():
        said["qualify"][key] = re.sub(rf"\b{rule['rule']}\b", "renamed", text)
    rule["rule"] = "renamed"


def order(choose: Choose, grid: Grid, said: Said) -> None:
    said["engagement"]["rules"].reverse()


# ---- the rest


def moved(choose: Choose, text: str) -> str:
    """A condition with one of its bounds moved, where it has any."""
    found = list(_BOUND.finditer(text))
    if not found or chance(choose, 4):
        return text
    bound = choose(found)
    number = float(bound.group()) + choose([1, 5, 0.5, -1, -5, -0.5])
    return f"{text[: bound.start()]}{number:g}{text[bound.end() :]}"


def threshold(choose: Choose, grid: Grid, said: Said) -> None:
    key = choose(list(said["qualify"]))
    said["qualify"][key] = moved(choose, said["qualify"][key])


def by_case(choose: Choose, grid: Grid, said: Said) -> None:
    """A bound that is another one for some leads."""
    bound = _BOUND.search(said["qualify"]["mql"])
    if bound is None:
        return
    text, number = said["qualify"]["mql"], float(bound.group())
    other = number + choose([1, 5, -1, -5])
    case = f"case when {attribute_condition(choose, grid)} then {other:g} else {number:g} end"
    said["qualify"]["mql"] = f"{text[: bound.start()]}{case}{text[bound.end() :]}"


def qualify(choose: Choose, grid: Grid, said: Said) -> None:
    key = choose(["mql", "mql", "hand_raise", "never"])
    leaf = choose([qualify_leaf, comparison])(choose, grid, names_of(said))
    asked = joined(choose, said["qualify"].pop(key, None), leaf)
    if asked is not None or key == "mql":
        said["qualify"][key] = asked or leaf


def grades(choose: Choose, grid: Grid, said: Said) -> None:
    given = said["fit"].get("grades")
    if given:
        name = choose(list(given))
        given = {**given, name: given[name] + choose([1, -1, 3.25, -3.25, 0.125])}
        said["fit"]["grades"] = given


def lists(choose: Choose, grid: Grid, said: Said) -> None:
    entry = choose(["A", "B", "acme.example", "rival.example"])
    given = [each for each in said["lists"]["rivals"] if each != entry]
    said["lists"] = {"rivals": given if len(given) < len(said["lists"]["rivals"]) else [*given, entry]}


def zone(choose: Choose, grid: Grid, said: Said) -> None:
    said["timezone"] = choose(["UTC", "Asia/Kolkata"])


def words(choose: Choose, grid: Grid, said: Said) -> None:
    choose([said, *every_rule(said)])["title"] = "Something else"


def recycling(choose: Choose, grid: Grid, said: Said) -> None:
    section = said.setdefault("recycle", {})
    reasons = section.setdefault("reasons", {"not_ready": {}, "no_budget": {}, "bad_data": {}})
    how = choose(["wait", "forget", "reason", "close"])
    if how == "wait":
        section["requalify_after"] = length(choose, grid)
    elif how == "forget":
        section["forget_engagement"] = not section.get("forget_engagement", False)
    elif how == "reason":
        reasons[choose(list(reasons))] = {"requalify_after": length(choose, grid)}
    else:
        reasons[choose(list(reasons))] = choose([{"disqualify": True}, {}])


OF_RULES: list[Edit] = [
    *(points, points, within, fading, at_most, distinct, at_least, machines, events, where, where, when),
    *(bands, limit, limit, group, silence, come, go, rename, order),
]
OF_THE_REST: list[Edit] = [
    threshold,
    threshold,
    threshold,
    by_case,
    qualify,
    qualify,
    grades,
    lists,
    zone,
    words,
]


# Changes whose effect is known also where leads were sent back before they became MQLs.
OF_RECYCLING: list[Edit] = [recycling, recycling, recycling, points, within, threshold]


def edited(choose: Choose, grid: Grid, said: Said, edits: list[Edit], most: int = 3) -> Said:
    """The agreement with one of the edits made, or several."""
    changed = json.loads(json.dumps(said))
    for _ in range(choose([1, 1, *range(1, most + 1)])):
        choose(edits)(choose, grid, changed)
    return changed
