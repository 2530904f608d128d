"""Public logs are read from their public formats, without what only the decision tells."""

from __future__ import annotations

import gzip
import subprocess
import sys
from pathlib import Path

import pytest
from evaluation import bpi2012, olist

from pages import ROOT

XES = """<?xml version="1.0" encoding="UTF-8"?>
<log xmlns="http://www.xes-standard.org/">
  <trace>
    <date key="REG_DATE" value="2011-10-01T00:38:44.546+02:00"/>
    <string key="concept:name" value="1"/>
    <string key="AMOUNT_REQ" value="20000"/>
    {events}
  </trace>
</log>
"""


def event(name: str, at: str) -> str:
    return (
        f'<event><string key="concept:name" value="{name}"/><string key="lifecycle:transition" '
        f'value="COMPLETE"/><date key="time:timestamp" value="{at}"/></event>'
    )


@pytest.mark.parametrize("packed", [True, False])
def test_an_application_is_a_lead_and_its_approval_a_customer(tmp_path: Path, packed: bool) -> None:
    events = [
        event("A_SUBMITTED", "2011-10-01T00:38:44.546+02:00"),
        event("A_APPROVED", "2011-10-13T10:37:29.226+02:00"),
        event("A_ACTIVATED", "2011-10-13T10:37:29.226+02:00"),
        event("O_ACCEPTED", "2011-10-14T10:00:00.000+02:00"),
    ]
    text = XES.format(events="".join(events)).encode()
    name = "BPI_Challenge_2012.xes" + (".gz" if packed else "")
    (tmp_path / name).write_bytes(gzip.compress(text) if packed else text)
    found = bpi2012.read(tmp_path)
    lead = found.leads.to_pylist()[0]
    assert (lead["lead_id"], lead["amount"]) == ("1", 20000)
    assert [row["event"] for row in found.events.to_pylist()] == ["A_SUBMITTED"]
    outcome = found.outcomes.to_pylist()[0]
    assert (outcome["stage"], outcome["at"].isoformat()) == ("customer", "2011-10-13T08:37:29.226000+00:00")


def test_a_seller_of_2018_is_a_lead_and_a_closed_deal_a_customer(tmp_path: Path) -> None:
    (tmp_path / olist.LEADS).write_text(
        "mql_id,first_contact_date,landing_page_id,origin\na,2018-02-01,p,social\nb,2017-10-20,p,\n", "utf-8"
    )
    (tmp_path / olist.DEALS).write_text(
        "mql_id,won_date\na,2018-02-26 19:58:54\nb,2018-05-08 20:17:59\n", "utf-8"
    )
    found = olist.read(tmp_path)
    assert [row["lead_id"] for row in found.leads.to_pylist()] == ["a"]
    assert found.outcomes.to_pylist() == [{"lead_id": "a", "stage": "customer", "at": "2018-02-26T19:58:54"}]


def test_a_set_that_is_not_there_is_said_to_be_missing(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "evaluation", "--data", str(tmp_path)],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert done.stderr.count("SKIPPED") == 2
