"""What do the leads and companies of an input become: one table each, every row with its number."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import duckdb

from handraiser.facts.inputs import Column, Kind, Refused, Source
from handraiser.facts.mailbox import email_domain, email_kind
from handraiser.tables.parts import Part
from handraiser.tables.rows import Layout, Rows, gathered
from handraiser.tables.times import in_range, problem

__all__ = ["company_source", "lead_source", "read_rows", "sort_out"]

_TIMES = ("valid_from", "known_at", "created_at")


def lead_source(con: duckdb.DuckDBPyConnection, parts: Sequence[Part], zone: str) -> tuple[Source, Refused]:
    """Return the leads: a row for each, or for each state of one."""
    layout = Layout(ids=("lead_id", "company_id"), times=_TIMES, prefix="a:", zone=zone)
    rows = gathered(parts, layout)
    read_rows(con, "leads", rows, layout, required=("lead_id",), checked=_TIMES[:2], doubted=("created_at",))
    columns = _ids(("lead_id", "company_id"), rows) | rows.columns
    derived = _mailboxes(con, columns)
    rivals = _rivals(con, "leads", "lead_id", columns)
    sort_out(con, "leads", "lead_id", derived, rivals)
    source = Source(relation="leads", columns=columns | derived, has=rows.has)
    return source, Refused(relation="leads_refused")


def company_source(
    con: duckdb.DuckDBPyConnection, parts: Sequence[Part], zone: str
) -> tuple[Source, Refused]:
    """Return the companies. When one was created matters to nothing, so an unreadable date costs no row."""
    layout = Layout(ids=("company_id",), times=_TIMES, prefix="a:", zone=zone)
    rows = gathered(parts, layout)
    read_rows(con, "companies", rows, layout, required=("company_id",), checked=_TIMES[:2])
    columns = _ids(("company_id",), rows) | rows.columns
    sort_out(con, "companies", "company_id", rivals=_rivals(con, "companies", "company_id", columns))
    source = Source(relation="companies", columns=columns, has=rows.has)
    return source, Refused(relation="companies_refused")


def _ids(names: Sequence[str], rows: Rows) -> dict[str, Column]:
    return {name: Column(name, name, Kind.TEXT) for name in names if name in rows.has}


def read_rows(
    con: duckdb.DuckDBPyConnection,
    name: str,
    rows: Rows,
    layout: Layout,
    *,
    required: Sequence[str],
    checked: Sequence[str],
    doubted: Sequence[str] = (),
    wrong: str = "NULL",
) -> None:
    """Read an input once, in its order, into the table `<name>_read`: what is wrong with a row is beside it.

    required  the ids without which a row is nothing
    checked   times that must be readable where they are given
    doubted   times that are unknown where they cannot be read
    wrong     SQL of what else may be wrong with a row, NULL where nothing is
    """
    missing = [f"CASE WHEN coalesce({each}, '') = '' THEN 'there is no {each}' END" for each in required]
    refused = f"coalesce({', '.join(['broken', *missing, *map(problem, checked), wrong])})"
    ids = [f"nullif({each}, '') AS {each}" for each in layout.ids]
    times = [f'CASE WHEN {in_range(each)} THEN "{each}" END AS "{each}"' for each in layout.times]
    attributes = [column.sql for column in rows.columns.values()]
    odd = ", ".join([*(f"{problem(each)} || '; taken as unknown'" for each in doubted), "NULL"])
    con.execute(
        f"CREATE TABLE {name}_read AS SELECT {', '.join([*ids, *times, *attributes])}, part, file, row, "
        f"{refused} AS refused, CAST(coalesce({odd}) AS VARCHAR) AS odd FROM ({rows.numbered}) AS given"
    )


def sort_out(
    con: duckdb.DuckDBPyConnection,
    name: str,
    owner: str,
    derived: Mapping[str, Column] | None = None,
    rivals: str = "",
) -> None:
    """Make the relation `name` of the rows that can be used, and `<name>_refused` of those that are told of.

    The number of a row is where it came to lie when it was read: `rowid` tells. Columns derived from a
    mailbox are joined to it. `rivals` is a query for further doubtful rows.
    """
    mailbox = "".join(f", mailboxes.{each} AS {column.sql}" for each, column in (derived or {}).items())
    joined = f"LEFT JOIN mailboxes ON mailboxes.ending = {_ENDING}" if derived else ""
    # Where nothing is joined to them the rows stay where they are.
    con.execute(
        f"CREATE {'TABLE' if derived else 'VIEW'} {name} AS SELECT read.rowid + 1 AS row, "
        f"read.* EXCLUDE (part, file, row, refused, odd){mailbox} "
        f"FROM {name}_read AS read {joined} WHERE refused IS NULL"
    )
    con.execute(
        f"CREATE TABLE {name}_refused AS SELECT part, file, row, coalesce(refused, odd) AS reason, "
        f"refused IS NULL AS used, {owner} AS owner "
        f"FROM {name}_read WHERE refused IS NOT NULL OR odd IS NOT NULL"
    )
    if rivals:
        con.execute(f"INSERT INTO {name}_refused {rivals}")
    if derived:
        con.execute(f"DROP TABLE {name}_read")


def _rivals(con: duckdb.DuckDBPyConnection, name: str, owner: str, columns: Mapping[str, Column]) -> str:
    """The query for each row that holds in the place of others; empty where there is none.

    Rows of one lead or company that are valid and known from the same instant, or from ever, cannot be told
    apart in time: the last one holds. Rows that say the same are no rivals.
    """
    several = f"SELECT {owner} FROM {name}_read WHERE refused IS NULL GROUP BY {owner} HAVING count(*) > 1"
    if not con.execute(f"{several} LIMIT 1").fetchall():
        return ""
    said = f"hash({', '.join(column.sql for column in columns.values())})"
    return (
        "SELECT part, file, row, 'several rows of this ' "
        f"|| '{owner.removesuffix('_id')} have ' || if(valid_from IS NULL, 'no', 'the same') "
        f"|| ' valid_from; this one, the last of them, holds' AS reason, TRUE AS used, {owner} AS owner "
        f"FROM {name}_read WHERE refused IS NULL AND {owner} IN ({several}) "
        f"WINDOW same AS (PARTITION BY {owner}, valid_from, coalesce(known_at, valid_from)) "
        f"QUALIFY rowid = max(rowid) OVER same AND min({said}) OVER same <> max({said}) OVER same"
    )


_EMAIL = 'CAST("a:email" AS VARCHAR)'
# All of an address that `email_domain` looks at, so that it is asked once for each: the domain, the sign
# before it, and the letter before that.
_ENDING = f"right({_EMAIL}, length(split_part({_EMAIL}, '@', -1)) + 2)"


def _mailboxes(con: duckdb.DuckDBPyConnection, columns: Mapping[str, Column]) -> dict[str, Column]:
    """The columns that an e-mail address gives and the data do not; their values are in table `mailboxes`."""
    derived = [name for name in ("email_domain", "email_kind") if name not in columns]
    if "email" not in columns or not derived:
        return {}
    endings = [each for (each,) in con.sql(f"SELECT DISTINCT {_ENDING} FROM leads_read").fetchall() if each]
    domains = [email_domain(each) for each in endings]
    kinds = [email_kind(domain) if domain else None for domain in domains]
    con.execute(
        "CREATE TABLE mailboxes AS SELECT unnest($1::VARCHAR[]) AS ending, "
        "unnest($2::VARCHAR[]) AS email_domain, unnest($3::VARCHAR[]) AS email_kind",
        [endings, domains, kinds],
    )
    return {name: Column(name, f'"a:{name}"', Kind.TEXT) for name in derived}
