"""What do the parts of an agreement say, from its name down to the reasons to send a lead back?"""

from __future__ import annotations

import re

from handraiser.agreement.codes import Code
from handraiser.agreement.durations import read_percent
from handraiser.agreement.fields import Fields, condition, entries, items, name_of, text
from handraiser.agreement.handing import read_handoff, read_recycle
from handraiser.agreement.hours import read_timezone
from handraiser.agreement.model import (
    Agreement,
    Handoff,
    Limits,
    Qualify,
    Recycle,
    Section,
    Sql,
    Targets,
)
from handraiser.agreement.nodes import Mapping
from handraiser.agreement.notes import Notes
from handraiser.agreement.sections import (
    Named,
    Part,
    check_name,
    check_names,
    engagement_part,
    fit_part,
)
from handraiser.agreement.vocabulary import KEYS
from handraiser.agreement.wrong import Wrong

__all__ = ["read_document"]

_CURRENCY = re.compile(r"[A-Z]{3}")
_NAMELESS = "default"  # an agreement need not have a name
_RULES = "Rules stand under `fit: {rules: …}` (who they are) and `engagement: {rules: …}` (what they do)."
_WHO_THEY_ARE = "Rules on who they are stand under `fit: {rules: …}`."
_WHAT_THEY_DO = "Rules on what they do stand under `engagement: {rules: …}`."
# What other systems call the parts of an agreement.
_INSTEAD = {
    **dict.fromkeys(("rules", "scoring", "scoring_rules", "criteria", "conditions", "points"), _RULES),
    **dict.fromkeys(
        ("explicit", "demographic", "demographics", "firmographics", "attributes"), _WHO_THEY_ARE
    ),
    **dict.fromkeys(("implicit", "behavior", "behaviour", "events", "activity", "activities"), _WHAT_THEY_DO),
    **dict.fromkeys(("name", "id"), "The agreement's name stands behind `agreement:`."),
    **dict.fromkeys(
        ("threshold", "thresholds", "mql_threshold", "qualified"),
        "Write it as a condition: `qualify: {mql: score >= 50}`.",
    ),
    **dict.fromkeys(("sla", "promises", "routing"), "What sales promises stands under `handoff`."),
}
_AT_LEAST_NOTHING = Limits(min=0.0)
_NOTHING_READ = Part(section=Section(), names=(), has_rules=True)


def read_document(root: Mapping, notes: Notes) -> Agreement:
    """The agreement that the mapping describes; where the notes hold a mistake, stand-ins are in it."""
    fields = Fields(root, notes, what="the agreement", keys=KEYS["the agreement"], instead=_INSTEAD)
    fields.need("fit", "engagement", "qualify")
    lists = _lists(fields, notes)
    fit = fit_part(fields["fit"], notes) if "fit" in fields else _NOTHING_READ
    engagement = engagement_part(fields["engagement"], notes) if "engagement" in fields else _NOTHING_READ
    check_names(fit.names + engagement.names, notes)
    if not fit.has_rules and not engagement.has_rules:
        says = "Neither `fit` nor `engagement` has a rule, so no lead can be told from another."
        notes.mistake(Code.NO_RULES, fields["engagement"].at, says, "Write at least one rule.")
    return Agreement(
        name=_name(fields),
        title=fields.text("title"),
        timezone=fields.value("timezone", read_timezone, "UTC"),
        currency=fields.value("currency", _read_currency, ""),
        lists=lists,
        targets=_targets(fields, notes),
        fit=fit.section,
        grades=fit.grades,
        engagement=engagement.section,
        score=_score(fields, notes),
        qualify=_qualify(fields, notes),
        handoff=read_handoff(fields["handoff"], notes) if "handoff" in fields else Handoff(),
        recycle=read_recycle(fields["recycle"], notes) if "recycle" in fields else Recycle(),
    )


def _name(fields: Fields) -> str:
    name = fields.text("agreement", _NAMELESS)
    if not name.strip():
        says, fix = "The agreement's name is empty.", "Write `agreement:` and a name."
        fields.notes.mistake(Code.EMPTY, fields.place("agreement"), says, fix)
    return name.strip()


def _read_currency(words: str) -> str | Wrong:
    if _CURRENCY.fullmatch(words):
        return words
    up = words.upper()
    fix = f"Write `{up}`." if _CURRENCY.fullmatch(up) else "Write its three letters, as in `USD`."
    return Wrong(Code.BAD_CURRENCY, f"`{words}` is not a currency.", fix)


def _lists(fields: Fields, notes: Notes) -> dict[str, tuple[str, ...]]:
    lists = {}
    if "lists" in fields:
        for key, node in entries(fields["lists"], notes, fix="Write `rivals: [rival.example]` under it."):
            name = name_of(key, notes)
            check_name(Named(name, "list", key.at), notes)
            given = items(node, notes, fix=f"Write `{key.text}: [one, two]`.")
            lists[name] = tuple(text(each, notes) for each in given)
    return lists


def _targets(fields: Fields, notes: Notes) -> Targets:
    if "targets" not in fields:
        return Targets()
    targets = Fields(fields["targets"], notes, what="`targets`", keys=KEYS["targets"])
    return Targets(
        mqls_per_month=targets.number("mqls_per_month", least=0),
        mql_to_sql=targets.value("mql_to_sql", _read_rate, None),
        sql_to_customer=targets.value("sql_to_customer", _read_rate, None),
        accepted_in_time=targets.value("accepted_in_time", _read_rate, None),
        contacted_in_time=targets.value("contacted_in_time", _read_rate, None),
    )


def _read_rate(words: str) -> float | Wrong | None:
    rate = read_percent(words)
    if isinstance(rate, float) and rate > 1:
        return Wrong(Code.BAD_PERCENT, f"`{words}` is more than all of them.", "Write at most `100%`.")
    return rate


def _score(fields: Fields, notes: Notes) -> Limits:
    if "score" not in fields:
        return _AT_LEAST_NOTHING
    score = Fields(fields["score"], notes, what="`score`", keys=KEYS["score"])
    return score.limits(_AT_LEAST_NOTHING)


def _qualify(fields: Fields, notes: Notes) -> Qualify:
    if "qualify" not in fields:
        return Qualify(mql=Sql(""))
    qualify = Fields(fields["qualify"], notes, what="`qualify`", keys=KEYS["qualify"])
    qualify.need("mql", fix="Write `mql:` and the condition that makes a lead an MQL.")
    read = {key: condition(qualify[key], notes, None) for key in KEYS["qualify"] if key in qualify}
    return Qualify(mql=read.get("mql") or Sql(""), hand_raise=read.get("hand_raise"), never=read.get("never"))
