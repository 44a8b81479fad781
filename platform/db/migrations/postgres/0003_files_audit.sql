-- Blobs of at most 16 KiB that commit with the row that refers to them.
CREATE TABLE files_small (
	sha256     TEXT   PRIMARY KEY,
	data       BYTEA  NOT NULL CHECK (length(data) <= 16384),
	created_at BIGINT NOT NULL
);

-- Who did what. Rows are added, never changed. A row is written without its place
-- in the chain, so that concurrent transactions do not wait for each other; it is
-- sealed (seq and hash set, once) soon after its commit.
CREATE TABLE audit_log (
	id          BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	at          BIGINT NOT NULL,
	actor       TEXT   NOT NULL,
	actor_name  TEXT   NOT NULL,
	action      TEXT   NOT NULL,
	object_kind TEXT   NOT NULL,
	object_id   TEXT   NOT NULL,
	detail      TEXT   NOT NULL,
	ip          TEXT   NOT NULL,
	seq         BIGINT UNIQUE,
	hash        BYTEA,
	CHECK ((seq IS NULL) = (hash IS NULL))
);
CREATE INDEX audit_log_actor  ON audit_log (actor, id);
CREATE INDEX audit_log_action ON audit_log (action, id);
CREATE INDEX audit_log_object ON audit_log (object_kind, object_id, id);
CREATE INDEX audit_log_open   ON audit_log (id) WHERE seq IS NULL;

CREATE FUNCTION audit_log_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF TG_OP = 'UPDATE' AND OLD.seq IS NULL AND NEW.seq IS NOT NULL
		AND (NEW.id, NEW.at, NEW.actor, NEW.actor_name, NEW.action, NEW.object_kind, NEW.object_id, NEW.detail, NEW.ip)
		  = (OLD.id, OLD.at, OLD.actor, OLD.actor_name, OLD.action, OLD.object_kind, OLD.object_id, OLD.detail, OLD.ip)
	THEN
		RETURN NEW;
	END IF;
	RAISE EXCEPTION 'audit_log is append-only';
END $$;
CREATE TRIGGER audit_log_no_change BEFORE UPDATE OR DELETE ON audit_log
	FOR EACH ROW EXECUTE FUNCTION audit_log_refuse();
CREATE TRIGGER audit_log_no_truncate BEFORE TRUNCATE ON audit_log
	FOR EACH STATEMENT EXECUTE FUNCTION audit_log_refuse();
