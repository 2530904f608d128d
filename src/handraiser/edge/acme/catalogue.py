"""What does the made company have: a site, papers, products, campaigns; and whom does it sell to?"""

from __future__ import annotations

import msgspec

__all__ = [
    "CAMPAIGNS",
    "CONTENTS",
    "COUNTRIES",
    "CURRENCY_OF",
    "GIVEN_NAMES",
    "GUIDE",
    "INDUSTRIES",
    "LADDERS",
    "PAGES",
    "PIPELINE_WEBINAR",
    "PRODUCTS",
    "REPS",
    "RIVALS",
    "SITE",
    "SURNAMES",
    "TRADES",
    "TREES",
    "WEBINARS",
    "ZONES",
    "Campaign",
    "Page",
]

SITE = "https://www.acme-crm.example"


class Page(msgspec.Struct, frozen=True):
    """A page of the site: `kind` is what readers of one persona like more than another does."""

    path: str
    title: str
    kind: str


PAGES = (
    Page("/", "Acme CRM", "home"),
    Page("/product", "What Acme CRM does", "product"),
    Page("/product/pipeline", "Pipeline", "product"),
    Page("/product/forecast", "Forecast", "product"),
    Page("/integrations", "Integrations", "product"),
    Page("/customers", "Customer stories", "product"),
    Page("/pricing", "Pricing", "pricing"),
    Page("/pricing/enterprise", "Enterprise pricing", "pricing"),
    Page("/blog/what-is-a-crm", "What is a CRM?", "blog"),
    Page("/blog/sales-stages", "Sales stages that mean something", "blog"),
    Page("/blog/lead-scoring", "Lead scoring without tears", "blog"),
    Page("/docs/api", "API", "docs"),
    Page("/docs/import", "Import your data", "docs"),
    Page("/careers", "Careers", "careers"),
    Page("/resources", "Resources", "goal"),
    Page("/newsletter", "Newsletter", "goal"),
    Page("/contact", "Contact", "goal"),
    Page("/webinars", "Webinars", "goal"),
    Page("/demo", "Ask for a demo", "goal"),
    Page("/trial", "Start a trial", "goal"),
    Page("/shop", "Shop", "goal"),
)

GUIDE = "CRM Implementation Guide"
CONTENTS = (GUIDE, "Pipeline Benchmark Report", "Data Migration Checklist", "CRM Buyer's Comparison")

PIPELINE_WEBINAR = "Sales Pipeline Management"
# Every second webinar of the series is the one that the agreements ask for.
WEBINARS = (PIPELINE_WEBINAR, "Forecasts You Can Defend", PIPELINE_WEBINAR, "Clean Data in a Week")

# name, list price; the free plan is there so that a rule on `price > 0` has something to refuse.
PRODUCTS = (
    ("Free plan", 0.0),
    ("Starter, 5 seats", 450.0),
    ("Team, 20 seats", 2400.0),
    ("Business, 100 seats", 14000.0),
    ("Onboarding package", 1500.0),
    ("Data migration", 3000.0),
)


class Campaign(msgspec.Struct, frozen=True):
    """A way to the site. `click` is the price of a paid click in USD, 0 where the way is free."""

    name: str
    source: str
    medium: str
    channel: str
    referrer: str
    click: float = 0.0


CAMPAIGNS = (
    Campaign("", "", "", "direct", ""),
    Campaign("", "google", "organic", "organic search", "https://www.google.com/"),
    Campaign("newsletter", "newsletter", "email", "email", ""),
    Campaign("partner-page", "partner", "referral", "referral", "https://partner.example/crm"),
    Campaign("crm-midmarket", "google", "cpc", "paid search", "https://www.google.com/", 9.0),
    Campaign("crm-compare", "crmlist", "cpc", "paid listing", "https://crmlist.example/compare", 14.0),
    Campaign("pipeline-webinar", "linkedin", "paid_social", "paid social", "https://www.linkedin.com/", 11.0),
    Campaign("brand-retarget", "display", "display", "display", "https://news.example/", 1.2),
    Campaign("campus", "instagram", "paid_social", "paid social", "https://www.instagram.com/", 0.9),
)

