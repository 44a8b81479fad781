-- Blobs of at most 16 KiB that commit with the row that refers to them.
CREATE TABLE files_small (
	sha256     TEXT    PRIMARY KEY,
	data       BLOB    NOT NULL CHECK (length(data) <= 16384),
	created_at INTEGER NOT NULL
) STRICT;

-- Who did what. Rows are added, never changed; each is chained to the one before.
CREATE TABLE audit_log (
	id          INTEGER PRIMARY KEY,
	at          INTEGER NOT NULL,
	actor       TEXT    NOT NULL,
	actor_name  TEXT    NOT NULL,
	action      TEXT    NOT NULL,
	object_kind TEXT    NOT NULL,
	object_id   TEXT    NOT NULL,
	detail      TEXT    NOT NULL,
	ip          TEXT    NOT NULL,
	seq         INTEGER UNIQUE,
	hash        BLOB,
	CHECK ((seq IS NULL) = (hash IS NULL))
) STRICT;
CREATE INDEX audit_log_actor  ON audit_log (actor, id);
CREATE INDEX audit_log_action ON audit_log (action, id);
CREATE INDEX audit_log_object ON audit_log (object_kind, object_id, id);
CREATE INDEX audit_log_open   ON audit_log (id) WHERE seq IS NULL;

CREATE TRIGGER audit_log_no_update BEFORE UPDATE ON audit_log
BEGIN SELECT RAISE(ABORT, 'audit_log is append-only'); END;
CREATE TRIGGER audit_log_no_delete BEFORE DELETE ON audit_log
BEGIN SELECT RAISE(ABORT, 'audit_log is append-only'); END;
