package accounts

import (
	"context"
	"time"

	"incubator/platform/db"
	"incubator/platform/errs"
)

// setupLife is how long a setup link works; a restart prints a new one.
const setupLife = 24 * time.Hour

// EnsureSetupLink returns a new token for the link that creates the first
// administrator, and makes all earlier ones worthless. It returns "" when there
// is an administrator.
func (s *Service) EnsureSetupLink(ctx context.Context) (string, error) {
	secret, hash, err := s.newSecret("")
	if err != nil {
		return "", err
	}
	needed := false
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		n, err := countAdministrators(ctx, tx)
		if needed = n == 0; err != nil || !needed {
			return err
		}
		now := s.now()
		return replaceSetupLink(ctx, tx, hash, now, now.Add(setupLife))
	})
	if err != nil || !needed {
		return "", err
	}
	return secret, nil
}

// CheckSetupLink reports, as NotFound, a link that does not work (any more).
func (s *Service) CheckSetupLink(ctx context.Context, token string) error {
	return s.checkSetupLink(ctx, s.db.Read(), token)
}

func (s *Service) checkSetupLink(ctx context.Context, q db.Querier, token string) error {
	ok, err := validSetupLink(ctx, q, hashSecret(token), s.now())
	if err != nil || ok {
		return err
	}
	return errs.New(errs.NotFound, "this setup link does not work any more; restart the platform to get a new one")
}

// CompleteSetup creates the first administrator with the setup link's token and
// signs in. Of two at the same time one succeeds.
func (s *Service) CompleteSetup(ctx context.Context, token string, in NewUser, c Client) (SignedIn, error) {
	if err := s.signIns.address(c.IP); err != nil {
		return SignedIn{}, err
	}
	if err := s.CheckSetupLink(ctx, token); err != nil {
		return SignedIn{}, err
	}
	hash, err := s.prepare(ctx, &in)
	if err != nil {
		return SignedIn{}, err
	}
	var out SignedIn
	err = s.change(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := s.checkSetupLink(ctx, tx, token); err != nil {
			return err
		}
		if n, err := countAdministrators(ctx, tx); err != nil || n > 0 {
			return firstError(err, errs.New(errs.Conflict, "there is an administrator already"))
		}
		if err := deleteSetupLink(ctx, tx); err != nil {
			return err
		}
		u, err := s.createUser(ctx, tx, Principal{IP: c.IP}, in, hash, []Role{Administrator, Organiser}, "setup.complete")
		if err != nil {
			return err
		}
		out, err = s.startSession(ctx, tx, u, c)
		return err
	})
	return out, err
}

func firstError(a, b error) error {
	if a != nil {
		return a
	}
	return b
}
