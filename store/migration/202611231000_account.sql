-- +goose Up
-- name_key is the folded name: both databases sort it alike. The shown city,
-- phone and e-mail are the preferred ones; all of them are in reach (closed
-- JSON, so that one row is the whole account) and, for look-up, in point.
CREATE TABLE account (
    org_id        BYTES NOT NULL REFERENCES organisation (id),
    id            BYTES NOT NULL,
    version       BIGINT NOT NULL,
    kind          TEXT NOT NULL CHECK (kind IN ('organisation', 'person')),
    name          TEXT NOT NULL,
    name_key      TEXT NOT NULL,
    legal_form    TEXT NOT NULL,
    regime        TEXT NOT NULL CHECK (regime IN ('natural', 'legal')),
    kvk           TEXT,
    branch        TEXT,
    vat_id        TEXT,
    sbi           TEXT,
    size          BIGINT NOT NULL,
    counter_value TEXT NOT NULL,
    owner_id      BYTES,
    team_id       BYTES,
    city          TEXT,
    city_key      TEXT NOT NULL,
    postcode      TEXT,
    country       TEXT,
    phone         TEXT,
    email         TEXT,
    website       TEXT,
    reach         TEXT NOT NULL,
    tags          TEXT NOT NULL,
    own           TEXT NOT NULL,
    note          TEXT NOT NULL,
    source        TEXT NOT NULL,
    source_from   TEXT NOT NULL,
    external_id   TEXT,
    created_at    BIGINT NOT NULL,
    updated_at    BIGINT NOT NULL,
    deleted_at    BIGINT,
    PRIMARY KEY (org_id, id),
    FOREIGN KEY (org_id, owner_id) REFERENCES member (org_id, id),
    FOREIGN KEY (org_id, team_id) REFERENCES team (org_id, id)
);
CREATE INDEX account_name ON account (org_id, name_key, id) WHERE deleted_at IS NULL;
CREATE INDEX account_updated ON account (org_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX account_created ON account (org_id, created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX account_owner ON account (org_id, owner_id, name_key, id) WHERE deleted_at IS NULL;
CREATE INDEX account_team ON account (org_id, team_id, name_key, id) WHERE deleted_at IS NULL;
CREATE INDEX account_city ON account (org_id, city_key, id) WHERE deleted_at IS NULL;
CREATE INDEX account_size ON account (org_id, size, id) WHERE deleted_at IS NULL;
CREATE INDEX account_kvk ON account (org_id, kvk) WHERE kvk IS NOT NULL;
CREATE UNIQUE INDEX account_external ON account (org_id, external_id) WHERE external_id IS NOT NULL;
CREATE INDEX account_bin ON account (org_id, deleted_at, id) WHERE deleted_at IS NOT NULL;

CREATE TABLE contact (
    org_id        BYTES NOT NULL REFERENCES organisation (id),
    id            BYTES NOT NULL,
    version       BIGINT NOT NULL,
    honorific     TEXT NOT NULL,
    initials      TEXT NOT NULL,
    given         TEXT NOT NULL,
    infix         TEXT NOT NULL,
    family        TEXT NOT NULL,
    name          TEXT NOT NULL,
    name_key      TEXT NOT NULL,
    language      TEXT NOT NULL,
    owner_id      BYTES,
    team_id       BYTES,
    city          TEXT,
    city_key      TEXT NOT NULL,
    phone         TEXT,
    email         TEXT,
    reach         TEXT NOT NULL,
    tags          TEXT NOT NULL,
    own           TEXT NOT NULL,
    note          TEXT NOT NULL,
    source        TEXT NOT NULL,
    source_from   TEXT NOT NULL,
    external_id   TEXT,
    created_at    BIGINT NOT NULL,
    updated_at    BIGINT NOT NULL,
    deleted_at    BIGINT,
    PRIMARY KEY (org_id, id),
    FOREIGN KEY (org_id, owner_id) REFERENCES member (org_id, id),
    FOREIGN KEY (org_id, team_id) REFERENCES team (org_id, id)
);
CREATE INDEX contact_name ON contact (org_id, name_key, id) WHERE deleted_at IS NULL;
CREATE INDEX contact_updated ON contact (org_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX contact_created ON contact (org_id, created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX contact_city ON contact (org_id, city_key, id) WHERE deleted_at IS NULL;
CREATE INDEX contact_owner ON contact (org_id, owner_id, name_key, id) WHERE deleted_at IS NULL;
CREATE UNIQUE INDEX contact_external ON contact (org_id, external_id) WHERE external_id IS NOT NULL;
CREATE INDEX contact_bin ON contact (org_id, deleted_at, id) WHERE deleted_at IS NOT NULL;

CREATE TABLE contact_account (
    org_id      BYTES NOT NULL,
    contact_id  BYTES NOT NULL,
    account_id  BYTES NOT NULL,
    place       BIGINT NOT NULL,
    function    TEXT NOT NULL,
    roles       TEXT NOT NULL,
    main        BOOLEAN NOT NULL,
    PRIMARY KEY (org_id, contact_id, account_id),
    FOREIGN KEY (org_id, contact_id) REFERENCES contact (org_id, id),
    FOREIGN KEY (org_id, account_id) REFERENCES account (org_id, id)
) /* clustered */;
CREATE INDEX contact_account_account ON contact_account (org_id, account_id, contact_id);

-- Every phone number and e-mail address, normalised, of whichever record.
CREATE TABLE point (
    org_id      BYTES NOT NULL,
    record_id   BYTES NOT NULL,
    kind        TEXT NOT NULL,
    value       TEXT NOT NULL,
    record_kind TEXT NOT NULL,
    PRIMARY KEY (org_id, record_id, kind, value)
) /* clustered */;
CREATE INDEX point_value ON point (org_id, value, record_kind, record_id);

CREATE TABLE tag (
    org_id      BYTES NOT NULL,
    tag         TEXT NOT NULL,
    created_at  BIGINT NOT NULL,
    PRIMARY KEY (org_id, tag)
) /* clustered */;

CREATE TABLE tagging (
    org_id      BYTES NOT NULL,
    record_id   BYTES NOT NULL,
    tag         TEXT NOT NULL,
    kind        TEXT NOT NULL,
    PRIMARY KEY (org_id, record_id, tag)
) /* clustered */;
CREATE INDEX tagging_tag ON tagging (org_id, tag, kind, record_id);

-- What people type to find something; tokens are made in Go, alike for both.
CREATE TABLE search (
    org_id      BYTES NOT NULL,
    record_id   BYTES NOT NULL,
    token       TEXT NOT NULL,
    kind        TEXT NOT NULL,
    PRIMARY KEY (org_id, record_id, token)
) /* clustered */;
CREATE INDEX search_token ON search (org_id, token, kind, record_id);

-- Own fields that are filtered or sorted on; the values themselves are in own.
CREATE TABLE own_value (
    org_id      BYTES NOT NULL,
    record_id   BYTES NOT NULL,
    field       TEXT NOT NULL,
    place       BIGINT NOT NULL,
    text        TEXT,
    number      DOUBLE PRECISION,
    PRIMARY KEY (org_id, record_id, field, place)
) /* clustered */;
CREATE INDEX own_value_text ON own_value (org_id, field, text, record_id);
CREATE INDEX own_value_number ON own_value (org_id, field, number, record_id);

-- +goose Down
SELECT 1;
