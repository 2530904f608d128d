"""What was told of a lead did not arrive, and was given up: how is it sent again?"""

from __future__ import annotations

import json

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import render

from handraiser.edge.running import now
from handraiser.edge.web.frame.access import page, user_of
from handraiser.edge.web.lead.doings import told_item
from handraiser.edge.web.lead.seen import lead_asked
from handraiser.errors import Mistakes
from handraiser.flows.again import replay
from handraiser.store.history import members_of
from handraiser.store.models import Outgoing, User

__all__ = ["REPLAYING", "told_again"]

REPLAYING = frozenset({User.Role.ADMINISTRATOR})
"""Who may have something told again, as they see to what is wrong."""


@page(REPLAYING)
def told_again(request: HttpRequest, number: int, message: int) -> HttpResponse:
    """Have a message of a lead sent again, under the same key; show how it stands then."""
    user = user_of(request)
    found = lead_asked(user, number)
    own = Outgoing.objects.filter(lead__in=list(members_of([found.root])), pk=message)
    if not own.exists():
        raise Http404
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    says = "It is sent again now."
    try:
        replay(str(message), who=user.email, now=now())
    except Mistakes as mistakes:  # somebody else was quicker
        says = mistakes.diagnostics[0].says
    item = told_item(own.select_related("destination").get())
    told = {"item": item, "number": found.root, "may_replay": True, "open": True}
    answer = render(request, "lead/item.html", told)
    answer.headers["HX-Trigger"] = json.dumps({"handraiser:said": {"text": says, "undo": None}})
    return answer
