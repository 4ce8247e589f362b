-- +goose Up
-- Opportunities of an owner of which the next step or the decision is overdue.
CREATE INDEX opportunity_next ON opportunity (org_id, owner_id, next_day, id) WHERE state = 'open';
CREATE INDEX opportunity_due ON opportunity (org_id, owner_id, close_day, id) WHERE state = 'open';

-- +goose Down
DROP INDEX opportunity_due;
DROP INDEX opportunity_next;
