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
INSERT INTO schema_migrations VALUES (1, 'platform', '4b6c5a2adc76ce389e3e574751aad81870d8175daa65ad68f35f2e7602db63cc', 1767225600000000);
INSERT INTO platform_meta (key, value) VALUES ('fixture', 'kept');
