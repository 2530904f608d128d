"""Which address is answered by what, besides those of the tracking protocol (`capture`)?"""

from __future__ import annotations

from typing import Any

from django.urls import URLPattern, URLResolver, include, path, register_converter
from django.urls.converters import StringConverter

from handraiser.edge.web.agreements.beside import beside
from handraiser.edge.web.agreements.charts import proposal_chart
from handraiser.edge.web.agreements.health import agreement_health, agreement_health_found
from handraiser.edge.web.agreements.pages import agreement, agreements
from handraiser.edge.web.agreements.proposals import end, proposal, stop
from handraiser.edge.web.agreements.proposals import say as say_of_proposal
from handraiser.edge.web.agreements.writing import checked, discard, edit
from handraiser.edge.web.agreements.yielding import agreement_yields
from handraiser.edge.web.api.routes import api
from handraiser.edge.web.board.page import board, board_columns
from handraiser.edge.web.door import health
from handraiser.edge.web.examples.page import examples, examples_found, examples_shared
from handraiser.edge.web.fields.conditions import (
    condition,
    condition_found,
    condition_rows,
    condition_there,
)
from handraiser.edge.web.fields.pages import fields, fields_event, fields_there, fields_words
from handraiser.edge.web.frame.access import gone, open_to_all
from handraiser.edge.web.frame.failing import nowhere, too_often, unreadable, wrong
from handraiser.edge.web.home.page import (
    front,
    home,
    home_aims,
    home_funnel,
    home_kept,
    home_team,
    home_trend,
    home_why,
)
from handraiser.edge.web.lead.again import told_again
from handraiser.edge.web.lead.joining import join_two, lead_joins, part_two, same_person
from handraiser.edge.web.lead.page import course, judged, lead, proof, timeline
from handraiser.edge.web.lead.privacy import erase_lead, everything_kept, lead_privacy, say_consent
from handraiser.edge.web.people.hours import back, go_away, one_person, work_when
from handraiser.edge.web.people.page import invite, leave, link, people, role
from handraiser.edge.web.queue.page import queue, rows
from handraiser.edge.web.queue.verdicts import say
from handraiser.edge.web.signing.elsewhere import elsewhere
from handraiser.edge.web.signing.pages import forgotten, join, welcome
from handraiser.edge.web.teams.members import join_in, member_share, pause, take_out
from handraiser.edge.web.teams.page import change_team, drop_team, new_team, one_team, teams
from handraiser.edge.web.teams.trying import routes, routes_tried
from handraiser.edge.web.whatif.page import what_if, what_if_answer, what_if_people
from handraiser.edge.web.whatif.story import what_if_find, what_if_story
from handraiser.lifecycle.saying import Act

__all__ = ["ActInPath", "handler400", "handler404", "handler429", "handler500", "urlpatterns"]


class ActInPath(StringConverter):
    """The word of a verb, in an address."""

    regex = "|".join(Act)


class SpokenInPath(StringConverter):
    """What may be said of a proposal, in an address."""

    regex = "comment|sign|decline|withdraw|beside"


