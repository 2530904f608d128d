-- Hand-offs that have ended, shared out among the teams, each with its moves: copies of one that is open.

CREATE TEMPORARY TABLE ended AS
SELECT
    number,
    %(since)s + (number::bigint * 104729) %% %(span)s AS at,
    (ARRAY['recycled', 'disqualified', 'lost', 'customer'])[1 + number %% 4] AS stage,
    members.user_id AS owner, members.team_id AS team, open.*, 3600000000::bigint AS hour
FROM generate_series(%(first)s, %(first)s + %(many)s - 1) AS number
JOIN (
    SELECT *, row_number() OVER (ORDER BY id) - 1 AS place, count(*) OVER () AS people FROM store_member
) AS members ON members.place = number %% members.people,
(
    SELECT episode.agreement, episode.hand_raise, publication_id, fingerprint, reasons, route, routes, zone, first_route
    FROM store_episode AS episode JOIN store_handoff AS handoff ON handoff.episode_id = episode.id
    ORDER BY episode.id LIMIT 1
) AS open;

INSERT INTO store_episode (
    id, lead_id, agreement, shadow, ordinal, begun_at, decided_at, hand_raise, from_history, publication_id,
    fingerprint, reasons
)
SELECT
    number, number, agreement, false, 1, at, at, hand_raise, false, publication_id, fingerprint, reasons
FROM ended;

INSERT INTO store_handoff (
    episode_id, agreement, stage, stage_at, owner_id, team_id, route, routes, zone, first_route, handed_at,
    round, round_at, accepted_at, accept_business, contacted_at, contact_business, ended_at, reason, hand_raise
)
SELECT
    number, agreement, stage, at + 90 * hour, owner, team, route, routes, zone, first_route, at, 0, at,
    at + number %% 9 * hour, number %% 9 * hour, at + number %% 30 * hour, number %% 30 * hour, at + 90 * hour,
    CASE stage WHEN 'recycled' THEN 'not_ready' WHEN 'disqualified' THEN 'spam' END,
    hand_raise
FROM ended;

INSERT INTO store_move (episode_id, was, became, at, by, why, note, details, inferred, fingerprint)
SELECT number, '', 'mql', at, 'handraiser', '', '', '{}'::jsonb, false, fingerprint FROM ended
UNION ALL
SELECT number, 'mql', 'sal', at + number %% 9 * hour, 'made', '', '', '{}', false, fingerprint FROM ended
UNION ALL
SELECT number, 'sal', stage, at + 90 * hour, 'made', '', '', '{}', false, fingerprint FROM ended;
