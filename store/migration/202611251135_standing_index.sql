-- +goose Up
-- The middle of the days of the stays that ended in a month is found by counting
-- along an index; and who stood somewhere on a day long ago by those that came
-- before it.
ALTER TABLE stay ADD COLUMN until_month TEXT;
UPDATE stay SET until_month = SUBSTR(until_day, 1, 7) WHERE until_day IS NOT NULL;
DROP INDEX stay_ended;
DROP INDEX stay_move;
CREATE INDEX stay_term ON stay (org_id, rule, until_month, phase, days) WHERE until_month IS NOT NULL;
CREATE INDEX stay_phase ON stay (org_id, rule, phase, from_day, account_id, n, came_from, event);

-- +goose Down
SELECT 1;
