-- The history of sources with several editions each: only a change opens a row, and what opens later closes it.
-- Grain: one stay of a key at one value.  Key: source, indicator, region_code, period, breakdown, edition_no.
--
-- edition.next_closing_no is the next edition that withdraws what it does not hold, next_closing_at its vintage:
-- a key is withdrawn there unless it is seen again before or in it. The windows carry only what they compare; the
-- rest of a figure joins those that open a row.
CREATE OR REPLACE TEMP TABLE history AS
WITH seen AS (
  SELECT
    e.source,
    f.indicator,
    f.region_code,
    f.period,
    f.breakdown,
    f.edition_no,
    f.row_id,
    e.vintage,
    lag(f.edition_no) OVER by_edition IS NULL
      OR coalesce(lag(e.next_closing_no) OVER by_edition < f.edition_no, false)
      OR f.value IS DISTINCT FROM lag(f.value) OVER by_edition
      OR f.obs_status IS DISTINCT FROM lag(f.obs_status) OVER by_edition
      OR f.rounding_step IS DISTINCT FROM lag(f.rounding_step) OVER by_edition
      OR f.missing_mark IS DISTINCT FROM lag(f.missing_mark) OVER by_edition AS opens,
    CASE
      WHEN e.next_closing_no < coalesce(lead(f.edition_no) OVER by_edition, e.next_closing_no + 1)
      THEN e.next_closing_at
    END AS withdrawn_at
  FROM figure AS f
  JOIN edition AS e USING (edition_no)
  WINDOW by_edition AS (
    PARTITION BY e.source, f.indicator, f.region_code, f.period, f.breakdown
    ORDER BY f.edition_no
  )
),
turning AS (
  SELECT
    *,
    lead(opens) OVER by_edition AS next_opens,
    lead(vintage) OVER by_edition AS next_vintage,
    lead(withdrawn_at) OVER by_edition AS next_withdrawn_at,
    row_number() OVER (
      PARTITION BY source, indicator, region_code, period, breakdown, vintage, opens
      ORDER BY edition_no
    ) AS turn
  FROM seen
  WHERE opens OR withdrawn_at IS NOT NULL
  WINDOW by_edition AS (
    PARTITION BY source, indicator, region_code, period, breakdown
    ORDER BY edition_no
  )
)
SELECT
  f.*,
  t.turn,
  CASE
    WHEN t.withdrawn_at IS NOT NULL THEN t.withdrawn_at
    WHEN t.next_opens THEN t.next_vintage
    ELSE t.next_withdrawn_at
  END AS superseded_at,
  CASE
    WHEN t.withdrawn_at IS NOT NULL THEN 'withdrawn'
    WHEN t.next_opens THEN 'revised'
    WHEN t.next_withdrawn_at IS NOT NULL THEN 'withdrawn'
  END AS closed_reason
FROM turning AS t
JOIN figure AS f USING (edition_no, row_id)
WHERE t.opens;

CREATE OR REPLACE TEMP VIEW folded AS
SELECT *
FROM history
