package accounts_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"incubator/platform/accounts"
	"incubator/platform/errs"
)

func TestOrganisationsKnowTheirTeamsAndPeople(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		boss := f.withRoles(9, accounts.Organiser)
		o, err := f.CreateOrganization(f.ctx, boss, accounts.NewOrganization{Name: "Fjord  Data", Kind: accounts.SME})
		require.NoError(t, err)
		require.Equal(t, "Fjord Data", o.Name)
		_, err = f.CreateOrganization(f.ctx, boss, accounts.NewOrganization{Name: "FJORD data", Kind: accounts.SME})
		requireCode(t, errs.Conflict, err)
		_, err = f.CreateOrganization(f.ctx, f.signUp(1), accounts.NewOrganization{Name: "Mine", Kind: accounts.SME})
		requireCode(t, errs.Forbidden, err)
		empty, err := f.OrganizationSizes(f.ctx)
		require.NoError(t, err)
		require.Empty(t, empty)

		member, stranger := f.withRoles(2, accounts.Participant), f.withRoles(3, accounts.Participant)
		_, err = f.EditProfile(f.ctx, member, "Berta", o.ID, nil)
		require.NoError(t, err)
		member = f.principal(f.signIn(2))
		team := f.team(member, "Otters")
		sizes, err := f.OrganizationSizes(f.ctx)
		require.NoError(t, err)
		require.Equal(t, map[string]accounts.OrganizationSize{o.ID: {Teams: 1, Users: 1}}, sizes)
		teams, err := f.OrganizationTeams(f.ctx, o.ID)
		require.NoError(t, err)
		require.Equal(t, []accounts.Team{team}, teams)

		for _, by := range []accounts.Principal{member, boss} {
			people, err := f.OrganizationUsers(f.ctx, by, o.ID, 10)
			require.NoError(t, err)
			require.Len(t, people, 1)
			require.Equal(t, "Berta", people[0].Name)
		}
		for _, by := range []accounts.Principal{stranger, {}} {
			_, err = f.OrganizationUsers(f.ctx, by, o.ID, 10)
			requireCode(t, errs.Forbidden, err)
			_, err = f.OrganizationUsers(f.ctx, by, "", 10)
			requireCode(t, errs.Forbidden, err)
		}
	})
}

func TestRevokeOtherSessionsSparesTheOneInUse(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		f.signUp(1)
		here, there, other := f.signIn(1), f.signIn(1), f.signUp(2)
		ended, err := f.RevokeOtherSessions(f.ctx, f.principal(here))
		require.NoError(t, err)
		require.EqualValues(t, 2, ended, "the one of signing up and the one over there")
		require.True(t, f.signedIn(here))
		require.False(t, f.signedIn(there))
		sessions, err := f.Sessions(f.ctx, other)
		require.NoError(t, err)
		require.Len(t, sessions, 1, "nobody else's")
		require.Contains(t, f.actions(), "session.revoke_others")
		ended, err = f.RevokeOtherSessions(f.ctx, f.principal(here))
		require.NoError(t, err)
		require.Zero(t, ended)
		_, err = f.RevokeOtherSessions(f.ctx, accounts.Principal{})
		requireCode(t, errs.Unauthorized, err)
	})
}
