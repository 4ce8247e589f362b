-- +goose Up
-- When people meet. day, minute and minutes are those of zone; starts_at and
-- ends_at are the first time, last_at the end of the last one. except_days and
-- members are closed JSON.
CREATE TABLE appointment (
    org_id      BYTES NOT NULL,
    id          BYTES NOT NULL,
    version     BIGINT NOT NULL,
    sequence    BIGINT NOT NULL,
    kind        TEXT NOT NULL CHECK (kind IN ('visit', 'call', 'online', 'internal')),
    title       TEXT NOT NULL,
    note        TEXT NOT NULL,
    place       TEXT NOT NULL,
    account_id  BYTES,
    about       TEXT NOT NULL,
    subject_id  BYTES,
    owner_id    BYTES NOT NULL,
    members     TEXT NOT NULL,
    zone        TEXT NOT NULL,
    day         TEXT NOT NULL,
    minute      BIGINT NOT NULL,
    minutes     BIGINT NOT NULL,
    all_day     BOOLEAN NOT NULL,
    starts_at   BIGINT NOT NULL,
    ends_at     BIGINT NOT NULL,
    last_at     BIGINT NOT NULL,
    rule        TEXT NOT NULL,
    except_days TEXT NOT NULL,
    remind      BIGINT NOT NULL,
    state       TEXT NOT NULL CHECK (state IN ('planned', 'cancelled')),
    why         TEXT NOT NULL,
    external_id TEXT,
    created_at  BIGINT NOT NULL,
    updated_at  BIGINT NOT NULL,
    PRIMARY KEY (org_id, id),
    FOREIGN KEY (org_id, account_id) REFERENCES account (org_id, id),
    FOREIGN KEY (org_id, owner_id) REFERENCES member (org_id, id)
);
CREATE INDEX appointment_account ON appointment (org_id, account_id, starts_at, id);
CREATE INDEX appointment_subject ON appointment (org_id, subject_id, starts_at, id) WHERE subject_id IS NOT NULL;
CREATE UNIQUE INDEX appointment_external ON appointment (org_id, external_id) WHERE external_id IS NOT NULL;

-- Whose calendar shows it, with its times, so that a week of somebody is one
-- stretch of an index: those that come once by when they begin, those that come
-- back by when they end. Cancelled ones are in nobody's.
CREATE TABLE attendance (
    org_id         BYTES NOT NULL,
    member_id      BYTES NOT NULL,
    appointment_id BYTES NOT NULL,
    starts_at      BIGINT NOT NULL,
    last_at        BIGINT NOT NULL,
    repeats        BOOLEAN NOT NULL,
    PRIMARY KEY (org_id, member_id, appointment_id),
    FOREIGN KEY (org_id, appointment_id) REFERENCES appointment (org_id, id),
    FOREIGN KEY (org_id, member_id) REFERENCES member (org_id, id)
) /* clustered */;
CREATE INDEX attendance_time ON attendance (org_id, member_id, repeats, starts_at, last_at, appointment_id);
CREATE INDEX attendance_back ON attendance (org_id, member_id, last_at, starts_at, appointment_id) WHERE repeats;
CREATE INDEX attendance_of ON attendance (org_id, appointment_id, member_id);

-- Which people of relations come. Two that become one person are said once when
-- they are read.
CREATE TABLE guest (
    org_id         BYTES NOT NULL,
    id             BYTES NOT NULL,
    appointment_id BYTES NOT NULL,
    contact_id     BYTES NOT NULL,
    PRIMARY KEY (org_id, id),
    FOREIGN KEY (org_id, appointment_id) REFERENCES appointment (org_id, id),
    FOREIGN KEY (org_id, contact_id) REFERENCES contact (org_id, id)
);
CREATE INDEX guest_of ON guest (org_id, appointment_id, id);
CREATE INDEX guest_contact ON guest (org_id, contact_id, id);

-- The secret link to somebody's calendar: what is kept is its hash.
CREATE TABLE feed (
    org_id    BYTES NOT NULL,
    member_id BYTES NOT NULL,
    hash      BYTES NOT NULL,
    made_at   BIGINT NOT NULL,
    PRIMARY KEY (org_id, member_id),
    FOREIGN KEY (org_id, member_id) REFERENCES member (org_id, id)
);
CREATE UNIQUE INDEX feed_hash ON feed (org_id, hash);

-- +goose Down
DROP TABLE feed;
DROP TABLE guest;
DROP TABLE attendance;
DROP TABLE appointment;
