-- Answers to requests with an Idempotency-Key. Written by package idempotency alone.
CREATE TABLE idempotency_keys (
    id         BYTEA PRIMARY KEY,   -- hash of principal, route and key
    request    BYTEA NOT NULL,      -- hash of the request
    answer     BYTEA NOT NULL,      -- sealed with the key itself, which is not stored
    created_at BIGINT NOT NULL
);
CREATE INDEX idempotency_keys_by_age ON idempotency_keys (created_at);
