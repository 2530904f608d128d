-- Leads with where they work and what they did over a year: a hundred events each, as bench.data makes them.

INSERT INTO store_company (id, key, known_until, said, said_until)
SELECT number, 'made' || number || '.example', %(since)s, '{}', %(since)s
FROM generate_series(1, %(leads)s / 20 + 1) AS number;

INSERT INTO store_companypatch (company_id, valid_from, known_at, "values")
SELECT id, %(since)s, %(since)s, jsonb_build_object('employees', id * 7919 %% 1000, 'name', 'Made ' || id)
FROM store_company;

CREATE TEMPORARY TABLE made_leads AS
SELECT number, %(since)s + (number::bigint * 7919) %% (%(span)s / 2) AS known, number / 20 + 1 AS company
FROM generate_series(1, %(leads)s) AS number;

INSERT INTO store_person (
    id, root_id, "user", email, lead_since, known_until, company_id, company_from, said, said_until, visits
)
SELECT number, number, true, true, known, known, company, known, '{}', 0, '[]' FROM made_leads;

INSERT INTO store_personpatch (person_id, valid_from, known_at, "values", company_id)
SELECT
    number, known, known,
    jsonb_build_object(
        'email', 'c' || number || '@made' || company || '.example',
        'country', (ARRAY['US', 'DE', 'FR'])[number %% 3 + 1],
        'job_title', CASE WHEN number %% 11 = 0 THEN 'Chief of Staff' WHEN number %% 5 = 0 THEN 'Director' ELSE 'Analyst' END
    ),
    company
FROM made_leads;

INSERT INTO store_activity (
    event_id, person_id, event, occurred_at, known_at, session_id, verdict, properties
)
SELECT
    'e' || number, person, event, at, at + 1000000, 's' || number / 4, 'human',
    CASE event
        WHEN 'Page Viewed' THEN
            '{"path": "' || CASE WHEN pick < 0.1 THEN '/pricing' WHEN pick < 0.5 THEN '/blog/' || number %% 100 ELSE '/docs' END
            || '", "title": "Made for people who read", "url": "https://made.example/", "channel": "direct"}'
        WHEN 'Content Downloaded' THEN '{"title": "Guide ' || number %% 10 || '", "channel": "email"}'
        ELSE '{"channel": "direct"}'
    END
FROM (
    SELECT
        number, pick, (%(since)s + number * (%(span)s / %(events)s))::bigint AS at,
        1 + floor(power(random(), 1.5) * %(leads)s)::bigint AS person,
        CASE
            WHEN which < 0.45 THEN 'Page Viewed' WHEN which < 0.60 THEN 'Page Left'
            WHEN which < 0.75 THEN 'Email Link Clicked' WHEN which < 0.80 THEN 'Content Downloaded'
            WHEN which < 0.84 THEN 'Webinar Attended' WHEN which < 0.86 THEN 'Form Submitted'
            WHEN which < 0.88 THEN 'Trial Started' ELSE 'Email Opened'
        END AS event
    FROM (
        SELECT number::bigint, random() AS which, random() AS pick FROM generate_series(1, %(events)s) AS number
    ) AS drawn
) AS done;

INSERT INTO store_outcome (person_id, agreement, stage, at, known_at, by)
SELECT number, '', 'customer', at, at, 'made'
FROM (
    SELECT number, (%(since)s + (0.2 + 0.8 * random()) * %(span)s)::bigint AS at
    FROM made_leads WHERE number %% 20 = 0
) AS bought;
