-- needs: 1
--
-- Times are milliseconds since 1970, by the database's clock. Rows of GitHub's
-- are known by GitHub's ids; names are for reading and display.

CREATE TABLE deliveries (
    id           {identity},
    guid         TEXT   NOT NULL,
    event        TEXT   NOT NULL,
    action       TEXT   NOT NULL,
    installation BIGINT NOT NULL,
    repository   BIGINT NOT NULL,
    number       BIGINT NOT NULL,
    sender       TEXT   NOT NULL,
    received_at  BIGINT NOT NULL
);

-- What wants work: want > done. It is due at run_at. In a worker's hands
-- lease_until is above 0, run_at is the same, or later where leases ended with a
-- crash before, so that the row is due again when the lease is over, and next_at
-- is when what was asked for meanwhile is due.
CREATE TABLE subjects (
    key           TEXT {bytewise} NOT NULL PRIMARY KEY,
    kind          TEXT   NOT NULL,
    installation  BIGINT NOT NULL,
    repository    BIGINT NOT NULL,
    number        BIGINT NOT NULL,
    sha           TEXT   NOT NULL,
    owner         TEXT   NOT NULL,
    name          TEXT   NOT NULL,
    want          BIGINT NOT NULL,
    done          BIGINT NOT NULL,
    token         BIGINT NOT NULL,
    lease_until   BIGINT NOT NULL,
    run_at        BIGINT NOT NULL, -- of a row that wants nothing: when it was done
    next_at       BIGINT NOT NULL,
    waiting_since BIGINT NOT NULL,
    attempts      BIGINT NOT NULL,
    priority      BIGINT NOT NULL, -- 2: urgent, 1, 0: comments and what is behind
    updated_at    BIGINT NOT NULL, -- the newest that was announced, 0: none was
    announced     TEXT   NOT NULL, -- what was announced for that second, a line each
    reason        TEXT   NOT NULL,
    last_error    TEXT   NOT NULL,
    crashes       BIGINT NOT NULL DEFAULT 0, -- leases that ended without a word since the last success
    moved         BIGINT NOT NULL, -- 1: wanted because the repository came to this installation or got this name
    outage        BIGINT NOT NULL DEFAULT 0 -- 1: the last try failed because GitHub could not be read or written
);
CREATE INDEX subjects_pending ON subjects (installation, priority, run_at) WHERE want > done;

-- Installations that GitHub told to wait.
CREATE TABLE pauses (
    installation BIGINT NOT NULL PRIMARY KEY,
    until        BIGINT NOT NULL,
    length       BIGINT NOT NULL -- of the time to wait, in milliseconds
){keyed};

CREATE TABLE verdicts (
    id            {identity},
    repository    BIGINT NOT NULL,
    number        BIGINT NOT NULL,
    pull          BIGINT NOT NULL, -- GitHub's id of the pull request
    head_sha      TEXT   NOT NULL,
    input_digest  TEXT   NOT NULL,
    output_digest TEXT   NOT NULL,
    engine        TEXT   NOT NULL,
    conclusion    TEXT   NOT NULL,
    title         TEXT   NOT NULL,
    judged_at     BIGINT NOT NULL,
    verdict       TEXT   NOT NULL, -- the verdict as JSON
    check_run     BIGINT NOT NULL, -- GitHub's id, 0: none
    comment       BIGINT NOT NULL  -- GitHub's id, 0: none
);
CREATE INDEX verdicts_newest ON verdicts (repository, number, id);
CREATE INDEX verdicts_commit ON verdicts (repository, head_sha);

CREATE TABLE installations (
    id         BIGINT NOT NULL PRIMARY KEY,
    account    TEXT   NOT NULL,
    account_id BIGINT NOT NULL,
    suspended  BIGINT NOT NULL, -- 0 or 1
    seen_at    BIGINT NOT NULL
){keyed};

CREATE TABLE repositories (
    id           BIGINT NOT NULL PRIMARY KEY,
    installation BIGINT NOT NULL,
    owner        TEXT   NOT NULL,
    name         TEXT   NOT NULL,
    former       TEXT   NOT NULL, -- the names before under this installation, with spaces between them
    archived     BIGINT NOT NULL, -- 0 or 1
    seen_at      BIGINT NOT NULL
){keyed};
CREATE INDEX repositories_installation ON repositories (installation, id);

-- The last valid version of each policy file that was in force.
CREATE TABLE policies (
    installation BIGINT NOT NULL,
    repository   BIGINT NOT NULL, -- 0: the organisation's
    path         TEXT   NOT NULL,
    text         TEXT   NOT NULL,
    blob         TEXT   NOT NULL,
    commit_sha   TEXT   NOT NULL,
    seen_at      BIGINT NOT NULL,
    PRIMARY KEY (installation, repository, path)
){keyed};

-- One row: when a write of it came off, for asking whether the database takes
-- writes, and in SQLite for seeing that the clock was set back.
CREATE TABLE alive (at BIGINT NOT NULL);
INSERT INTO alive (at) VALUES (0);
