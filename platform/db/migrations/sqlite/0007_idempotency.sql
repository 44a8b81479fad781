-- Answers to requests with an Idempotency-Key. Written by package idempotency alone.
CREATE TABLE idempotency_keys (
    id         BLOB PRIMARY KEY,   -- hash of principal, route and key
    request    BLOB NOT NULL,      -- hash of the request
    answer     BLOB NOT NULL,      -- sealed with the key itself, which is not stored
    created_at INTEGER NOT NULL
);
CREATE INDEX idempotency_keys_by_age ON idempotency_keys (created_at);
