package accounts_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"incubator/platform/accounts"
	"incubator/platform/errs"
)

func TestTeamLife(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		captain, second, third := f.signUp(1), f.signUp(2), f.signUp(3)
		team, err := f.FoundTeam(f.ctx, captain, accounts.NewTeam{Name: " Blue  Team ", Organization: &accounts.NewOrganization{Name: "ACME", Kind: accounts.Industry}})
		require.NoError(t, err)
		require.Equal(t, "Blue Team", team.Name)
		stored, err := f.Team(f.ctx, team.ID)
		require.NoError(t, err)
		require.Equal(t, team, stored)
		f.clock.advance(time.Second)
		f.joins(captain, team.ID, second)
		f.clock.advance(time.Second)
		f.joins(captain, team.ID, third)
		members, err := f.Members(f.ctx, team.ID)
		require.NoError(t, err)
		require.Equal(t, []string{"Person 1", "Person 2", "Person 3"}, []string{members[0].Name, members[1].Name, members[2].Name})
		require.True(t, members[0].Captain)
		require.False(t, members[1].Captain)

		requireCode(t, errs.Conflict, f.LeaveTeam(f.ctx, captain, team.ID))
		requireCode(t, errs.Conflict, f.RemoveMember(f.ctx, captain, team.ID, captain.User.ID))
		_, err = f.TransferCaptaincy(f.ctx, captain, team.ID, third.User.ID)
		require.NoError(t, err)
		require.NoError(t, f.LeaveTeam(f.ctx, captain, team.ID))
		requireCode(t, errs.NotFound, f.LeaveTeam(f.ctx, captain, team.ID))
		require.NoError(t, f.RemoveMember(f.ctx, third, team.ID, second.User.ID))
		requireCode(t, errs.NotFound, f.RemoveMember(f.ctx, third, team.ID, second.User.ID))
		renamed, err := f.RenameTeam(f.ctx, third, team.ID, "Red")
		require.NoError(t, err)
		require.Equal(t, "Red", renamed.Name)
		require.Equal(t, []string{
			"user.sign_up", "user.sign_up", "user.sign_up", "organization.create", "team.found",
			"invitation.create", "team.join", "invitation.create", "team.join",
			"team.transfer", "team.leave", "team.remove_member", "team.rename",
		}, f.actions())
	})
}

func TestPrincipalFollowsTeamChangesAtOnce(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		captain := f.signUp(1)
		member := f.signUp(2)
		token := f.signIn(2)
		require.Empty(t, f.principal(token).Teams)
		team := f.team(captain, "Blue")
		f.joins(captain, team.ID, member)
		require.Equal(t, []accounts.Membership{{TeamID: team.ID, Name: "Blue"}}, f.principal(token).Teams)
		_, err := f.TransferCaptaincy(f.ctx, captain, team.ID, member.User.ID)
		require.NoError(t, err)
		require.True(t, f.principal(token).CaptainOf(team.ID))
		_, err = f.RenameTeam(f.ctx, member, team.ID, "Red")
		require.NoError(t, err)
		require.Equal(t, "Red", f.principal(token).Teams[0].Name)
	})
}

// The rights are judged by the row: a captain with an old principal is none.
func TestWhoMayManageATeam(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		old, captain, stranger := f.signUp(1), f.signUp(2), f.signUp(3)
		organiser := f.withRoles(4, accounts.Organiser)
		team := f.team(old, "Blue")
		old = f.principal(f.signIn(1))
		f.joins(old, team.ID, captain)
		_, err := f.TransferCaptaincy(f.ctx, old, team.ID, captain.User.ID)
		require.NoError(t, err)
		require.True(t, old.CaptainOf(team.ID), "a snapshot of before")
		terms := accounts.Terms{Life: time.Hour, MaxUses: 1}
		for _, by := range []accounts.Principal{old, stranger} {
			_, err = f.RenameTeam(f.ctx, by, team.ID, "Mine")
			requireCode(t, errs.Forbidden, err)
			_, err = f.TransferCaptaincy(f.ctx, by, team.ID, by.User.ID)
			requireCode(t, errs.Forbidden, err)
			requireCode(t, errs.Forbidden, f.RemoveMember(f.ctx, by, team.ID, captain.User.ID))
			_, _, err = f.InviteToTeam(f.ctx, by, team.ID, terms)
			requireCode(t, errs.Forbidden, err)
		}
		_, err = f.Invitations(f.ctx, stranger, team.ID)
		requireCode(t, errs.Forbidden, err)
		_, err = f.RenameTeam(f.ctx, accounts.Principal{}, team.ID, "Mine")
		requireCode(t, errs.Unauthorized, err)
		_, err = f.RenameTeam(f.ctx, organiser, team.ID, "Green")
		require.NoError(t, err)
		_, err = f.RenameTeam(f.ctx, organiser, "no-such", "Green")
		requireCode(t, errs.NotFound, err)
		_, err = f.RenameTeam(f.ctx, organiser, "\x00", "Green")
		requireCode(t, errs.NotFound, err)
	})
}

