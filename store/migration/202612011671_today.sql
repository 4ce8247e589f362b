-- +goose Up
-- What somebody put off on their own Today, until a day: for their eyes alone, it
-- changes nothing about the record.
CREATE TABLE later (
    org_id    BYTES NOT NULL,
    member_id BYTES NOT NULL,
    what      TEXT NOT NULL,
    record_id BYTES NOT NULL,
    until_day TEXT NOT NULL,
    PRIMARY KEY (org_id, member_id, what, record_id),
    FOREIGN KEY (org_id, member_id) REFERENCES member (org_id, id)
) /* clustered */;

-- Whose first purchase was years ago this week, of one owner.
CREATE INDEX outlook_first ON outlook (org_id, owner_id, first_day, account_id);

-- +goose Down
DROP INDEX outlook_first;
DROP TABLE later;
