package accounts

import (
	"context"
	"time"

	"incubator/platform/db"
	"incubator/platform/errs"
)

const (
	maxInvitationLife = 90 * 24 * time.Hour
	maxInvitationUses = 1000
)

// Terms bounds an invitation.
type Terms struct {
	Life    time.Duration // up to 90 days
	MaxUses int           // 1 to 1,000
}

func (t Terms) check() error {
	var fields fieldErrors
	if t.Life <= 0 || t.Life > maxInvitationLife {
		fields.add(errs.Field("life", "choose an expiry within 90 days"))
	}
	if t.MaxUses < 1 || t.MaxUses > maxInvitationUses {
		fields.add(errs.Field("max_uses", "choose 1 to %d uses", maxInvitationUses))
	}
	return fields.err()
}

// InviteToTeam creates a link into the team, by its captain or an organiser, and
// returns its token, which is not shown again.
func (s *Service) InviteToTeam(ctx context.Context, by Principal, teamID string, terms Terms) (string, Invitation, error) {
	if !by.SignedIn() {
		return "", Invitation{}, unauthorized()
	}
	if err := by.checkActs(); err != nil {
		return "", Invitation{}, err
	}
	return s.invite(ctx, by, terms, Invitation{TeamID: teamID}, func(ctx context.Context, tx *db.Tx) error {
		_, err := manageable(ctx, tx, by, teamID)
		return err
	})
}

// InviteToPlatform creates a link for signing up with the roles, by an organiser;
// only administrators invite administrators and organisers.
func (s *Service) InviteToPlatform(ctx context.Context, by Principal, roles []Role, terms Terms) (string, Invitation, error) {
	if !by.CanOrganise() || !by.SignedIn() {
		return "", Invitation{}, forbidden("only organisers invite to the platform")
	}
	if err := checkRoles(roles); err != nil {
		return "", Invitation{}, err
	}
	for _, r := range roles {
		if (r == Administrator || r == Organiser) && !by.CanAdminister() {
			return "", Invitation{}, forbidden("only administrators invite a user to be %s", r)
		}
	}
	return s.invite(ctx, by, terms, Invitation{Roles: ordered(roles)}, func(context.Context, *db.Tx) error { return nil })
}

func (s *Service) invite(ctx context.Context, by Principal, terms Terms, i Invitation, allowed func(context.Context, *db.Tx) error) (string, Invitation, error) {
	if err := terms.check(); err != nil {
		return "", Invitation{}, err
	}
	secret, hash, err := s.newSecret("")
	if err != nil {
		return "", Invitation{}, err
	}
	i.ID, i.CreatedBy, i.CreatedAt, i.MaxUses = s.options.NewID(), by.User.ID, s.now(), terms.MaxUses
	i.ExpiresAt = i.CreatedAt.Add(terms.Life).Truncate(time.Microsecond)
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := allowed(ctx, tx); err != nil {
			return err
		}
		if err := insertInvitation(ctx, tx, i, hash); err != nil {
			return err
		}
		return s.record(ctx, tx, by, "invitation.create", "invitation", i.ID,
			map[string]any{"team": i.TeamID, "roles": i.Roles, "max_uses": i.MaxUses, "expires_at": i.ExpiresAt})
	})
	if err != nil {
		return "", Invitation{}, err
	}
	return secret, i, nil
}

// Invitations lists those of a team for who manages it, or those of the platform
// (teamID "") for organisers, newest first.
func (s *Service) Invitations(ctx context.Context, by Principal, teamID string) ([]Invitation, error) {
	if !by.CanOrganise() && (teamID == "" || !by.CanManageTeam(teamID)) {
		return nil, forbidden("only the captain of this team may do this")
	}
	return listInvitations(ctx, s.db.Read(), teamID)
}

