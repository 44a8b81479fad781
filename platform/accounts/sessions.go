package accounts

import (
	"context"

	"incubator/platform/db"
)

// Sessions lists the principal's own living sessions, the last used first.
func (s *Service) Sessions(ctx context.Context, by Principal) ([]Session, error) {
	if !by.CanManageAccount() {
		return nil, unauthorized()
	}
	now := s.now()
	return listSessions(ctx, s.db.Read(), by.User.ID, now, now.Add(-s.options.SessionIdle))
}

// RevokeSession ends one of the principal's own sessions at once.
func (s *Service) RevokeSession(ctx context.Context, by Principal, sessionID string) error {
	if !by.CanManageAccount() {
		return unauthorized()
	}
	return s.change(ctx, func(ctx context.Context, tx *db.Tx) error {
		n, err := deleteSession(ctx, tx, cut(sessionID, 64), by.User.ID)
		if err != nil {
			return err
		}
		if n == 0 {
			return notFound("session")
		}
		return s.record(ctx, tx, by, "session.revoke", "session", sessionID, nil)
	})
}

// RevokeOtherSessions ends all of the principal's own sessions but the one that it
// acts in, and returns how many.
func (s *Service) RevokeOtherSessions(ctx context.Context, by Principal) (ended int64, err error) {
	if !by.CanManageAccount() {
		return 0, unauthorized()
	}
	err = s.change(ctx, func(ctx context.Context, tx *db.Tx) error {
		if ended, err = deleteSessions(ctx, tx, by.User.ID, by.SessionID); err != nil || ended == 0 {
			return err
		}
		return s.record(ctx, tx, by, "session.revoke_others", "user", by.User.ID, map[string]any{"sessions_ended": ended})
	})
	return ended, err
}

// Prune removes sessions that nobody can use any more; run it daily.
func (s *Service) Prune(ctx context.Context) (removed int64, err error) {
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		now := s.now()
		removed, err = deleteExpiredSessions(ctx, tx, now, now.Add(-s.options.SessionIdle))
		return err
	})
	return removed, err
}
