"""When a hand-off is due is kept in its own row: what a doctor says where its deadlines give another."""

from __future__ import annotations

from typer.testing import CliRunner

from handraiser.edge.cli import app
from handraiser.facts.instants import iso
from handraiser.flows.examining_sales import examine_sales
from handraiser.flows.verdicts import qualify_sales
from handraiser.store.due import due_differing
from handraiser.store.handoffs import handoffs
from handraiser.store.models import Deadline, Handoff
from tests.handing.test_mqls_with_sales import ANN, SALES, team
from tests.live.company import Live
from tests.servers import Database


def test_what_is_kept_is_what_deadlines_give_and_a_doctor_mends_what_is_not(database: Database) -> None:
    live = Live(SALES)
    team("small", "kim@made.example")
    live.identify(ANN)
    live.track(ANN, "Content Downloaded")
    handoff = Handoff.objects.get()
    first = Deadline.objects.filter(act="due").order_by("due_at")[0].due_at
    assert handoff.due_at == first
    Handoff.objects.update(due_at=7)
    says = f"episode {handoff.pk} is kept as due {iso(7)}, and by its deadlines is due {iso(first)}"
    assert examine_sales(live.clock.at) == [says]
    done = CliRunner().invoke(app, ["doctor", "--repair"])
    assert "When something is due was kept anew of 1 hand-off." in done.stdout
    assert Handoff.objects.get().due_at == first
    assert due_differing() == []
    qualify_sales(handoff.pk, by="kim@made.example", now=live.clock.at)
    assert Handoff.objects.get().due_at is None
    assert [each.due_at for each in handoffs(is_open=True, most=9)] == [None]
