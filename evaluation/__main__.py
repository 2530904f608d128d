"""Back-tests of agreements written by judgement, on public data: `python -m evaluation --data DIR`.

Writes what was found to docs/evaluation.md, with pictures beside it. A set that is not there is said to be
missing.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import duckdb

import handraiser as hr
from evaluation import bpi2012, olist
from evaluation.inputs import Inputs
from handraiser.edge.backtest_told import as_text, share, span, tell_backtest
from handraiser.edge.charts import charts
from handraiser.edge.comparing import Comparison

_HERE = Path(__file__).parent
_DOCS = _HERE.parent / "docs"
_PICTURES = ("trend", "conversion", "thresholds", "scores")


class _Set(NamedTuple):
    """A public set: where it may lie below the folder of the data, how it is read, what is asked of it."""

    name: str
    folders: tuple[str, ...]
    read: Callable[[Path], Inputs]
    runs: tuple[tuple[str, str | None, str], ...]  # heading, leads from, to


_SETS = (
    _Set(
        "bpi2012",
        ("bpic2012_loans", "bpi2012", "."),
        bpi2012.read,
        (
            ("All applications", None, "2012-03-15"),
            ("Applications from December 2011 on", "2011-12-01", "2012-03-15"),
        ),
    ),
    _Set(
        "olist",
        ("olist", "."),
        olist.read,
        (
            ("All leads of 2018", "2018-01-01", "2018-12-01"),
            ("Leads from March 2018 on, the fair test", "2018-03-01", "2018-12-01"),
        ),
    ),
)


def _tested(of: _Set, folder: Path) -> list[tuple[str, Comparison]]:
    agreement = hr.load(_HERE / f"{of.name}.yaml")
    inputs = of.read(folder)
    return [
        (heading, hr.backtest(agreement, **_since(inputs, since)._asdict(), until=until))
        for heading, since, until in of.runs
    ]


def _since(inputs: Inputs, day: str | None) -> Inputs:
    """Return the inputs with the leads that were made on a day or later."""
    if day is None:
        return inputs
    with duckdb.connect() as con:
        con.execute("SET TimeZone = 'UTC'")
        con.register("leads", inputs.leads)
        kept = con.sql("SELECT * FROM leads WHERE CAST(created_at AS DATE) >= CAST($1 AS DATE)", params=[day])
        return inputs._replace(leads=kept.to_arrow_table())


def _written(of: _Set, tested: list[tuple[str, Comparison]]) -> str:
    title = tested[0][1].test.title
    caveats = (_HERE / f"{of.name}.md").read_text(encoding="utf-8")
    lines = [f"## {title}", "", caveats]
    lines += [
        "| | leads | MQLs | customers | precision | recall | of all leads buy | lead to MQL | MQL to win |",
        "|---|--:|--:|--:|---|---|---|---|---|",
    ]
    for heading, found in tested:
        test = found.test
        cells = (
            heading,
            f"{test.leads:,}",
            f"{test.mqls:,}",
            f"{test.customers:,}",
            share(test.precision_rate),
            share(test.recall_rate),
            share(test.base_rate),
            span(test.days_to_mql),
            span(test.days_to_win),
        )
        lines.append(f"| {' | '.join(cells)} |")
    lines.append("")
    # The last run is the fair one.
    pictures = _DOCS / "evaluation"
    pictures.mkdir(exist_ok=True)
    drawn = charts(tested[-1][1])
    lines += [f"{tested[-1][0]}, in pictures:", ""]
    for name in _PICTURES:
        if name in drawn:
            (pictures / f"{of.name}-{name}.svg").write_text(drawn[name], encoding="utf-8")
            lines.append(f"![{title}: {name}](evaluation/{of.name}-{name}.svg)")
    lines += ["", "```text", *_in_words(tested[-1][1]), "```", ""]
    return "\n".join(lines)


def _in_words(found: Comparison) -> list[str]:
    return [line.rstrip() for line in as_text(tell_backtest(found), width=110).splitlines()]


def main() -> None:
    """Evaluate what is there, and write the page."""
    parser = argparse.ArgumentParser(prog="python -m evaluation", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="the folder with the public sets")
    asked = parser.parse_args()
    parts = [(_HERE / "introduction.md").read_text(encoding="utf-8")]
    missing = []
    for each in _SETS:
        for name in each.folders:
            try:
                tested = _tested(each, asked.data / name)
            except (OSError, duckdb.IOException):
                continue
            parts.append(_written(each, tested))
            break
        else:
            missing.append(each.name)
    for name in missing:
        sys.stderr.write(
            f"SKIPPED: {name} is not in {asked.data}; evaluation/{name}.py says where it is to be had.\n"
        )
    if len(parts) == 1:
        raise SystemExit(1)
    if not missing:
        (_DOCS / "evaluation.md").write_text("\n".join(parts), encoding="utf-8")
        sys.stdout.write("docs/evaluation.md is written.\n")
    else:
        sys.stdout.write("\n".join(parts))


if __name__ == "__main__":
    main()