ZONES = (
    "America/New_York",
    "America/Chicago",
    "America/Denver",
    "America/Los_Angeles",
    "America/Toronto",
    "Europe/London",
    "Europe/Berlin",
    "Europe/Paris",
    "Europe/Amsterdam",
    "Asia/Kolkata",
    "Australia/Sydney",
    "America/Sao_Paulo",
)

# country, share of the market, its time zones as (position in ZONES, share)
COUNTRIES = (
    ("US", 0.58, ((0, 0.45), (1, 0.27), (2, 0.08), (3, 0.20))),
    ("CA", 0.07, ((4, 1.0),)),
    ("GB", 0.09, ((5, 1.0),)),
    ("DE", 0.08, ((6, 1.0),)),
    ("FR", 0.05, ((7, 1.0),)),
    ("NL", 0.03, ((8, 1.0),)),
    ("IN", 0.05, ((9, 1.0),)),
    ("AU", 0.03, ((10, 1.0),)),
    ("BR", 0.02, ((11, 1.0),)),
)
CURRENCY_OF = {"US": "USD", "GB": "GBP", "DE": "EUR", "FR": "EUR", "NL": "EUR"}

INDUSTRIES = ("logistics", "health", "food", "machinery", "software", "retail", "education", "finance")

# The agreement's list `rivals` names these two domains.
RIVALS = (("Rival CRM", "rival.example"), ("Other CRM", "other.example"))

TREES = (
    "Alder", "Ash", "Beech", "Birch", "Cedar", "Cherry", "Elder", "Elm", "Fir", "Hazel", "Hemlock", "Holly",
    "Juniper", "Larch", "Linden", "Maple", "Oak", "Olive", "Pine", "Plum", "Poplar", "Rowan", "Spruce",
    "Sycamore", "Walnut", "Willow", "Yew",
)  # fmt: skip
TRADES = (
    "Analytics", "Bakeries", "Bikes", "Clinics", "Dental", "Devices", "Energy", "Engines", "Fabrics",
    "Films", "Foods", "Freight", "Glass", "Health", "Insurance", "Labs", "Learning", "Logistics",
    "Machines", "Metals", "Optics", "Payments", "Pumps", "Robotics", "Seeds", "Software", "Tools", "Toys",
)  # fmt: skip

GIVEN_NAMES = (
    "Ann", "Ben", "Carla", "David", "Elena", "Farid", "Grace", "Hana", "Ivan", "Julia", "Kofi", "Lena",
    "Maria", "Noah", "Olga", "Pedro", "Quinn", "Rosa", "Samir", "Tess", "Uma", "Victor", "Wen", "Ximena",
    "Yusuf", "Zoe", "Aiko", "Bruno", "Chen", "Diya", "Emil", "Fatima", "Gita", "Hugo", "Ines", "Jonas",
)  # fmt: skip
SURNAMES = (
    "Adams", "Baker", "Costa", "Diaz", "Eriksen", "Fischer", "Garcia", "Haddad", "Ito", "Jansen", "Khan",
    "Lopez", "Meyer", "Nguyen", "Okafor", "Patel", "Quist", "Rossi", "Silva", "Tanaka", "Ueda", "Vargas",
    "Weber", "Xu", "Yilmaz", "Zhang", "Brandt", "Clark", "Dubois", "Evans", "Fuchs", "Gupta",
)  # fmt: skip

# From the first step to the last; a promotion goes one step up.
LADDERS = (
    ("Sales Representative", "Sales Manager", "Director of Sales", "VP Sales", "Chief Revenue Officer"),
    (
        "Marketing Writer",
        "Marketing Manager",
        "Director of Marketing",
        "VP Marketing",
        "Chief Marketing Officer",
    ),
    ("Analyst", "Operations Manager", "Director of Operations", "VP Operations", "Chief Operating Officer"),
    ("IT Administrator", "IT Manager", "Director of IT", "VP Technology", "Chief Information Officer"),
)

REPS = ("maria@acme-crm.example", "tom@acme-crm.example", "aisha@acme-crm.example", "luis@acme-crm.example")
