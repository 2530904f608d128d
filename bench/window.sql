-- The first MQL of every lead as an analyst would ask for it: each rule's points at each event by window
-- functions, a half-life as a weighted sum taken back to the event's own time.
WITH facts AS (
  SELECT lead_id,
    least(50, 10 * CAST(country = 'US' AS INTEGER) + 15 * CAST(employees > 500 AS INTEGER)
      + 8 * CAST(employees BETWEEN 100 AND 500 AS INTEGER)
      + 10 * CAST(job_title ILIKE '%chief%' AS INTEGER)) AS fit
  FROM read_parquet($leads)
), hits AS (
  SELECT lead_id, occurred_at, event, epoch_us(occurred_at) / 86400000000.0 - 20089 AS day,
    event = 'Page Viewed' AND path LIKE '/pricing%' AS pricing,
    event = 'Webinar Attended' AND row_number() OVER (
      PARTITION BY lead_id, event, CAST(occurred_at AS DATE) ORDER BY occurred_at) = 1 AS webinar
  FROM read_parquet($events) WHERE event <> 'Email Opened'
), sums AS (
  SELECT lead_id, occurred_at, event, webinar,
    pow(2, -day / 30) * coalesce(sum(CASE WHEN event = 'Page Viewed' THEN pow(2, day / 30) END) OVER d90, 0) AS page,
    pow(2, -day / 14) * coalesce(sum(CASE WHEN pricing THEN 5 * pow(2, day / 14) END) OVER d90, 0) AS pricing,
    pow(2, -day / 30) * coalesce(sum(CASE WHEN event = 'Email Link Clicked' THEN 2 * pow(2, day / 30) END) OVER d90, 0) AS click,
    pow(2, -day / 30) * coalesce(sum(CASE WHEN event = 'Content Downloaded' THEN 8 * pow(2, day / 30) END) OVER d30, 0) AS paper,
    pow(2, -day / 60) * coalesce(sum(CASE WHEN webinar THEN 10 * pow(2, day / 60) END) OVER d90, 0) AS webinars,
    pow(2, -day / 30) * coalesce(sum(CASE WHEN event = 'Form Submitted' THEN 20 * pow(2, day / 30) END) OVER d60, 0) AS form,
    CASE WHEN count(CASE WHEN event = 'Page Left' THEN 1 END) OVER d30 >= 3 THEN 10 ELSE 0 END AS reader,
    pow(2, -day / 45) * coalesce(sum(CASE WHEN event = 'Trial Started' THEN 25 * pow(2, day / 45) END) OVER d90, 0) AS trial,
    count(CASE WHEN event = 'Content Downloaded' THEN 1 END) OVER d30 > 0 OR count(CASE WHEN webinar THEN 1 END) OVER d90 > 0
      OR count(CASE WHEN event = 'Form Submitted' THEN 1 END) OVER d60 > 0 AS asked
  FROM hits
  WINDOW d30 AS (PARTITION BY lead_id ORDER BY occurred_at RANGE BETWEEN INTERVAL '2591999.999999 seconds' PRECEDING AND CURRENT ROW),
    d60 AS (PARTITION BY lead_id ORDER BY occurred_at RANGE BETWEEN INTERVAL '5183999.999999 seconds' PRECEDING AND CURRENT ROW),
    d90 AS (PARTITION BY lead_id ORDER BY occurred_at RANGE BETWEEN INTERVAL '7775999.999999 seconds' PRECEDING AND CURRENT ROW)
)
SELECT lead_id, min(occurred_at) AS mql_at
FROM sums JOIN facts USING (lead_id)
WHERE fit >= 10 AND asked
  AND (event <> 'Webinar Attended' OR webinar)  -- a repeat that is dropped is no moment
  AND round(fit + least(100, least(page, 20) + pricing + least(click, 15) + paper + webinars + form + reader + trial), 6) > 75
GROUP BY lead_id
