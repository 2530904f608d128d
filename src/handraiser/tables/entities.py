"""What do the leads and companies of an input become: one table each, every row with its number."""

from __future__ import annotations

from collections.abc import Sequence

import duckdb

from handraiser.facts.inputs import Column, Kind, Refused, Source
from handraiser.facts.mailbox import email_domain, email_kind
from handraiser.tables.parts import Part, scans_of
from handraiser.tables.rows import Layout, Rows, gathered
from handraiser.tables.times import in_range, problem

__all__ = ["company_source", "lead_source", "sorted_out"]

_TIMES = ("valid_from", "known_at", "created_at")


def lead_source(con: duckdb.DuckDBPyConnection, parts: Sequence[Part], zone: str) -> tuple[Source, Refused]:
    """Return the leads: a row for each, or for each state of one."""
    layout = Layout(ids=("lead_id", "company_id"), times=_TIMES, prefix="a:", zone=zone)
    rows = gathered(parts, layout)
    sorted_out(con, "leads", rows, layout, required=("lead_id",), checked=_TIMES)
    columns = _ids(("lead_id", "company_id"), rows) | rows.columns
    source = Source(relation="leads", columns=columns | _mailboxes(con, columns), has=rows.has)
    return source, Refused(relation="leads_refused", scans=scans_of(parts))


def company_source(
    con: duckdb.DuckDBPyConnection, parts: Sequence[Part], zone: str
) -> tuple[Source, Refused]:
    """Return the companies. When one was created matters to nothing, so an unreadable date costs no row."""
    layout = Layout(ids=("company_id",), times=_TIMES, prefix="a:", zone=zone)
    rows = gathered(parts, layout)
    sorted_out(con, "companies", rows, layout, required=("company_id",), checked=_TIMES[:2])
    columns = _ids(("company_id",), rows) | rows.columns
    source = Source(relation="companies", columns=columns, has=rows.has)
    return source, Refused(relation="companies_refused", scans=scans_of(parts))


def _ids(names: Sequence[str], rows: Rows) -> dict[str, Column]:
    return {name: Column(name, name, Kind.TEXT) for name in names if name in rows.has}


def sorted_out(
    con: duckdb.DuckDBPyConnection,
    name: str,
    rows: Rows,
    layout: Layout,
    *,
    required: Sequence[str],
    checked: Sequence[str],
    wrong: str = "NULL",
) -> None:
    """Make the table `name` of the rows that can be used, and `<name>_refused` of the others.

    required  the ids without which a row is nothing
    checked   times that must be readable where they are given
    wrong     SQL of what else may be wrong with a row, NULL where nothing is
    """
    missing = [f"CASE WHEN coalesce({each}, '') = '' THEN 'there is no {each}' END" for each in required]
    problems = [problem(each) for each in checked]
    reason = f"coalesce({', '.join(['broken', *missing, *problems, wrong])})"
    ids = [f"nullif({each}, '') AS {each}" for each in layout.ids]
    times = [f'CASE WHEN {in_range(each)} THEN "{each}" END AS "{each}"' for each in layout.times]
    attributes = [column.sql for column in rows.columns.values()]
    # One pass over the file, in its order: the number of a row is where it came to lie.
    con.execute(
        f"CREATE TABLE {name}_read AS SELECT {', '.join([*ids, *times, *attributes])}, refused, "
        "CASE WHEN refused IS NOT NULL THEN place END AS place, "
        "CASE WHEN refused IS NOT NULL THEN raw END AS raw FROM "
        f"(SELECT *, {reason} AS refused FROM ({rows.numbered}) AS given) AS judged"
    )
    con.execute(
        f"CREATE TABLE {name} AS SELECT rowid + 1 AS row, * EXCLUDE (refused, place, raw) "
        f"FROM {name}_read WHERE refused IS NULL"
    )
    con.execute(
        f"CREATE TABLE {name}_refused AS SELECT place, refused AS reason, FALSE AS used, raw "
        f"FROM {name}_read WHERE refused IS NOT NULL"
    )
    con.execute(f"DROP TABLE {name}_read")


def _mailboxes(con: duckdb.DuckDBPyConnection, columns: dict[str, Column]) -> dict[str, Column]:
    """`email_domain` and `email_kind`, where the data have an `email` and do not give them."""
    derived = [name for name in ("email_domain", "email_kind") if name not in columns]
    if "email" not in columns or not derived:
        return {}
    # All that `email_domain` looks at: the domain, and what stands right before it.
    email = f"CAST({columns['email'].sql} AS VARCHAR)"
    key = f"regexp_extract(trim({email}, ' \t\r\n'), '(?s).@[^@]*$')"
    keys = [each for (each,) in con.sql(f"SELECT DISTINCT {key} FROM leads").fetchall() if each]
    domains = [email_domain(each) for each in keys]
    kinds = [email_kind(domain) if domain else None for domain in domains]
    con.execute(
        "CREATE TABLE mailboxes AS SELECT unnest($1::VARCHAR[]) AS key, "
        "unnest($2::VARCHAR[]) AS email_domain, unnest($3::VARCHAR[]) AS email_kind",
        [keys, domains, kinds],
    )
    con.execute(
        "CREATE TABLE leads_with_mailboxes AS SELECT leads.*"
        + "".join(f', mailboxes.{name} AS "a:{name}"' for name in derived)
        + f" FROM leads LEFT JOIN mailboxes ON mailboxes.key = {key}"
    )
    con.execute("DROP TABLE leads")
    con.execute("ALTER TABLE leads_with_mailboxes RENAME TO leads")
    con.execute("DROP TABLE mailboxes")
    return {name: Column(name, f'"a:{name}"', Kind.TEXT) for name in derived}
