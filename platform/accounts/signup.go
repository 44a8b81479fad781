package accounts

import (
	"context"
	"errors"
	"maps"

	"incubator/platform/db"
	"incubator/platform/errs"
)

// NewUser is what a person gives to get an account.
type NewUser struct {
	Email    string
	Name     string
	Password string
	// Either names the organisation, or neither does.
	OrganizationID string
	Organization   *NewOrganization
}

// SignedIn is a user with a session that was just started. Token is the session's
// secret and is not shown again.
type SignedIn struct {
	User    User
	Session Session
	Token   string
}

// SignUp creates an account with the role participant and signs it in. With the
// token of an invitation the account also gets its roles and joins its team;
// under SignUpInvited it is required. An address that is taken is a Conflict.
func (s *Service) SignUp(ctx context.Context, in NewUser, invitation string, c Client) (SignedIn, error) {
	if err := s.signIns.address(c.IP); err != nil {
		return SignedIn{}, err
	}
	if s.options.SignUp == SignUpInvited && invitation == "" {
		return SignedIn{}, forbidden("signing up needs an invitation; ask the organisers or a team's captain")
	}
	hash, err := s.prepare(ctx, &in)
	if err != nil {
		return SignedIn{}, err
	}
	var out SignedIn
	err = s.change(ctx, func(ctx context.Context, tx *db.Tx) error {
		var invited Invitation
		if invitation != "" {
			if invited, err = s.consume(ctx, tx, invitation); err != nil {
				return err
			}
		}
		by := Principal{IP: c.IP}
		u, err := s.createUser(ctx, tx, by, in, hash, append([]Role{Participant}, invited.Roles...), "user.sign_up")
		if err != nil {
			return err
		}
		by.User = u
		if invited.TeamID != "" {
			if _, err := s.join(ctx, tx, by, invited); err != nil {
				return err
			}
		}
		out, err = s.startSession(ctx, tx, u, c)
		return err
	})
	return out, err
}

// CreateUser lets an administrator create an account with any roles.
func (s *Service) CreateUser(ctx context.Context, by Principal, in NewUser, roles []Role) (User, error) {
	if !by.CanAdminister() {
		return User{}, forbidden("only administrators create accounts")
	}
	if err := checkRoles(roles); err != nil {
		return User{}, err
	}
	hash, err := s.prepare(ctx, &in)
	if err != nil {
		return User{}, err
	}
	var u User
	err = s.change(ctx, func(ctx context.Context, tx *db.Tx) error {
		u, err = s.createUser(ctx, tx, by, in, hash, roles, "user.create")
		return err
	})
	return u, err
}

// prepare normalises the input in place, reports all faulty fields at once, and
// hashes the password outside of any transaction.
func (s *Service) prepare(ctx context.Context, in *NewUser) (string, error) {
	var fields fieldErrors
	var err error
	in.Email, err = NormalizeEmail(in.Email)
	fields.add(err)
	in.Name, err = normalizeName("name", in.Name)
	fields.add(err)
	fields.add(checkPassword(in.Password, in.Email, in.Name))
	if in.Organization != nil {
		fields.add(in.Organization.normalize())
	}
	if err := fields.err(); err != nil {
		return "", err
	}
	return s.hasher.hash(ctx, in.Password)
}

// createUser inserts prepared input. When by is nobody, the new user is recorded
// as the one who acted.
func (s *Service) createUser(ctx context.Context, tx *db.Tx, by Principal, in NewUser, hash string, roles []Role, action string) (User, error) {
	u := User{ID: s.options.NewID(), Email: in.Email, Name: in.Name, Roles: ordered(roles), CreatedAt: s.now()}
	if !by.SignedIn() && !by.system {
		by.User = u
	}
	var err error
	if u.OrganizationID, err = s.settleOrganization(ctx, tx, by, in.OrganizationID, in.Organization); err != nil {
		return User{}, err
	}
	if err := insertUser(ctx, tx, u, hash); err != nil {
		return User{}, err
	}
	return u, s.record(ctx, tx, by, action, "user", u.ID, map[string]any{"email": u.Email, "roles": u.Roles})
}

// fieldErrors gathers Invalid errors of form fields into one.
type fieldErrors struct {
	first  *errs.Error
	fields map[string]string
}

func (f *fieldErrors) add(err error) {
	var e *errs.Error
	if !errors.As(err, &e) {
		return
	}
	if f.first == nil {
		f.first, f.fields = e, map[string]string{}
	}
	maps.Copy(f.fields, e.Fields)
}

func (f *fieldErrors) err() error {
	if f.first == nil {
		return nil
	}
	return &errs.Error{Code: f.first.Code, Message: f.first.Message, Fields: f.fields}
}
