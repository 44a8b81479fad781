-- One row for each sandbox, written before anything exists on an engine.
CREATE TABLE sandboxes (
	id         TEXT PRIMARY KEY,
	node       TEXT NOT NULL, -- the process that runs it; only that one cleans up after it
	container  TEXT NOT NULL, -- its name on the engine
	purpose    TEXT NOT NULL CHECK (purpose IN ('prediction', 'scoring', 'pool')),
	team_id    TEXT,          -- none while it waits in the pool
	run_id     TEXT,
	state      TEXT NOT NULL CHECK (state IN ('requested', 'starting', 'ready', 'stopping', 'stopped', 'failed', 'expired')),
	cause      TEXT NOT NULL DEFAULT '', -- why it did not end well
	image      TEXT NOT NULL,
	runtime    TEXT NOT NULL,
	created_at BIGINT NOT NULL, -- microseconds UTC, like all times
	ready_at   BIGINT,
	stopped_at BIGINT,
	expires_at BIGINT NOT NULL
);

CREATE INDEX sandboxes_active_by_node ON sandboxes (node)
	WHERE state IN ('requested', 'starting', 'ready', 'stopping');
CREATE INDEX sandboxes_active_by_team ON sandboxes (team_id)
	WHERE state IN ('requested', 'starting', 'ready', 'stopping');
CREATE INDEX sandboxes_by_run ON sandboxes (run_id);
CREATE INDEX sandboxes_by_end ON sandboxes (stopped_at) WHERE stopped_at IS NOT NULL;
