-- Further leads who are no MQLs: each with a company, two identifiers, attributes, three events and a score.

INSERT INTO store_company (id, key, known_until, said, said_until)
SELECT number, 'made' || number || '.example', %(since)s, '{}', %(since)s
FROM generate_series(%(first)s, %(first)s + %(many)s / 20) AS number;

CREATE TEMPORARY TABLE copied AS
SELECT
    number,
    %(since)s + (number::bigint * 7919) %% %(span)s AS known,
    %(first)s + number %% (%(many)s / 20 + 1) AS company
FROM generate_series(%(first)s, %(first)s + %(many)s - 1) AS number;

INSERT INTO store_person (
    id, root_id, "user", email, lead_since, known_until, company_id, company_from, said, said_until, visits
)
SELECT
    number, number, true, true, known, known, company, known, jsonb_build_object('size', number %% 40), 0, '[]'
FROM copied;

INSERT INTO store_identifier (kind, value, person_id)
SELECT 'user', 'c' || number, number FROM copied
UNION ALL
SELECT 'email', 'c' || number || '@made.example', number FROM copied;

INSERT INTO store_personpatch (person_id, valid_from, known_at, "values", company_id)
SELECT
    number, known, known,
    jsonb_build_object('size', number %% 40, 'email', 'c' || number || '@made.example'), company
FROM copied;

INSERT INTO store_activity (
    event_id, person_id, event, occurred_at, known_at, session_id, verdict, properties
)
SELECT
    'c' || number || '-' || each, number, 'Page Viewed', known, known, '', 'human',
    '{"channel": "direct", "path": "/"}'
FROM copied, generate_series(1, 3) AS each;

INSERT INTO store_standing (
    lead_id, publication_id, score, fit, engagement, qualified, at, decided_until
)
SELECT
    number, (SELECT max(id) FROM store_publication), number %% 40, 0, number %% 40, false,
    %(since)s, %(since)s
FROM copied;
