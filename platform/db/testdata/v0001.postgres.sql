-- A database as version 0001 left it, with one row.
CREATE TABLE schema_migrations (
	version    BIGINT PRIMARY KEY,
	name       TEXT   NOT NULL,
	hash       TEXT   NOT NULL,
	applied_at BIGINT NOT NULL
);
CREATE TABLE platform_meta (
	key   TEXT PRIMARY KEY,
	value TEXT NOT NULL
);
CREATE TABLE job_clients (
	id      TEXT   PRIMARY KEY,
	seen_at BIGINT NOT NULL
);
INSERT INTO schema_migrations VALUES (1, 'platform', '22337d9c916b809f7972f5a59119e44a12529d1461f310d6d76a79eb6f84dd44', 1767225600000000);
INSERT INTO platform_meta (key, value) VALUES ('fixture', 'kept');
