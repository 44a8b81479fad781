-- Challenges as published from packs. Written by package scenarios alone.
CREATE TABLE challenges (
    id           TEXT PRIMARY KEY,
    slug         TEXT NOT NULL UNIQUE,
    area         TEXT NOT NULL,
    title        TEXT NOT NULL,
    summary      TEXT NOT NULL,
    state        TEXT NOT NULL CHECK (state IN ('published', 'archived')),
    version      BIGINT NOT NULL,
    spec         TEXT NOT NULL,            -- scenarios.Spec as JSON
    scorer_sha256 TEXT NOT NULL,           -- canonical tar archive of the scoring program, or ''
    scorer_size  BIGINT NOT NULL,
    published_at BIGINT NOT NULL,
    updated_at   BIGINT NOT NULL
);

CREATE TABLE data_sets (
    id           TEXT PRIMARY KEY,
    challenge_id TEXT NOT NULL REFERENCES challenges (id),
    position     BIGINT NOT NULL,
    name         TEXT NOT NULL,
    title        TEXT NOT NULL,
    visibility   TEXT NOT NULL CHECK (visibility IN ('public', 'inputs', 'hidden')),
    licence      TEXT NOT NULL,
    source       TEXT NOT NULL,
    input_sha256 TEXT NOT NULL,            -- canonical tar archive of the inputs
    input_size   BIGINT NOT NULL,
    truth_sha256 TEXT NOT NULL,            -- '' where there is no truth
    truth_size   BIGINT NOT NULL,
    UNIQUE (challenge_id, name)
);

-- What participants may download: data, starter kit.
CREATE TABLE attachments (
    id           TEXT PRIMARY KEY,
    challenge_id TEXT NOT NULL REFERENCES challenges (id),
    position     BIGINT NOT NULL,
    kind         TEXT NOT NULL CHECK (kind IN ('data', 'starter')),
    name         TEXT NOT NULL,
    title        TEXT NOT NULL,
    licence      TEXT NOT NULL,
    sha256       TEXT NOT NULL,
    size         BIGINT NOT NULL,
    UNIQUE (challenge_id, name)
);

CREATE TABLE phases (
    id           TEXT PRIMARY KEY,
    challenge_id TEXT NOT NULL REFERENCES challenges (id),
    position     BIGINT NOT NULL,
    name         TEXT NOT NULL,
    title        TEXT NOT NULL,
    opens_at     BIGINT NOT NULL,
    freezes_at   BIGINT,
    closes_at    BIGINT NOT NULL,
    spec         TEXT NOT NULL,            -- scenarios.PhaseSpec as JSON
    UNIQUE (challenge_id, name)
);

-- One row for each moment of a phase that has been acted on, so that a moment is
-- acted on once, also by several processes and after a sleep.
CREATE TABLE phase_transitions (
    phase_id   TEXT NOT NULL REFERENCES phases (id),
    kind       TEXT NOT NULL CHECK (kind IN ('open', 'freeze', 'close')),
    due_at     BIGINT NOT NULL,
    applied_at BIGINT NOT NULL,
    PRIMARY KEY (phase_id, kind)
);
