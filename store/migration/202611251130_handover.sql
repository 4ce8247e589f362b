-- +goose Up
-- Of all orders few are cancelled, and a list can ask for those.
CREATE INDEX orders_cancelled ON orders (org_id, day, id) WHERE state = 'cancelled';

-- +goose Down
DROP INDEX orders_cancelled;
