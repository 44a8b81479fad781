package accounts

import (
	"context"

	"incubator/platform/db"
	"incubator/platform/errs"
)

// PasswordChange is a user's wish for a new password.
type PasswordChange struct {
	Current      string
	New          string
	RevokeTokens bool // also end all API tokens
}

// ChangePassword sets the principal's own password and ends all other sessions.
// A wrong current password is Invalid and counts as a sign-in attempt.
func (s *Service) ChangePassword(ctx context.Context, by Principal, in PasswordChange) error {
	if !by.CanManageAccount() {
		return unauthorized()
	}
	if err := s.signIns.account(by.User.Email, by.IP); err != nil {
		return err
	}
	old, err := passwordHash(ctx, s.db.Read(), by.User.ID)
	if err != nil {
		return err
	}
	ok, err := s.hasher.matches(ctx, in.Current, old)
	if err != nil {
		return err
	}
	if !ok {
		return errs.Field("current", "this is not your password")
	}
	s.signIns.succeeded(by.User.Email, by.IP)
	if err := checkPassword(in.New, by.User.Email, by.User.Name); err != nil {
		return err
	}
	hash, err := s.hasher.hash(ctx, in.New)
	if err != nil {
		return err
	}
	return s.change(ctx, func(ctx context.Context, tx *db.Tx) error {
		now, err := passwordHash(ctx, tx, by.User.ID)
		if err != nil {
			return err
		}
		if now != old {
			return errs.New(errs.Conflict, "the password was changed at the same time elsewhere")
		}
		return s.setPassword(ctx, tx, by, by.User.ID, hash, in.RevokeTokens, "user.change_password")
	})
}

// SetPassword lets an administrator set another user's password. It ends all of
// that user's sessions and API tokens.
func (s *Service) SetPassword(ctx context.Context, by Principal, userID, password string) error {
	if !by.CanAdminister() {
		return forbidden("only administrators set passwords of others")
	}
	u, err := s.User(ctx, userID)
	if err != nil {
		return err
	}
	if err := checkPassword(password, u.Email, u.Name); err != nil {
		return err
	}
	hash, err := s.hasher.hash(ctx, password)
	if err != nil {
		return err
	}
	return s.change(ctx, func(ctx context.Context, tx *db.Tx) error {
		return s.setPassword(ctx, tx, by, userID, hash, true, "user.set_password")
	})
}

// setPassword spares the session that by acts in, if it is the user's own.
func (s *Service) setPassword(ctx context.Context, tx *db.Tx, by Principal, userID, hash string, revokeTokens bool, action string) error {
	if err := updatePassword(ctx, tx, userID, hash, s.now()); err != nil {
		return err
	}
	sessions, err := deleteSessions(ctx, tx, userID, by.SessionID)
	if err != nil {
		return err
	}
	detail := map[string]any{"sessions_ended": sessions}
	if revokeTokens {
		tokens, err := deleteTokens(ctx, tx, userID)
		if err != nil {
			return err
		}
		detail["tokens_revoked"] = tokens
	}
	return s.record(ctx, tx, by, action, "user", userID, detail)
}