func TestFoundingRules(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		p, q := f.signUp(1), f.signUp(2)
		evaluator := f.withRoles(3, accounts.Evaluator)
		f.team(p, "Blue")
		for name, c := range map[string]struct {
			by   accounts.Principal
			in   accounts.NewTeam
			code errs.Code
		}{
			"name taken":             {q, accounts.NewTeam{Name: "BLUE"}, errs.Conflict},
			"no name":                {q, accounts.NewTeam{}, errs.Invalid},
			"unknown organisation":   {q, accounts.NewTeam{Name: "Red", OrganizationID: "x"}, errs.NotFound},
			"not a participant":      {evaluator, accounts.NewTeam{Name: "Red"}, errs.Forbidden},
			"for somebody else":      {q, accounts.NewTeam{Name: "Red", CaptainID: p.User.ID}, errs.Forbidden},
			"guest":                  {accounts.Principal{}, accounts.NewTeam{Name: "Red"}, errs.Unauthorized},
			"captain does not exist": {accounts.System(), accounts.NewTeam{Name: "Red", CaptainID: "x"}, errs.NotFound},
		} {
			_, err := f.FoundTeam(f.ctx, c.by, c.in)
			require.Equal(t, c.code, errs.CodeOf(err), "%s: %v", name, err)
		}
		team, err := f.FoundTeam(f.ctx, accounts.System(), accounts.NewTeam{Name: "Red", CaptainID: q.User.ID})
		require.NoError(t, err)
		require.Equal(t, q.User.ID, team.CaptainID)
		_, err = f.RenameTeam(f.ctx, q, team.ID, "bluE")
		requireCode(t, errs.Conflict, err)
		all, err := f.Teams(f.ctx, "", 10)
		require.NoError(t, err)
		require.Len(t, all, 2)
		rest, err := f.Teams(f.ctx, all[0].ID, 10)
		require.NoError(t, err)
		require.Equal(t, all[1:], rest)
	})
}

func TestTeamTakesTheCaptainsOrganization(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		in := person(1)
		in.Organization = &accounts.NewOrganization{Name: "Uni", Kind: accounts.Academic}
		signed, err := f.SignUp(f.ctx, in, "", client)
		require.NoError(t, err)
		team := f.team(f.principal(signed.Token), "Blue")
		require.Equal(t, signed.User.OrganizationID, team.OrganizationID)
	})
}

func TestInvitations(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		captain, guest := f.signUp(1), f.signUp(2)
		team := f.team(captain, "Blue")
		captain = f.principal(f.signIn(1))
		invite := func(terms accounts.Terms) (string, accounts.Invitation) {
			token, i, err := f.InviteToTeam(f.ctx, captain, team.ID, terms)
			require.NoError(t, err)
			return token, i
		}
		expiring, _ := invite(accounts.Terms{Life: time.Minute, MaxUses: 5})
		revoked, i := invite(accounts.Terms{Life: time.Hour, MaxUses: 5})
		once, single := invite(accounts.Terms{Life: time.Hour, MaxUses: 1})
		requireCode(t, errs.Forbidden, f.RevokeInvitation(f.ctx, guest, i.ID))
		require.NoError(t, f.RevokeInvitation(f.ctx, captain, i.ID))
		requireCode(t, errs.NotFound, f.RevokeInvitation(f.ctx, captain, "no-such"))
		look, err := f.LookAtInvitation(f.ctx, once)
		require.NoError(t, err)
		require.Equal(t, "Blue", look.Team.Name)
		f.clock.advance(time.Minute)
		for token, want := range map[string]string{expiring: "expired", revoked: "withdrawn", "guess": "no such invitation"} {
			_, err := f.JoinTeam(f.ctx, guest, token)
			require.ErrorContains(t, err, want)
			_, err = f.LookAtInvitation(f.ctx, token)
			require.ErrorContains(t, err, want)
		}
		for range 2 {
			_, err = f.JoinTeam(f.ctx, captain, once)
			require.NoError(t, err, "members use nothing up")
		}
		_, err = f.JoinTeam(f.ctx, guest, once)
		require.NoError(t, err)
		_, err = f.JoinTeam(f.ctx, f.signUp(3), once)
		require.ErrorContains(t, err, "used up")
		_, err = f.JoinTeam(f.ctx, f.withRoles(4, accounts.Observer), expiring)
		require.Error(t, err)
		all, err := f.Invitations(f.ctx, captain, team.ID)
		require.NoError(t, err)
		require.Len(t, all, 3)
		single.Uses = 1
		require.Equal(t, single, all[0])
	})
}

