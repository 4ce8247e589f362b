-- +goose Up
-- Who stood where at the end of a day that is past is counted in one index: until
-- when a stay lasted stood in its row, each of two thousand on another page.
DROP INDEX stay_phase;
CREATE INDEX stay_phase ON stay (org_id, rule, phase, from_day, account_id, n, came_from, event, until_day);

-- +goose Down
SELECT 1;
