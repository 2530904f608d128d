"""The marketing funnel of Olist: sellers who asked to join a Brazilian marketplace, and who did.

Public as "Marketing Funnel by Olist" (Kaggle, olistbr/marketing-funnel-olist): two CSV files. A lead is a
"marketing qualified lead" of theirs; a customer is one with a closed deal. Deals are in the data from
December 2017 on only, so leads count from January 2018.
"""

from __future__ import annotations

from pathlib import Path

import duckdb
import pyarrow as pa

from evaluation.inputs import Inputs

__all__ = ["DEALS", "LEADS", "read"]

LEADS = "olist_marketing_qualified_leads_dataset.csv"
DEALS = "olist_closed_deals_dataset.csv"


def read(folder: Path) -> Inputs:
    """Return leads (origin, landing page), one event for each, and closed deals as outcomes."""
    with duckdb.connect() as con:
        con.execute("SET TimeZone = 'UTC'")
        leads = con.sql(
            "SELECT mql_id AS lead_id, first_contact_date AS created_at, origin, "
            "landing_page_id AS landing_page FROM read_csv($1, all_varchar = true) "
            "WHERE first_contact_date >= '2018-01-01'",
            params=[str(folder / LEADS)],
        ).to_arrow_table()
        outcomes = con.sql(
            "SELECT mql_id AS lead_id, 'customer' AS stage, replace(won_date, ' ', 'T') AS \"at\" "
            "FROM read_csv($1, all_varchar = true) WHERE mql_id IN (SELECT mql_id FROM "
            "read_csv($2, all_varchar = true) WHERE first_contact_date >= '2018-01-01')",
            params=[str(folder / DEALS), str(folder / LEADS)],
        ).to_arrow_table()
    events = pa.table(
        {
            "lead_id": leads.column("lead_id"),
            "event": pa.array(["First Contact"] * leads.num_rows),
            "occurred_at": leads.column("created_at"),
            "landing_page": leads.column("landing_page"),
        }
    )
    return Inputs(leads=leads, events=events, outcomes=outcomes)