register_converter(ActInPath, "act")
register_converter(SpokenInPath, "spoken")
urlpatterns: list[URLPattern | URLResolver] = [
    path("", front),
    path("health", open_to_all(health)),
    path("api/", api.urls),
    path("home", home, name="home"),
    path("home/aims", home_aims, name="home_aims"),
    path("home/kept", home_kept, name="home_kept"),
    path("home/funnel", home_funnel, name="home_funnel"),
    path("home/why", home_why, name="home_why"),
    path("home/team", home_team, name="home_team"),
    path("home/trend", home_trend, name="home_trend"),
    path("board", board, name="board"),
    path("board/columns", board_columns, name="board_columns"),
    path("agreements", agreements, name="agreements"),
    path("agreements/<str:name>", agreement, name="agreement"),
    path("agreements/<str:name>/edit", edit, name="proposal_edit"),
    path("agreements/<str:name>/yields", agreement_yields, name="agreement_yields"),
    path("agreements/<str:name>/health", agreement_health, name="agreement_health"),
    path("agreements/<str:name>/health/found", agreement_health_found, name="agreement_health_found"),
    path("agreements/<str:name>/end", end, name="agreement_end"),
    path("agreements/<str:name>/stop", stop, name="agreement_stop"),
    path("agreements/<str:name>/examples", examples, name="examples"),
    path("agreements/<str:name>/examples/shared", examples_shared, name="examples_shared"),
    path("proposals/examples", examples, name="examples_new"),
    path("proposals/examples/shared", examples_shared, name="examples_new_shared"),
    path("proposals/examples/found", examples_found, name="examples_found"),
    path("proposals/new", edit, name="proposal_new"),
    path("proposals/drafts/<int:number>/discard", discard, name="draft_discard"),
    path("proposals/check", checked, name="proposal_check"),
    path("proposals/beside", beside, name="proposal_beside"),
    path("proposals/<int:number>", proposal, name="proposal"),
    path("proposals/<int:number>/charts/<str:of>", proposal_chart, name="proposal_chart"),
    path("proposals/<int:number>/<spoken:said>", say_of_proposal, name="proposal_say"),
    path("conditions", condition, name="condition"),
    path("conditions/there", condition_there, name="condition_there"),
    path("conditions/rows", condition_rows, name="condition_rows"),
    path("conditions/found", condition_found, name="condition_found"),
    path("fields", fields, name="fields"),
    path("fields/there", fields_there, name="fields_there"),
    path("fields/event", fields_event, name="fields_event"),
    path("fields/words", fields_words, name="fields_words"),
    path("agreements/<str:name>/what-if", what_if, name="what_if"),
    path("agreements/<str:name>/what-if/answer", what_if_answer, name="what_if_answer"),
    path("agreements/<str:name>/what-if/people", what_if_people, name="what_if_people"),
    path("agreements/<str:name>/what-if/find", what_if_find, name="what_if_find"),
    path("agreements/<str:name>/what-if/story", what_if_story, name="what_if_story"),
    path("people", people, name="people"),
    path("people/invite", invite, name="people_invite"),
    path("people/<int:number>", one_person, name="person"),
    path("people/<int:number>/hours", work_when, name="person_hours"),
    path("people/<int:number>/away", go_away, name="person_away"),
    path("people/<int:number>/away/<int:off>", back, name="person_back"),
    path("people/<int:number>/link", link, name="people_link"),
    path("people/<int:number>/role", role, name="people_role"),
    path("people/<int:number>/leave", leave, name="people_leave"),
    path("teams", teams, name="teams"),
    path("team", new_team, name="team_new"),
    path("teams/<str:team>", one_team, name="team"),
    path("teams/<str:team>/change", change_team, name="team_change"),
    path("teams/<str:team>/remove", drop_team, name="team_remove"),
    path("teams/<str:team>/join", join_in, name="team_join"),
    path("teams/<str:team>/members/<int:number>", member_share, name="team_share"),
    path("teams/<str:team>/members/<int:number>/active", pause, name="team_pause"),
    path("teams/<str:team>/members/<int:number>/leave", take_out, name="team_leave"),
    path("routes", routes, name="routes"),
    path("routes/tried", routes_tried, name="routes_tried"),
    path("queue", queue, name="queue"),
    path("queue/rows", rows, name="queue_rows"),
    path("episodes/<int:number>/<act:act>", say, name="say"),
    path("leads/<int:number>", lead, name="lead"),
    path("leads/<int:number>/proof", proof, name="proof"),
    path("leads/<int:number>/timeline", timeline, name="timeline"),
    path("leads/<int:number>/course", course, name="course"),
    path("leads/<int:number>/events/<int:activity>/judged", judged, name="judged"),
    path("leads/<int:number>/told/<int:message>/again", told_again, name="told_again"),
    path("leads/<int:number>/joins", lead_joins, name="lead_joins"),
    path("leads/<int:number>/joins/<int:link>", part_two, name="lead_unjoin"),
    path("leads/<int:number>/same", same_person, name="lead_same"),
    path("leads/<int:number>/same/<int:other>", join_two, name="lead_join"),
    path("leads/<int:number>/privacy", lead_privacy, name="lead_privacy"),
    path("leads/<int:number>/consent", say_consent, name="lead_consent"),
    path("leads/<int:number>/everything", everything_kept, name="lead_everything"),
    path("leads/<int:number>/erase", erase_lead, name="lead_erase"),
    path("join/<int:number>/<str:token>", join, name="join"),
    path("welcome/<str:token>", welcome, name="welcome"),
    # Whose address is what is administrators' business; and nobody makes an account of their own.
    path("account/email/", gone),
    path("account/signup/", gone, name="account_signup"),
    path("account/password/reset/", forgotten, name="account_reset_password"),
    path("account/oidc/<str:provider_id>/login/", elsewhere, name="account_elsewhere"),
    path("account/3rdparty/", gone),
    path("account/3rdparty/signup/", gone),
    path("account/", include("allauth.urls")),
]


handler400: Any = unreadable
handler404: Any = nowhere
handler429: Any = too_often  # allauth's
handler500: Any = wrong
