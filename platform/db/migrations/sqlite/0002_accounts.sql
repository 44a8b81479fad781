CREATE TABLE organizations (
	id         TEXT    PRIMARY KEY,
	name       TEXT    NOT NULL,
	name_key   TEXT    NOT NULL UNIQUE, -- the name in lower case
	kind       TEXT    NOT NULL CHECK (kind IN ('sme', 'academic', 'industry', 'national')),
	website    TEXT    NOT NULL,
	created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE users (
	id                  TEXT    PRIMARY KEY,
	email               TEXT    NOT NULL UNIQUE, -- normalised
	name                TEXT    NOT NULL,
	password_hash       TEXT    NOT NULL,
	organization_id     TEXT    REFERENCES organizations (id),
	created_at          INTEGER NOT NULL,
	password_changed_at INTEGER NOT NULL,
	disabled_at         INTEGER
) STRICT;
CREATE INDEX users_organization ON users (organization_id);

CREATE TABLE user_roles (
	user_id TEXT NOT NULL REFERENCES users (id),
	role    TEXT NOT NULL CHECK (role IN ('administrator', 'organiser', 'trainer', 'evaluator', 'participant', 'partner', 'observer')),
	PRIMARY KEY (user_id, role)
) STRICT, WITHOUT ROWID;
CREATE INDEX user_roles_role ON user_roles (role, user_id);

CREATE TABLE teams (
	id              TEXT    PRIMARY KEY,
	name            TEXT    NOT NULL,
	name_key        TEXT    NOT NULL UNIQUE,
	organization_id TEXT    REFERENCES organizations (id),
	captain_id      TEXT    NOT NULL REFERENCES users (id), -- always a member too
	created_at      INTEGER NOT NULL
) STRICT;
CREATE INDEX teams_organization ON teams (organization_id);

CREATE TABLE team_members (
	team_id   TEXT    NOT NULL REFERENCES teams (id),
	user_id   TEXT    NOT NULL REFERENCES users (id),
	joined_at INTEGER NOT NULL,
	PRIMARY KEY (team_id, user_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX team_members_user ON team_members (user_id, team_id);

-- A link that lets people join a team, or sign up where that is by invitation.
CREATE TABLE invitations (
	id         TEXT    PRIMARY KEY,
	token_hash BLOB    NOT NULL UNIQUE,
	team_id    TEXT    REFERENCES teams (id), -- NULL: to the platform only
	roles      TEXT    NOT NULL,              -- space-separated; given at sign-up
	created_by TEXT    NOT NULL REFERENCES users (id),
	created_at INTEGER NOT NULL,
	expires_at INTEGER NOT NULL,
	max_uses   INTEGER NOT NULL,
	uses       INTEGER NOT NULL DEFAULT 0,
	revoked_at INTEGER,
	CHECK (uses <= max_uses)
) STRICT;
CREATE INDEX invitations_team ON invitations (team_id, id);

CREATE TABLE sessions (
	id           TEXT    PRIMARY KEY,
	token_hash   BLOB    NOT NULL UNIQUE,
	user_id      TEXT    NOT NULL REFERENCES users (id),
	created_at   INTEGER NOT NULL,
	last_seen_at INTEGER NOT NULL,
	expires_at   INTEGER NOT NULL,
	user_agent   TEXT    NOT NULL,
	ip           TEXT    NOT NULL
) STRICT;
CREATE INDEX sessions_user    ON sessions (user_id, id);
CREATE INDEX sessions_expires ON sessions (expires_at);

CREATE TABLE api_tokens (
	id           TEXT    PRIMARY KEY,
	token_hash   BLOB    NOT NULL UNIQUE,
	user_id      TEXT    NOT NULL REFERENCES users (id),
	name         TEXT    NOT NULL,
	prefix       TEXT    NOT NULL, -- shown, to tell tokens apart
	scopes       TEXT    NOT NULL, -- space-separated
	created_at   INTEGER NOT NULL,
	expires_at   INTEGER NOT NULL,
	last_used_at INTEGER
) STRICT;
CREATE INDEX api_tokens_user ON api_tokens (user_id, id);

-- The one-time link that creates the first administrator; at most one row.
CREATE TABLE setup_links (
	slot       INTEGER PRIMARY KEY CHECK (slot = 1),
	token_hash BLOB    NOT NULL,
	created_at INTEGER NOT NULL,
	expires_at INTEGER NOT NULL
) STRICT;