func TestInvitationInput(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		captain, organiser := f.signUp(1), f.withRoles(2, accounts.Organiser)
		team := f.team(captain, "Blue")
		for _, terms := range []accounts.Terms{{Life: 0, MaxUses: 1}, {Life: 91 * 24 * time.Hour, MaxUses: 1}, {Life: time.Hour}, {Life: time.Hour, MaxUses: 1001}} {
			_, _, err := f.InviteToTeam(f.ctx, captain, team.ID, terms)
			requireCode(t, errs.Invalid, err)
		}
		good := accounts.Terms{Life: time.Hour, MaxUses: 1}
		_, _, err := f.InviteToPlatform(f.ctx, captain, nil, good)
		requireCode(t, errs.Forbidden, err)
		for _, r := range []accounts.Role{accounts.Administrator, accounts.Organiser} {
			_, _, err = f.InviteToPlatform(f.ctx, organiser, []accounts.Role{r}, good)
			requireCode(t, errs.Forbidden, err)
		}
		_, _, err = f.InviteToPlatform(f.ctx, organiser, []accounts.Role{"king"}, good)
		requireCode(t, errs.Invalid, err)
		token, i, err := f.InviteToPlatform(f.ctx, organiser, []accounts.Role{accounts.Evaluator}, good)
		require.NoError(t, err)
		_, err = f.JoinTeam(f.ctx, captain, token)
		requireCode(t, errs.Conflict, err)
		requireCode(t, errs.Forbidden, f.RevokeInvitation(f.ctx, captain, i.ID))
		all, err := f.Invitations(f.ctx, organiser, "")
		require.NoError(t, err)
		require.Equal(t, []accounts.Invitation{i}, all)
		_, err = f.Invitations(f.ctx, captain, "")
		requireCode(t, errs.Forbidden, err)
	})
}

// Transfers, removals and departures race. Whatever order they take, the captain
// is a member in the end and each success really happened.
func TestCaptaincyRaces(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		for round := range 6 {
			base := round * 10
			captain := f.signUp(base)
			a, b := f.signUp(base+1), f.signUp(base+2)
			team := f.team(captain, fmt.Sprint("Team ", round))
			f.joins(captain, team.ID, a, b)
			all := atOnce(5, func(i int) error {
				var err error
				switch i {
				case 0:
					_, err = f.TransferCaptaincy(f.ctx, captain, team.ID, a.User.ID)
				case 1:
					_, err = f.TransferCaptaincy(f.ctx, captain, team.ID, b.User.ID)
				case 2:
					err = f.RemoveMember(f.ctx, captain, team.ID, a.User.ID)
				case 3:
					err = f.LeaveTeam(f.ctx, b, team.ID)
				default:
					err = f.LeaveTeam(f.ctx, captain, team.ID)
				}
				return err
			})
			require.Equal(t, 5, count(all, "")+count(all, errs.Conflict)+count(all, errs.Forbidden)+count(all, errs.NotFound), "%v", all)
			require.LessOrEqual(t, count(all[:2], ""), 1, "one captain hands over once: %v", all)
			f.requireOneCaptain(team.ID)
		}
		f.actions()
	})
}

func (f *fixture) requireOneCaptain(teamID string) {
	f.t.Helper()
	team, err := f.Team(f.ctx, teamID)
	require.NoError(f.t, err)
	members, err := f.Members(f.ctx, teamID)
	require.NoError(f.t, err)
	require.NotEmpty(f.t, members)
	captains := 0
	for _, m := range members {
		if m.Captain {
			captains++
			require.Equal(f.t, team.CaptainID, m.UserID)
		}
	}
	require.Equal(f.t, 1, captains)
}

func TestSameTeamNameAtTheSameTime(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		var users []accounts.Principal
		for i := range 6 {
			users = append(users, f.signUp(i))
		}
		all := atOnce(6, func(i int) error {
			_, err := f.FoundTeam(f.ctx, users[i], accounts.NewTeam{Name: []string{"Blue", "BLUE"}[i%2]})
			return err
		})
		require.Equal(t, 1, count(all, ""), "%v", all)
		require.Equal(t, 5, count(all, errs.Conflict), "%v", all)
	})
}