// RevokeInvitation ends a link at once, by who may manage its team, or by an
// organiser.
func (s *Service) RevokeInvitation(ctx context.Context, by Principal, id string) error {
	if err := by.checkActs(); err != nil {
		return err
	}
	return s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		i, err := findInvitation(ctx, tx, id)
		if err != nil {
			return err
		}
		if i.TeamID == "" && !by.CanOrganise() {
			return forbidden("only organisers revoke invitations to the platform")
		}
		if i.TeamID != "" {
			if _, err := manageable(ctx, tx, by, i.TeamID); err != nil {
				return err
			}
		}
		if err := revokeInvitation(ctx, tx, id, s.now()); err != nil {
			return err
		}
		return s.record(ctx, tx, by, "invitation.revoke", "invitation", id, nil)
	})
}

// Invited is what the holder of a link may see before using it.
type Invited struct {
	Invitation Invitation
	Team       Team // zero for an invitation to the platform
}

// LookAtInvitation returns what the link leads to, or why it does not work.
func (s *Service) LookAtInvitation(ctx context.Context, token string) (Invited, error) {
	i, err := s.usable(ctx, s.db.Read(), token)
	if err != nil || i.TeamID == "" {
		return Invited{Invitation: i}, err
	}
	t, err := findTeam(ctx, s.db.Read(), i.TeamID)
	return Invited{Invitation: i, Team: t}, err
}

// JoinTeam makes the principal a member of the invitation's team. Members who
// open the link again use nothing up.
func (s *Service) JoinTeam(ctx context.Context, by Principal, token string) (Team, error) {
	if !by.SignedIn() {
		return Team{}, unauthorized()
	}
	if err := by.checkActs(); err != nil {
		return Team{}, err
	}
	var t Team
	err := s.change(ctx, func(ctx context.Context, tx *db.Tx) error {
		i, err := findInvitationByToken(ctx, tx, hashSecret(token))
		if err != nil {
			return err
		}
		if i.TeamID == "" {
			return errs.New(errs.Conflict, "this invitation is for signing up; you have an account already")
		}
		member, err := isMember(ctx, tx, i.TeamID, by.User.ID)
		if err != nil {
			return err
		}
		if member {
			t, err = findTeam(ctx, tx, i.TeamID)
			return err
		}
		if i, err = s.consume(ctx, tx, token); err != nil {
			return err
		}
		t, err = s.join(ctx, tx, by, i)
		return err
	})
	return t, err
}

// join adds the principal to the team of an invitation that was consumed.
func (s *Service) join(ctx context.Context, tx *db.Tx, by Principal, i Invitation) (Team, error) {
	u, err := findUser(ctx, tx, by.User.ID)
	if err != nil {
		return Team{}, err
	}
	if err := mayParticipate(u); err != nil {
		return Team{}, err
	}
	if _, err := insertMember(ctx, tx, i.TeamID, u.ID, s.now()); err != nil {
		return Team{}, err
	}
	t, err := findTeam(ctx, tx, i.TeamID)
	if err != nil {
		return Team{}, err
	}
	return t, s.record(ctx, tx, by, "team.join", "team", t.ID, map[string]any{"invitation": i.ID})
}

// usable returns the invitation of the token, or says why it cannot be used.
func (s *Service) usable(ctx context.Context, q db.Querier, token string) (Invitation, error) {
	i, err := findInvitationByToken(ctx, q, hashSecret(token))
	switch {
	case err != nil:
		return Invitation{}, err
	case !i.RevokedAt.IsZero():
		return Invitation{}, errs.New(errs.Conflict, "this invitation was withdrawn")
	case !s.now().Before(i.ExpiresAt):
		return Invitation{}, errs.New(errs.Conflict, "this invitation has expired")
	case i.Uses >= i.MaxUses:
		return Invitation{}, errs.New(errs.Conflict, "this invitation has been used up")
	}
	return i, nil
}

// consume counts one use of the invitation.
func (s *Service) consume(ctx context.Context, tx *db.Tx, token string) (Invitation, error) {
	i, err := s.usable(ctx, tx, token)
	if err != nil {
		return Invitation{}, err
	}
	return i, useInvitation(ctx, tx, i.ID)
}
