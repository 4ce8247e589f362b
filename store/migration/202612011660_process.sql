-- +goose Up
-- A process and its versions; body is closed JSON. An organisation that changed
-- nothing has no row: the standard ones are part of the program until it does.
CREATE TABLE process (
    org_id      BYTES NOT NULL,
    id          BYTES NOT NULL,
    version     BIGINT NOT NULL,
    key         TEXT NOT NULL,
    number      BIGINT NOT NULL,
    active      BOOLEAN NOT NULL,
    created_at  BIGINT NOT NULL,
    updated_at  BIGINT NOT NULL,
    PRIMARY KEY (org_id, id)
);
CREATE UNIQUE INDEX process_key ON process (org_id, key);
CREATE TABLE process_version (
    org_id      BYTES NOT NULL,
    process_id  BYTES NOT NULL,
    number      BIGINT NOT NULL,
    body        TEXT NOT NULL,
    member_id   BYTES,
    created_at  BIGINT NOT NULL,
    PRIMARY KEY (org_id, process_id, number),
    FOREIGN KEY (org_id, process_id) REFERENCES process (org_id, id)
);

-- One execution of a process. at_step, step_key, stand, role, member_id, due_at
-- and ready_at are of the step that is next, for lists; ended_at is 0 as long as
-- it is open.
CREATE TABLE run (
    org_id      BYTES NOT NULL,
    id          BYTES NOT NULL,
    version     BIGINT NOT NULL,
    process_id  BYTES NOT NULL,
    number      BIGINT NOT NULL,
    account_id  BYTES,
    kind        TEXT NOT NULL,
    subject_id  BYTES NOT NULL,
    label       TEXT NOT NULL,
    state       TEXT NOT NULL CHECK (state IN ('ready', 'running', 'waiting', 'done', 'aborted')),
    at_step     BIGINT NOT NULL,
    step_key    TEXT NOT NULL,
    stand       TEXT NOT NULL,
    role        TEXT NOT NULL,
    member_id   BYTES,
    due_at      BIGINT NOT NULL,
    ready_at    BIGINT NOT NULL,
    next_at     BIGINT NOT NULL,
    why         TEXT NOT NULL,
    worked_ms   BIGINT NOT NULL,
    started_at  BIGINT NOT NULL,
    ended_at    BIGINT NOT NULL,
    updated_at  BIGINT NOT NULL,
    PRIMARY KEY (org_id, id),
    FOREIGN KEY (org_id, process_id, number) REFERENCES process_version (org_id, process_id, number),
    FOREIGN KEY (org_id, account_id) REFERENCES account (org_id, id)
);
CREATE INDEX run_begun ON run (org_id, process_id, started_at, id, state, ended_at, worked_ms);
CREATE INDEX run_all ON run (org_id, started_at, id);
CREATE INDEX run_account ON run (org_id, account_id, started_at, id);
CREATE INDEX run_step_open ON run (org_id, process_id, step_key, ready_at, id) WHERE ended_at = 0;
CREATE INDEX run_open ON run (org_id, ready_at, id) WHERE ended_at = 0;
CREATE INDEX run_member ON run (org_id, member_id, ready_at, id) WHERE ended_at = 0;
CREATE INDEX run_role ON run (org_id, role, ready_at, id) WHERE ended_at = 0;
CREATE INDEX run_late ON run (org_id, due_at, id) WHERE ended_at = 0 AND due_at > 0;
CREATE INDEX run_parked ON run (org_id, ready_at, id) WHERE stand = 'parked';
CREATE INDEX run_machine ON run (org_id, next_at, id) WHERE next_at > 0;

-- What happened at each step that a run came to. started_at is the run's: figures
-- are about the runs that began in a period.
CREATE TABLE run_step (
    org_id      BYTES NOT NULL,
    run_id      BYTES NOT NULL,
    at_step     BIGINT NOT NULL,
    process_id  BYTES NOT NULL,
    started_at  BIGINT NOT NULL,
    step_key    TEXT NOT NULL,
    stand       TEXT NOT NULL,
    machine     BOOLEAN NOT NULL,
    ready_at    BIGINT NOT NULL,
    begun_at    BIGINT NOT NULL,
    ended_at    BIGINT NOT NULL,
    worked_ms   BIGINT NOT NULL,
    waited_ms   BIGINT NOT NULL,
    due_at      BIGINT NOT NULL,
    member_id   BYTES,
    wait        TEXT NOT NULL,
    reason      TEXT NOT NULL,
    deed        TEXT NOT NULL,
    checked     TEXT NOT NULL,
    note        TEXT NOT NULL,
    output      TEXT NOT NULL,
    link        TEXT NOT NULL,
    attempts    BIGINT NOT NULL,
    fault       TEXT NOT NULL,
    next_at     BIGINT NOT NULL,
    PRIMARY KEY (org_id, run_id, at_step),
    FOREIGN KEY (org_id, run_id) REFERENCES run (org_id, id)
);
CREATE INDEX run_step_figure ON run_step (org_id, process_id, started_at, step_key, stand, waited_ms, worked_ms, ended_at, due_at, machine, run_id);

-- The documents that belong to a run. A document has one run of a process, so
-- hearing of it twice begins nothing twice.
CREATE TABLE run_subject (
    org_id      BYTES NOT NULL,
    process_id  BYTES NOT NULL,
    kind        TEXT NOT NULL,
    subject_id  BYTES NOT NULL,
    run_id      BYTES NOT NULL,
    PRIMARY KEY (org_id, process_id, kind, subject_id),
    FOREIGN KEY (org_id, run_id) REFERENCES run (org_id, id)
);
CREATE INDEX run_subject_of ON run_subject (org_id, subject_id, run_id);
CREATE INDEX run_subject_run ON run_subject (org_id, run_id);

-- +goose Down
DROP TABLE run_subject;
DROP TABLE run_step;
DROP TABLE run;
DROP TABLE process_version;
DROP TABLE process;
