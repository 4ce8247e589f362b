-- +goose Up
-- Who read what the organisation calls a customer: each version once.
CREATE TABLE reading (
    org_id      BYTES NOT NULL,
    version     BIGINT NOT NULL,
    member_id   BYTES NOT NULL,
    member_name TEXT NOT NULL,
    at          BIGINT NOT NULL,
    PRIMARY KEY (org_id, version, member_id),
    FOREIGN KEY (org_id, version) REFERENCES definition (org_id, version),
    FOREIGN KEY (org_id, member_id) REFERENCES member (org_id, id)
) /* clustered */;

-- +goose Down
DROP TABLE reading;
