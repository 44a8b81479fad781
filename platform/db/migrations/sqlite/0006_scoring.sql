-- Submissions, their runs and scores, and the leaderboards. Written by package
-- scoring alone.
CREATE TABLE submission_counters (
    challenge_id TEXT PRIMARY KEY REFERENCES challenges (id),
    last_number  INTEGER NOT NULL
);

CREATE TABLE submissions (
    id           TEXT PRIMARY KEY,
    number       INTEGER NOT NULL,          -- counts within the challenge, from 1
    challenge_id TEXT NOT NULL REFERENCES challenges (id),
    phase_id     TEXT NOT NULL REFERENCES phases (id),
    team_id      TEXT NOT NULL REFERENCES teams (id),
    user_id      TEXT NOT NULL REFERENCES users (id),
    kind         TEXT NOT NULL,
    name         TEXT NOT NULL,             -- what the team calls it
    file_name    TEXT NOT NULL,
    file_sha256  TEXT NOT NULL,
    file_size    INTEGER NOT NULL,
    state        TEXT NOT NULL,             -- of its newest run; 'received' for documents
    counted      INTEGER NOT NULL,          -- 1: counts against the limits of the phase
    carried_from TEXT NOT NULL,             -- the submission of an earlier phase, or ''
    created_at   INTEGER NOT NULL,
    UNIQUE (challenge_id, number)
);
CREATE INDEX submissions_by_team ON submissions (phase_id, team_id, created_at);
CREATE INDEX submissions_by_challenge ON submissions (challenge_id, team_id, number);
CREATE INDEX submissions_by_file ON submissions (file_sha256);

CREATE TABLE runs (
    id                TEXT PRIMARY KEY,
    submission_id     TEXT NOT NULL REFERENCES submissions (id),
    attempt           INTEGER NOT NULL,     -- counts within the submission, from 1
    reason            TEXT NOT NULL CHECK (reason IN ('submit', 'carry', 'rerun', 'rescore')),
    state             TEXT NOT NULL,
    cause             TEXT NOT NULL,        -- '' unless failed
    detail            TEXT NOT NULL,        -- one sentence for the team
    step              TEXT NOT NULL,        -- what it is doing now
    challenge_version INTEGER NOT NULL,
    output_from       TEXT NOT NULL,        -- rescore: the run whose output is scored again
    owner             TEXT NOT NULL,        -- the process that works on it
    lease_until       INTEGER NOT NULL,
    cancel_requested  INTEGER NOT NULL,
    platform_faults   INTEGER NOT NULL,     -- how often our own fault sent it back to the queue
    queued_at         INTEGER NOT NULL,
    started_at        INTEGER,
    ended_at          INTEGER,
    usage             TEXT NOT NULL,        -- scoring.Usage as JSON
    log_sha256        TEXT NOT NULL,
    log_size          INTEGER NOT NULL,
    scorer_log_sha256 TEXT NOT NULL,        -- for organisers alone
    scorer_log_size   INTEGER NOT NULL,
    output_sha256     TEXT NOT NULL,
    output_size       INTEGER NOT NULL,
    UNIQUE (submission_id, attempt)
);
CREATE INDEX runs_unsettled ON runs (state, queued_at) WHERE state IN ('queued', 'preparing', 'running', 'scoring');
CREATE INDEX runs_by_time ON runs (queued_at);

-- What happened to a run and when. Append-only.
CREATE TABLE run_events (
    run_id TEXT NOT NULL REFERENCES runs (id),
    seq    INTEGER NOT NULL,
    at     INTEGER NOT NULL,
    state  TEXT NOT NULL,
    step   TEXT NOT NULL,
    PRIMARY KEY (run_id, seq)
);

CREATE TABLE scores (
    run_id TEXT NOT NULL REFERENCES runs (id),
    metric TEXT NOT NULL,                   -- the metric's key in the pack
    value  DOUBLE PRECISION NOT NULL,
    PRIMARY KEY (run_id, metric)
);

-- The submission that stands for each team, by the phase's selection. The public
-- view holds only submissions from before the freeze.
CREATE TABLE standings (
    phase_id      TEXT NOT NULL REFERENCES phases (id),
    view          TEXT NOT NULL CHECK (view IN ('live', 'public')),
    team_id       TEXT NOT NULL REFERENCES teams (id),
    submission_id TEXT NOT NULL REFERENCES submissions (id),
    number        INTEGER NOT NULL,
    run_id        TEXT NOT NULL REFERENCES runs (id),
    scores        TEXT NOT NULL,            -- metric key to value, as JSON
    submitted_at  INTEGER NOT NULL,
    scored        INTEGER NOT NULL,         -- how many scored submissions the team has in this view
    PRIMARY KEY (phase_id, view, team_id)
);

-- Each change of a standing, for the plot of scores over time. Append-only within
-- a revision.
CREATE TABLE standing_changes (
    phase_id      TEXT NOT NULL REFERENCES phases (id),
    view          TEXT NOT NULL,
    submission_id TEXT NOT NULL REFERENCES submissions (id),
    team_id       TEXT NOT NULL REFERENCES teams (id),
    at            INTEGER NOT NULL,         -- when it was submitted
    value         DOUBLE PRECISION NOT NULL, -- of the primary metric
    PRIMARY KEY (phase_id, view, submission_id)
);

CREATE TABLE boards (
    phase_id   TEXT PRIMARY KEY REFERENCES phases (id),
    revision   INTEGER NOT NULL,            -- counts publications of the whole board, from 1
    version    INTEGER NOT NULL,            -- counts every change
    changed_at INTEGER NOT NULL
);

-- A revision of a board that a rescore replaced, kept as it was.
CREATE TABLE board_revisions (
    phase_id  TEXT NOT NULL REFERENCES phases (id),
    revision  INTEGER NOT NULL,
    board     TEXT NOT NULL,                -- scoring.Leaderboard as JSON
    reason    TEXT NOT NULL,                -- why the next revision was made
    actor_id  TEXT NOT NULL,
    closed_at INTEGER NOT NULL,
    PRIMARY KEY (phase_id, revision)
);

CREATE TABLE rescores (
    id         TEXT PRIMARY KEY,
    phase_id   TEXT NOT NULL REFERENCES phases (id),
    reason     TEXT NOT NULL,
    actor_id   TEXT NOT NULL,
    started_at INTEGER NOT NULL,
    ended_at   INTEGER
);
CREATE UNIQUE INDEX rescores_one_at_a_time ON rescores (phase_id) WHERE ended_at IS NULL;

CREATE TABLE rescore_runs (
    rescore_id TEXT NOT NULL REFERENCES rescores (id),
    run_id     TEXT NOT NULL REFERENCES runs (id),
    PRIMARY KEY (rescore_id, run_id)
);
CREATE INDEX rescore_runs_by_run ON rescore_runs (run_id);
