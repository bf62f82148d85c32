-- The history of sources with one edition each: every figure opens once and nothing closes.
-- Grain: one figure.  Key: edition_no, indicator, region_code, period, breakdown.
CREATE OR REPLACE TEMP VIEW folded AS
SELECT *, 1 AS turn, NULL::DATE AS superseded_at, NULL::VARCHAR AS closed_reason
FROM figure
