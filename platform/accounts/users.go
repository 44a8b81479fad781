package accounts

import (
	"context"
	"slices"
	"time"

	"incubator/platform/db"
	"incubator/platform/errs"
)

// User returns one user.
func (s *Service) User(ctx context.Context, id string) (User, error) {
	return findUser(ctx, s.db.Read(), id)
}

// UserByEmail returns the user with the address.
func (s *Service) UserByEmail(ctx context.Context, email string) (User, error) {
	email, err := NormalizeEmail(email)
	if err != nil {
		return User{}, err
	}
	u, _, err := findCredentials(ctx, s.db.Read(), email)
	return u, err
}

// Users lists up to limit users, oldest first, whose name or address contains
// search, after the user with the id after ("" starts). For organisers.
func (s *Service) Users(ctx context.Context, by Principal, search, after string, limit int) ([]User, error) {
	if !by.CanOrganise() {
		return nil, forbidden("only organisers see the list of users")
	}
	return listUsers(ctx, s.db.Read(), s.db.Dialect(), cut(search, 200), cut(after, 64), limit)
}

// EditProfile changes the principal's own name and organisation.
func (s *Service) EditProfile(ctx context.Context, by Principal, name, organizationID string, n *NewOrganization) (User, error) {
	if !by.CanManageAccount() {
		return User{}, unauthorized()
	}
	var fields fieldErrors
	name, err := normalizeName("name", name)
	fields.add(err)
	if n != nil {
		fields.add(n.normalize())
	}
	if err := fields.err(); err != nil {
		return User{}, err
	}
	return s.editUser(ctx, by, by.User.ID, "user.edit", func(ctx context.Context, tx *db.Tx, u *User) (map[string]any, error) {
		before := *u
		u.Name = name
		u.OrganizationID, err = s.settleOrganization(ctx, tx, by, organizationID, n)
		return map[string]any{"name": []string{before.Name, name}, "organization": []string{before.OrganizationID, u.OrganizationID}}, err
	})
}

// SetRoles replaces the roles of a user. The last administrator stays one.
func (s *Service) SetRoles(ctx context.Context, by Principal, userID string, roles []Role) (User, error) {
	if !by.CanAdminister() {
		return User{}, forbidden("only administrators set roles")
	}
	if err := checkRoles(roles); err != nil {
		return User{}, err
	}
	return s.editUser(ctx, by, userID, "user.set_roles", func(ctx context.Context, tx *db.Tx, u *User) (map[string]any, error) {
		before := u.Roles
		u.Roles = ordered(roles)
		if err := replaceRoles(ctx, tx, userID, u.Roles); err != nil {
			return nil, err
		}
		return map[string]any{"before": before, "after": u.Roles}, nil
	})
}

// Disable keeps a user out at once: sessions end, and API tokens do not work
// until Enable. The last administrator cannot be disabled.
func (s *Service) Disable(ctx context.Context, by Principal, userID string) (User, error) {
	if !by.CanAdminister() {
		return User{}, forbidden("only administrators disable accounts")
	}
	return s.editUser(ctx, by, userID, "user.disable", func(ctx context.Context, tx *db.Tx, u *User) (map[string]any, error) {
		if u.Disabled() {
			return nil, nil
		}
		u.DisabledAt = s.now()
		ended, err := deleteSessions(ctx, tx, userID, "")
		return map[string]any{"sessions_ended": ended}, err
	})
}

// Enable lets a disabled user sign in again.
func (s *Service) Enable(ctx context.Context, by Principal, userID string) (User, error) {
	if !by.CanAdminister() {
		return User{}, forbidden("only administrators enable accounts")
	}
	return s.editUser(ctx, by, userID, "user.enable", func(_ context.Context, _ *db.Tx, u *User) (map[string]any, error) {
		u.DisabledAt = time.Time{}
		return nil, nil
	})
}

// editUser runs one change of a user: read, edit, write, record. It refuses what
// would leave the platform without an administrator.
func (s *Service) editUser(ctx context.Context, by Principal, userID, action string,
	edit func(ctx context.Context, tx *db.Tx, u *User) (map[string]any, error)) (User, error) {
	var u User
	err := s.change(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		if u, err = findUser(ctx, tx, userID); err != nil {
			return err
		}
		was := slices.Contains(u.Roles, Administrator) && !u.Disabled()
		detail, err := edit(ctx, tx, &u)
		if err != nil {
			return err
		}
		if err := updateUser(ctx, tx, u); err != nil {
			return err
		}
		if was {
			if err := requireAdministrator(ctx, tx); err != nil {
				return err
			}
		}
		return s.record(ctx, tx, by, action, "user", userID, detail)
	})
	return u, err
}

func requireAdministrator(ctx context.Context, tx *db.Tx) error {
	n, err := countAdministrators(ctx, tx)
	if err == nil && n == 0 {
		err = errs.New(errs.Conflict, "this is the last administrator; name another one first")
	}
	return err
}
