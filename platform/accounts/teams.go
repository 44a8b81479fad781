package accounts

import (
	"context"

	"incubator/platform/db"
	"incubator/platform/errs"
)

// NewTeam describes a team to found.
type NewTeam struct {
	Name string
	// Either names the organisation; with neither, it is the captain's own.
	OrganizationID string
	Organization   *NewOrganization
	// CaptainID lets organisers found a team for somebody; "" means oneself.
	CaptainID string
}

// FoundTeam creates a team with its captain as the first member.
func (s *Service) FoundTeam(ctx context.Context, by Principal, in NewTeam) (Team, error) {
	if in.CaptainID == "" {
		in.CaptainID = by.User.ID
	}
	if in.CaptainID != by.User.ID && !by.CanOrganise() {
		return Team{}, forbidden("only organisers found teams for others")
	}
	if err := by.checkActs(); err != nil {
		return Team{}, err
	}
	if err := in.normalize(); err != nil {
		return Team{}, err
	}
	var t Team
	err := s.change(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		t, err = s.foundTeam(ctx, tx, by, in)
		return err
	})
	return t, err
}

func (in *NewTeam) normalize() error {
	var fields fieldErrors
	var err error
	in.Name, err = normalizeName("name", in.Name)
	fields.add(err)
	if in.Organization != nil {
		fields.add(in.Organization.normalize())
	}
	return fields.err()
}

func (s *Service) foundTeam(ctx context.Context, tx *db.Tx, by Principal, in NewTeam) (Team, error) {
	captain, err := findUser(ctx, tx, in.CaptainID)
	if err != nil {
		return Team{}, err
	}
	if err := mayParticipate(captain); err != nil {
		return Team{}, err
	}
	t := Team{ID: s.options.NewID(), Name: in.Name, CaptainID: captain.ID, CreatedAt: s.now()}
	if t.OrganizationID, err = s.settleOrganization(ctx, tx, by, in.OrganizationID, in.Organization); err != nil {
		return Team{}, err
	}
	if t.OrganizationID == "" {
		t.OrganizationID = captain.OrganizationID
	}
	if err := insertTeam(ctx, tx, t); err != nil {
		return Team{}, err
	}
	if _, err := insertMember(ctx, tx, t.ID, captain.ID, t.CreatedAt); err != nil {
		return Team{}, err
	}
	return t, s.record(ctx, tx, by, "team.found", "team", t.ID, map[string]any{"name": t.Name, "captain": captain.ID})
}

// Team returns one team.
func (s *Service) Team(ctx context.Context, id string) (Team, error) {
	return findTeam(ctx, s.db.Read(), id)
}

// Teams lists up to limit teams, oldest first, after the team with the id after.
func (s *Service) Teams(ctx context.Context, after string, limit int) ([]Team, error) {
	return listTeams(ctx, s.db.Read(), cut(after, 64), limit)
}

// Members lists the members of a team, the captain first.
func (s *Service) Members(ctx context.Context, teamID string) ([]Member, error) {
	return listMembers(ctx, s.db.Read(), teamID)
}

// RenameTeam gives the team a new name, by its captain or an organiser.
func (s *Service) RenameTeam(ctx context.Context, by Principal, teamID, name string) (Team, error) {
	name, err := normalizeName("name", name)
	if err != nil {
		return Team{}, err
	}
	return s.editTeam(ctx, by, teamID, "team.rename", func(_ context.Context, _ *db.Tx, t *Team) (map[string]any, error) {
		before := t.Name
		t.Name = name
		return map[string]any{"before": before, "after": name}, nil
	})
}

// TransferCaptaincy makes another member the captain, by the captain or an organiser.
func (s *Service) TransferCaptaincy(ctx context.Context, by Principal, teamID, userID string) (Team, error) {
	return s.editTeam(ctx, by, teamID, "team.transfer", func(ctx context.Context, tx *db.Tx, t *Team) (map[string]any, error) {
		ok, err := isMember(ctx, tx, teamID, userID)
		if err != nil {
			return nil, err
		}
		if !ok {
			return nil, errs.New(errs.Conflict, "only a member can become captain")
		}
		u, err := findUser(ctx, tx, userID)
		if err != nil {
			return nil, err
		}
		if u.Disabled() {
			return nil, errs.New(errs.Conflict, "this account is disabled")
		}
		before := t.CaptainID
		t.CaptainID = userID
		return map[string]any{"before": before, "after": userID}, nil
	})
}

// RemoveMember takes a member out of the team, by the captain or an organiser.
func (s *Service) RemoveMember(ctx context.Context, by Principal, teamID, userID string) error {
	_, err := s.editTeam(ctx, by, teamID, "team.remove_member", func(ctx context.Context, tx *db.Tx, t *Team) (map[string]any, error) {
		return map[string]any{"user": userID}, takeOut(ctx, tx, *t, userID)
	})
	return err
}

// LeaveTeam takes the principal out of the team. A captain transfers the captaincy
// first, so a team never loses its last member.
func (s *Service) LeaveTeam(ctx context.Context, by Principal, teamID string) error {
	if err := by.checkActs(); err != nil {
		return err
	}
	return s.change(ctx, func(ctx context.Context, tx *db.Tx) error {
		t, err := findTeam(ctx, tx, teamID)
		if err != nil {
			return err
		}
		if err := takeOut(ctx, tx, t, by.User.ID); err != nil {
			return err
		}
		return s.record(ctx, tx, by, "team.leave", "team", teamID, nil)
	})
}

func takeOut(ctx context.Context, tx *db.Tx, t Team, userID string) error {
	if t.CaptainID == userID {
		return errs.New(errs.Conflict, "the captain cannot leave; transfer the captaincy first")
	}
	n, err := deleteMember(ctx, tx, t.ID, userID)
	if err == nil && n == 0 {
		err = notFound("member")
	}
	return err
}

// editTeam runs one change of a team by who may manage it: read, edit, write, record.
func (s *Service) editTeam(ctx context.Context, by Principal, teamID, action string,
	edit func(ctx context.Context, tx *db.Tx, t *Team) (map[string]any, error)) (Team, error) {
	if err := by.checkActs(); err != nil {
		return Team{}, err
	}
	var t Team
	err := s.change(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		if t, err = manageable(ctx, tx, by, teamID); err != nil {
			return err
		}
		detail, err := edit(ctx, tx, &t)
		if err != nil {
			return err
		}
		if err := updateTeam(ctx, tx, t); err != nil {
			return err
		}
		return s.record(ctx, tx, by, action, "team", teamID, detail)
	})
	return t, err
}

// manageable reads the team and checks, by the row and not by the snapshot in
// the principal, that by may manage it.
func manageable(ctx context.Context, tx *db.Tx, by Principal, teamID string) (Team, error) {
	t, err := findTeam(ctx, tx, teamID)
	if err != nil {
		return Team{}, err
	}
	if !by.CanOrganise() && (!by.SignedIn() || t.CaptainID != by.User.ID) {
		return Team{}, forbidden("only the captain of this team may do this")
	}
	return t, nil
}

// checkActs refuses guests and API tokens that may not change teams.
func (p Principal) checkActs() error {
	if p.system || p.CanManageAccount() || p.Allows(ScopeAdmin) {
		return nil
	}
	if !p.SignedIn() {
		return unauthorized()
	}
	return forbidden("this API token has no scope to change teams")
}

func mayParticipate(u User) error {
	if u.Disabled() {
		return errs.New(errs.Conflict, "this account is disabled")
	}
	for _, r := range u.Roles {
		if r == Participant {
			return nil
		}
	}
	return forbidden("only participants take part in teams")
}
