package idempotency

import (
	"bytes"
	"context"

	"incubator/platform/db"
	"incubator/platform/errs"
)

// Known reports whether the key was used, for whatever request.
func (s *Store) Known(ctx context.Context, k Key) (bool, error) {
	var one int
	err := s.db.Read().QueryRowContext(ctx, `SELECT 1 FROM idempotency_keys WHERE id = $1 AND created_at > $2`,
		k.id(), s.oldest()).Scan(&one)
	if db.NotFound(err) {
		return false, nil
	}
	return err == nil, failed(err)
}

// Find returns the kept answer of the request, if there is one. Errors: Invalid
// for a key that was used for another request.
func (s *Store) Find(ctx context.Context, k Key, r Request) (Answer, bool, error) {
	return s.find(ctx, s.db.Read(), k, r)
}

func (s *Store) find(ctx context.Context, q db.Querier, k Key, r Request) (Answer, bool, error) {
	var request, sealed []byte
	err := q.QueryRowContext(ctx, `SELECT request, answer FROM idempotency_keys WHERE id = $1 AND created_at > $2`,
		k.id(), s.oldest()).Scan(&request, &sealed)
	if db.NotFound(err) {
		return Answer{}, false, nil
	}
	if err != nil {
		return Answer{}, false, failed(err)
	}
	if !bytes.Equal(request, r[:]) {
		return Answer{}, false, errs.New(errs.Invalid, "this idempotency key was used for another request; take a new one")
	}
	a, err := k.open(sealed)
	return a, err == nil, err
}

// KeepTx keeps the answer in the transaction that has the effect of the request.
// Errors: Conflict when the key is in use by now.
func (s *Store) KeepTx(ctx context.Context, tx *db.Tx, k Key, r Request, a Answer) error {
	sealed, err := k.seal(a)
	if err != nil {
		return err
	}
	result, err := tx.ExecContext(ctx, `INSERT INTO idempotency_keys (id, request, answer, created_at) VALUES ($1, $2, $3, $4)
		ON CONFLICT (id) DO UPDATE SET request = excluded.request, answer = excluded.answer, created_at = excluded.created_at
		WHERE idempotency_keys.created_at <= $5`, k.id(), r[:], sealed, db.Micros(s.now()), s.oldest())
	if err != nil {
		return failed(err)
	}
	n, err := result.RowsAffected()
	if err == nil && n == 0 {
		return errs.New(errs.Conflict, "a request with this idempotency key was answered just now")
	}
	return failed(err)
}

// Prune removes answers that are too old to be used; run it hourly.
func (s *Store) Prune(ctx context.Context) error {
	return s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.ExecContext(ctx, `DELETE FROM idempotency_keys WHERE created_at <= $1`, s.oldest())
		return failed(err)
	})
}

// oldest is the moment from which on an answer counts.
func (s *Store) oldest() int64 { return db.Micros(s.now().Add(-Life)) }

func failed(err error) error {
	if err == nil {
		return nil
	}
	return errs.Wrap(err, errs.Internal, "the idempotency keys cannot be used")
}
