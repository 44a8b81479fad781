package accounts

import (
	"context"
	"slices"
	"time"

	"incubator/platform/db"
	"incubator/platform/errs"
)

const (
	maxTokenLife = 366 * 24 * time.Hour
	maxTokens    = 50 // of one user
	shownPrefix  = len(tokenPrefix) + 6
)

// NewToken describes an API token to create.
type NewToken struct {
	Name   string
	Scopes []Scope
	Life   time.Duration // up to a year
}

// CreateToken creates an API token of the principal and returns its secret, which
// is not shown again. Only administrators and organisers may ask for ScopeAdmin.
func (s *Service) CreateToken(ctx context.Context, by Principal, in NewToken) (string, Token, error) {
	if !by.CanManageAccount() {
		return "", Token{}, forbidden("API tokens are managed after signing in with a password")
	}
	if err := in.check(by); err != nil {
		return "", Token{}, err
	}
	secret, hash, err := s.newSecret(tokenPrefix)
	if err != nil {
		return "", Token{}, err
	}
	now := s.now()
	t := Token{ID: s.options.NewID(), UserID: by.User.ID, Name: in.Name, Prefix: secret[:shownPrefix],
		Scopes: in.Scopes, CreatedAt: now, ExpiresAt: now.Add(in.Life).Truncate(time.Microsecond)}
	err = s.change(ctx, func(ctx context.Context, tx *db.Tx) error {
		n, err := countTokens(ctx, tx, by.User.ID)
		if err != nil {
			return err
		}
		if n >= maxTokens {
			return errs.New(errs.Conflict, "an account has at most %d API tokens; revoke one first", maxTokens)
		}
		if err := insertToken(ctx, tx, t, hash); err != nil {
			return err
		}
		return s.record(ctx, tx, by, "token.create", "token", t.ID,
			map[string]any{"name": t.Name, "prefix": t.Prefix, "scopes": t.Scopes, "expires_at": t.ExpiresAt})
	})
	if err != nil {
		return "", Token{}, err
	}
	return secret, t, nil
}

func (in *NewToken) check(by Principal) error {
	var fields fieldErrors
	var err error
	in.Name, err = normalizeName("name", in.Name)
	fields.add(err)
	if in.Life <= 0 || in.Life > maxTokenLife {
		fields.add(errs.Field("life", "choose an expiry within a year"))
	}
	if len(in.Scopes) == 0 {
		fields.add(errs.Field("scopes", "choose at least one scope"))
	}
	for _, scope := range in.Scopes {
		if !slices.Contains(Scopes(), scope) {
			fields.add(errs.Field("scopes", "%q is not a scope", string(scope)))
		}
	}
	slices.Sort(in.Scopes)
	in.Scopes = slices.Compact(in.Scopes)
	if slices.Contains(in.Scopes, ScopeAdmin) && !by.CanOrganise() {
		fields.add(errs.Field("scopes", "only administrators and organisers may use the scope %q", string(ScopeAdmin)))
	}
	return fields.err()
}

// Tokens lists the principal's own API tokens, expired ones too.
func (s *Service) Tokens(ctx context.Context, by Principal) ([]Token, error) {
	if !by.CanManageAccount() {
		return nil, unauthorized()
	}
	return listTokens(ctx, s.db.Read(), by.User.ID)
}

// RevokeToken ends one of the principal's own API tokens at once.
func (s *Service) RevokeToken(ctx context.Context, by Principal, tokenID string) error {
	if !by.CanManageAccount() {
		return forbidden("API tokens are managed after signing in with a password")
	}
	return s.change(ctx, func(ctx context.Context, tx *db.Tx) error {
		n, err := deleteToken(ctx, tx, cut(tokenID, 64), by.User.ID)
		if err != nil {
			return err
		}
		if n == 0 {
			return notFound("token")
		}
		return s.record(ctx, tx, by, "token.revoke", "token", tokenID, nil)
	})
}
