-- Facts about this installation, such as its random id.
CREATE TABLE platform_meta (
	key   TEXT PRIMARY KEY,
	value TEXT NOT NULL
);

-- The job clients that live, by their last report in microseconds. A SQLite file
-- has one client at a time and needs no such table.
CREATE TABLE job_clients (
	id      TEXT   PRIMARY KEY,
	seen_at BIGINT NOT NULL
);
