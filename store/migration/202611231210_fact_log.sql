-- +goose Up
-- The audit log, by kind, by deed and by who did it.
CREATE INDEX fact_kind ON fact (org_id, kind, id);
CREATE INDEX fact_deed ON fact (org_id, deed, id);
CREATE INDEX fact_actor ON fact (org_id, actor_id, id);

-- +goose Down
SELECT 1;
