package accounts

import (
	"context"
	"log/slog"
	"strings"

	"incubator/platform/db"
	"incubator/platform/errs"
)

// SignIn starts a session for the right password. A wrong password and an unknown
// address give the same Unauthorized error after the same work; too many attempts
// give TooMany with RetryAfter before any work.
func (s *Service) SignIn(ctx context.Context, email, password string, c Client) (SignedIn, error) {
	key := cut(strings.ToLower(strings.TrimSpace(email)), maxEmail)
	if err := s.signIns.account(key, c.IP); err != nil {
		return SignedIn{}, err
	}
	u, hash, err := findCredentials(ctx, s.db.Read(), key)
	if err != nil && !errs.Is(err, errs.NotFound) {
		return SignedIn{}, err
	}
	ok, err := s.hasher.matches(ctx, password, hash)
	if err != nil {
		return SignedIn{}, err
	}
	if !ok {
		s.options.Log.LogAttrs(ctx, slog.LevelInfo, "sign-in failed", slog.String("user", u.ID), slog.String("ip", c.IP))
		return SignedIn{}, wrongPassword()
	}
	var out SignedIn
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		out, err = s.signInTx(ctx, tx, u.ID, hash, c)
		return err
	})
	if err == nil {
		s.signIns.succeeded(key, c.IP)
	}
	return out, err
}

// signInTx looks again, as the password may have been changed or the user
// disabled while the password was compared.
func (s *Service) signInTx(ctx context.Context, tx *db.Tx, userID, comparedHash string, c Client) (SignedIn, error) {
	u, err := findUser(ctx, tx, userID)
	if err != nil {
		return SignedIn{}, err
	}
	hash, err := passwordHash(ctx, tx, userID)
	if err != nil {
		return SignedIn{}, err
	}
	if hash != comparedHash {
		return SignedIn{}, wrongPassword()
	}
	if u.Disabled() {
		return SignedIn{}, forbidden("this account is disabled; ask the administrators")
	}
	out, err := s.startSession(ctx, tx, u, c)
	if err != nil {
		return SignedIn{}, err
	}
	by := Principal{User: u, IP: c.IP}
	return out, s.record(ctx, tx, by, "user.sign_in", "session", out.Session.ID, nil)
}

func wrongPassword() error {
	return errs.New(errs.Unauthorized, "the e-mail address or the password is wrong")
}

// startSession inserts a session and returns its secret.
func (s *Service) startSession(ctx context.Context, tx *db.Tx, u User, c Client) (SignedIn, error) {
	secret, hash, err := s.newSecret("")
	if err != nil {
		return SignedIn{}, err
	}
	now := s.now()
	session := Session{
		ID: s.options.NewID(), UserID: u.ID, CreatedAt: now, LastSeenAt: now, ExpiresAt: now.Add(s.options.SessionLife),
		UserAgent: cut(c.UserAgent, 300), IP: cut(c.IP, 64),
	}
	return SignedIn{User: u, Session: session, Token: secret}, insertSession(ctx, tx, session, hash)
}

// SignOut ends the session of the token; an unknown token is no error.
func (s *Service) SignOut(ctx context.Context, token string, c Client) error {
	return s.change(ctx, func(ctx context.Context, tx *db.Tx) error {
		session, err := findSession(ctx, tx, hashSecret(token))
		if errs.Is(err, errs.NotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		u, err := findUser(ctx, tx, session.UserID)
		if err != nil {
			return err
		}
		if _, err := deleteSession(ctx, tx, session.ID, u.ID); err != nil {
			return err
		}
		return s.record(ctx, tx, Principal{User: u, IP: c.IP}, "user.sign_out", "session", session.ID, nil)
	})
}
