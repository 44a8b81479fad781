package accounts

import (
	"context"
	"log/slog"
	"time"

	"incubator/platform/db"
	"incubator/platform/errs"
)

// touchEvery is how exact the time of the last use is kept.
const touchEvery = time.Minute

// Authenticate returns who the session token belongs to. A token that is unknown,
// expired, idle for too long, or of a disabled user is Unauthorized. It costs no
// query when the same token was seen within cacheTTL.
func (s *Service) Authenticate(ctx context.Context, sessionToken string) (Principal, error) {
	return s.authenticate(ctx, sessionToken, s.loadSession)
}

// AuthenticateToken returns who the API token (the bearer) belongs to, limited to
// its scopes. Otherwise it is like Authenticate.
func (s *Service) AuthenticateToken(ctx context.Context, bearer string) (Principal, error) {
	return s.authenticate(ctx, bearer, s.loadToken)
}

// load fills in how the secret with the hash proves its user, and until when.
type load func(ctx context.Context, hash []byte, p *Principal) (notAfter time.Time, err error)

func (s *Service) authenticate(ctx context.Context, secret string, load load) (Principal, error) {
	if secret == "" {
		return Principal{}, unauthorized()
	}
	hash := hashSecret(secret)
	p, generation, ok := s.cache.get(hash)
	if ok {
		return p, nil
	}
	p = Principal{}
	notAfter, err := load(ctx, hash, &p)
	if errs.Is(err, errs.NotFound) || (err == nil && !s.now().Before(notAfter)) {
		return Principal{}, unauthorized()
	}
	if err != nil {
		return Principal{}, err
	}
	if p.User, err = findUser(ctx, s.db.Read(), p.User.ID); err != nil {
		return Principal{}, err
	}
	if p.User.Disabled() {
		return Principal{}, unauthorized()
	}
	if p.Teams, err = listMemberships(ctx, s.db.Read(), p.User.ID); err != nil {
		return Principal{}, err
	}
	s.cache.put(hash, p, generation, notAfter)
	return p, nil
}

func (s *Service) loadSession(ctx context.Context, hash []byte, p *Principal) (time.Time, error) {
	session, err := findSession(ctx, s.db.Read(), hash)
	if err != nil {
		return time.Time{}, err
	}
	p.SessionID, p.User.ID = session.ID, session.UserID
	idle := session.LastSeenAt.Add(s.options.SessionIdle)
	if now := s.now(); now.Before(idle) && now.Sub(session.LastSeenAt) >= touchEvery {
		s.touch(ctx, func(ctx context.Context, tx *db.Tx) error { return touchSession(ctx, tx, session.ID, now) })
	}
	if idle.Before(session.ExpiresAt) {
		return idle, nil
	}
	return session.ExpiresAt, nil
}

func (s *Service) loadToken(ctx context.Context, hash []byte, p *Principal) (time.Time, error) {
	token, err := findToken(ctx, s.db.Read(), hash)
	if err != nil {
		return time.Time{}, err
	}
	p.TokenID, p.Scopes, p.User.ID = token.ID, token.Scopes, token.UserID
	if now := s.now(); now.Before(token.ExpiresAt) && now.Sub(token.LastUsedAt) >= touchEvery {
		s.touch(ctx, func(ctx context.Context, tx *db.Tx) error { return touchToken(ctx, tx, token.ID, now) })
	}
	return token.ExpiresAt, nil
}

// touch notes a use. Failing at it must not keep people from reading, for
// instance while the disk is full.
func (s *Service) touch(ctx context.Context, fn func(context.Context, *db.Tx) error) {
	if err := s.db.InTx(ctx, fn); err != nil {
		s.options.Log.LogAttrs(ctx, slog.LevelWarn, "the last use was not noted", slog.Any("error", err))
	}
}

func unauthorized() error { return errs.New(errs.Unauthorized, "sign in to do this") }
