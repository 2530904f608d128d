"""Why does a lead stand as it does, whatever names others have made up?"""

from __future__ import annotations

from handraiser.agreement import load
from handraiser.edge.web.api.scores import explained
from tests.live.company import Live
from tests.servers import Database

PRICING = """agreement: pricing
fit: {rules: [{rule: free, when: lead.email_kind = 'free', points: 1}]}
engagement: {rules: [{rule: pricing, event: Page Viewed, where: path like '/pricing%', points: 40}]}
qualify: {mql: score >= 40}
"""
ANN = {"userId": "ann"}


def test_what_others_are_called_by_is_no_part_of_why_a_lead_stands_as_it_does(database: Database) -> None:
    live = Live(PRICING)
    live.identify(ANN, email="ann@acme.example.com", Plan="pro")
    live.hear({"type": "group", "groupId": "acme", "traits": {"employees": 5}, **ANN})
    live.hear({"type": "page", "properties": {"path": "/pricing", "Colour": "red"}, **ANN})
    agreement, at = load(PRICING, file="pricing"), live.clock.at
    before = explained(live.lead("user", "ann"), agreement, at)
    names = {f"n{number}": number for number in range(300)}
    live.track({"anonymousId": "stranger"}, "Anything", **names)
    live.identify({"userId": "bob"}, **names)
    assert explained(live.lead("user", "ann"), agreement, at) == before
    said = before.attributes
    assert {said["lead.plan"], said["lead.email_kind"], said["lead.email_domain"]} == {
        "pro",
        "business",
        "acme.example.com",
    }
    (hit,) = [hit for rule in before.rules if rule.rule == "pricing" for hit in rule.hits]
    assert hit.properties["colour"] == "red"
