-- Messages of the last month that have arrived: the first are of one lead, the others of leads of long ago.
INSERT INTO store_outgoing (
    destination_id, key, lead, kind, occasion, payload, created_at, due_at, attempts, claimed_until, claimed_by,
    done_at, delivered, error
)
SELECT
    destination.id, 'copied_' || number,
    CASE WHEN number <= %(deep)s THEN %(lead)s ELSE %(first)s + number END,
    'lead.reminder', number, '{"data": {"text": "Accept Ann Field of Acme by Monday: 50 %% of the time is over."}}',
    at, at, 1, 0, '', at + 1000000, TRUE, ''
FROM (SELECT min(id) AS id FROM store_destination) AS destination,
     LATERAL (
         SELECT number, %(since)s + number * (%(span)s / %(many)s) AS at
         FROM generate_series(1, %(many)s::bigint) AS number
     ) AS told;
