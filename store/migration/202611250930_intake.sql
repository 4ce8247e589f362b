-- +goose Up
-- An import: a file of rows that become records. The file is one of its own,
-- mapping, options and counts are closed JSON.
CREATE TABLE intake (
    org_id        BYTES NOT NULL REFERENCES organisation (id),
    id            BYTES NOT NULL,
    version       BIGINT NOT NULL,
    kind          TEXT NOT NULL,
    file_id       BYTES,
    name          TEXT NOT NULL,
    size          BIGINT NOT NULL,
    sha256        TEXT NOT NULL,
    format        TEXT NOT NULL,
    member_id     BYTES,
    state         TEXT NOT NULL,
    mapping       TEXT NOT NULL,
    options       TEXT NOT NULL,
    pass          BIGINT NOT NULL,
    place         BIGINT NOT NULL,
    total         BIGINT NOT NULL,
    tally_check   TEXT NOT NULL,
    tally_run     TEXT NOT NULL,
    tally_undo    TEXT NOT NULL,
    broken        TEXT NOT NULL,
    broken_at     BIGINT NOT NULL,
    job_id        BYTES,
    inform_before TEXT,
    informed_at   BIGINT,
    created_at    BIGINT NOT NULL,
    started_at    BIGINT NOT NULL,
    ended_at      BIGINT NOT NULL,
    PRIMARY KEY (org_id, id),
    FOREIGN KEY (org_id, member_id) REFERENCES member (org_id, id),
    FOREIGN KEY (org_id, file_id) REFERENCES file (org_id, id)
);
CREATE INDEX intake_member ON intake (org_id, member_id, id);
CREATE INDEX intake_file ON intake (org_id, sha256, id);
CREATE INDEX intake_old ON intake (org_id, created_at, id) WHERE file_id IS NOT NULL;
CREATE INDEX intake_inform ON intake (org_id, inform_before, id) WHERE inform_before IS NOT NULL AND informed_at IS NULL;

-- What became of the rows, a pass (a check, the run) beside another; rows that
-- stay as they are have none.
CREATE TABLE intake_row (
    org_id      BYTES NOT NULL,
    intake_id   BYTES NOT NULL,
    pass        BIGINT NOT NULL,
    line        BIGINT NOT NULL,
    part        BIGINT NOT NULL,
    deed        TEXT NOT NULL,
    kind        TEXT NOT NULL,
    record_id   BYTES,
    label       TEXT NOT NULL,
    version     BIGINT NOT NULL,
    before      TEXT,
    cells       TEXT,
    problems    TEXT,
    undone      TEXT NOT NULL,
    code        TEXT NOT NULL,
    PRIMARY KEY (org_id, intake_id, pass, line, part),
    FOREIGN KEY (org_id, intake_id) REFERENCES intake (org_id, id)
) /* clustered */;
CREATE INDEX intake_row_deed ON intake_row (org_id, intake_id, pass, deed, line, part) WHERE deed <> 'created';
CREATE INDEX intake_row_kept ON intake_row (org_id, intake_id, pass, line, part) WHERE undone = 'kept';
CREATE INDEX intake_row_record ON intake_row (org_id, record_id, intake_id) WHERE record_id IS NOT NULL;

-- Cells that were mended on the screen; column numbers from 0.
CREATE TABLE intake_fix (
    org_id      BYTES NOT NULL,
    intake_id   BYTES NOT NULL,
    line        BIGINT NOT NULL,
    col         BIGINT NOT NULL,
    value       TEXT NOT NULL,
    PRIMARY KEY (org_id, intake_id, line, col),
    FOREIGN KEY (org_id, intake_id) REFERENCES intake (org_id, id)
) /* clustered */;

-- By what each row of a file is known, so that the same record is seen when it
-- stands in the file again.
CREATE TABLE intake_key (
    org_id      BYTES NOT NULL,
    intake_id   BYTES NOT NULL,
    pass        BIGINT NOT NULL,
    name        BYTES NOT NULL,
    line        BIGINT NOT NULL,
    PRIMARY KEY (org_id, intake_id, pass, name),
    FOREIGN KEY (org_id, intake_id) REFERENCES intake (org_id, id)
) /* clustered */;

-- What the columns of files with the same header became last.
CREATE TABLE intake_memory (
    org_id      BYTES NOT NULL,
    kind        TEXT NOT NULL,
    print       TEXT NOT NULL,
    member_id   BYTES NOT NULL,
    mapping     TEXT NOT NULL,
    updated_at  BIGINT NOT NULL,
    PRIMARY KEY (org_id, kind, print, member_id),
    FOREIGN KEY (org_id, member_id) REFERENCES member (org_id, id)
) /* clustered */;

-- One import of an organisation writes at a time, a page each: two of the same
-- file do not make everything twice.
CREATE TABLE intake_gate (
    org_id      BYTES NOT NULL,
    passed      BIGINT NOT NULL,
    PRIMARY KEY (org_id)
) /* clustered */;

-- +goose Down
SELECT 1;
