-- Facts about this installation, such as its random id.
CREATE TABLE platform_meta (
	key   TEXT PRIMARY KEY,
	value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
