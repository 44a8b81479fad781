package accounts_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"incubator/platform/accounts"
	"incubator/platform/errs"
)

func TestSignUp(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		in, err := f.SignUp(f.ctx, accounts.NewUser{
			Email: "  Zoe.Müller@Example.ORG ", Name: " Zoë   Müller", Password: goodPassword,
			Organization: &accounts.NewOrganization{Name: "Müller  GmbH", Kind: accounts.SME, Website: "https://mueller.example"},
		}, "", client)
		require.NoError(t, err)
		u, err := f.User(f.ctx, in.User.ID)
		require.NoError(t, err)
		require.Equal(t, in.User, u)
		require.Equal(t, "zoe.müller@example.org", u.Email)
		require.Equal(t, "Zoë Müller", u.Name)
		require.Equal(t, []accounts.Role{accounts.Participant}, u.Roles)
		require.Equal(t, f.clock.now(), u.CreatedAt)
		o, err := f.Organization(f.ctx, u.OrganizationID)
		require.NoError(t, err)
		require.Equal(t, accounts.Organization{ID: o.ID, Name: "Müller GmbH", Kind: accounts.SME, Website: "https://mueller.example", CreatedAt: f.clock.now()}, o)

		p := f.principal(in.Token)
		require.Equal(t, u, p.User)
		require.Equal(t, in.Session.ID, p.SessionID)
		same, err := f.UserByEmail(f.ctx, "ZOE.müller@example.org")
		require.NoError(t, err)
		require.Equal(t, u, same)
		require.Equal(t, []string{"organization.create", "user.sign_up"}, f.actions())
	})
}

func TestSignUpReportsEveryField(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		_, err := f.SignUp(f.ctx, accounts.NewUser{Email: "x", Name: "\x00", Password: "short",
			Organization: &accounts.NewOrganization{Kind: "club", Website: "javascript:alert(1)"}}, "", client)
		requireCode(t, errs.Invalid, err)
		var e *errs.Error
		require.True(t, errors.As(err, &e))
		for _, field := range []string{"email", "name", "password", "organization", "kind", "website"} {
			require.NotEmpty(t, e.Fields[field], field)
		}
		require.Empty(t, f.actions(), "nothing was changed")
	})
}

func TestFailedSignUpLeavesNothing(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		f.signUp(1)
		again := person(1)
		again.Email = strings.ToUpper(again.Email)
		again.Organization = &accounts.NewOrganization{Name: "New", Kind: accounts.Academic}
		_, err := f.SignUp(f.ctx, again, "", client)
		requireCode(t, errs.Conflict, err)
		all, err := f.Organizations(f.ctx)
		require.NoError(t, err)
		require.Empty(t, all)
		require.Equal(t, []string{"user.sign_up"}, f.actions())
		missing := person(2)
		missing.OrganizationID = "no-such\x00"
		_, err = f.SignUp(f.ctx, missing, "", client)
		requireCode(t, errs.NotFound, err)
	})
}

func TestSameAddressAtTheSameTime(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		all := atOnce(8, func(int) error {
			_, err := f.SignUp(f.ctx, person(1), "", client)
			return err
		})
		require.Equal(t, 1, count(all, ""))
		require.Equal(t, 7, count(all, errs.Conflict), "%v", all)
		require.Equal(t, []string{"user.sign_up"}, f.actions())
	})
}

func TestSameOrganizationAtTheSameTime(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		all := atOnce(6, func(i int) error {
			in := person(i)
			in.Organization = &accounts.NewOrganization{Name: []string{"ACME", "acme", "Acme"}[i%3], Kind: accounts.Industry}
			_, err := f.SignUp(f.ctx, in, "", client)
			return err
		})
		require.Equal(t, 1, count(all, ""))
		require.Equal(t, 5, count(all, errs.Conflict), "%v", all)
	})
}

func TestSignUpByInvitation(t *testing.T) {
	invited := func(o *accounts.Options) { o.SignUp = accounts.SignUpInvited }
	each(t, func(t *testing.T, f *fixture) {
		_, err := f.SignUp(f.ctx, person(1), "", client)
		requireCode(t, errs.Forbidden, err)
		_, err = f.SignUp(f.ctx, person(1), "guess", client)
		requireCode(t, errs.NotFound, err)

		admin := f.withRoles(0, accounts.Administrator, accounts.Participant)
		token, _, err := f.InviteToPlatform(f.ctx, admin, []accounts.Role{accounts.Evaluator}, accounts.Terms{Life: time.Hour, MaxUses: 1})
		require.NoError(t, err)
		in, err := f.SignUp(f.ctx, person(1), token, client)
		require.NoError(t, err)
		require.Equal(t, []accounts.Role{accounts.Evaluator, accounts.Participant}, in.User.Roles)

		team := f.team(admin, "Blue")
		token, _, err = f.InviteToTeam(f.ctx, admin, team.ID, accounts.Terms{Life: time.Hour, MaxUses: 1})
		require.NoError(t, err)
		in, err = f.SignUp(f.ctx, person(2), token, client)
		require.NoError(t, err)
		require.Equal(t, []accounts.Membership{{TeamID: team.ID, Name: "Blue"}}, f.principal(in.Token).Teams)
	}, invited)
}

func TestInvitationIsNeverOverused(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		captain := f.signUp(100)
		team := f.team(captain, "Blue")
		token, _, err := f.InviteToTeam(f.ctx, captain, team.ID, accounts.Terms{Life: time.Hour, MaxUses: 3})
		require.NoError(t, err)
		all := atOnce(10, func(i int) error {
			_, err := f.SignUp(f.ctx, person(i), token, client)
			return err
		})
		require.Equal(t, 3, count(all, ""), "%v", all)
		require.Equal(t, 7, count(all, errs.Conflict), "%v", all)
		members, err := f.Members(f.ctx, team.ID)
		require.NoError(t, err)
		require.Len(t, members, 4)
	})
}

func TestSetup(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		f.signUp(9)
		first, err := f.EnsureSetupLink(f.ctx)
		require.NoError(t, err)
		second, err := f.EnsureSetupLink(f.ctx)
		require.NoError(t, err)
		require.NoError(t, f.CheckSetupLink(f.ctx, second))
		for _, bad := range []string{"", "guess", first} {
			requireCode(t, errs.NotFound, f.CheckSetupLink(f.ctx, bad))
			_, err := f.CompleteSetup(f.ctx, bad, person(1), client)
			requireCode(t, errs.NotFound, err)
		}
		weak := person(1)
		weak.Password = "password"
		_, err = f.CompleteSetup(f.ctx, second, weak, client)
		requireCode(t, errs.Invalid, err)

		all := atOnce(4, func(i int) error {
			_, err := f.CompleteSetup(f.ctx, second, person(i), client)
			return err
		})
		require.Equal(t, 1, count(all, ""), "%v", all)
		require.Equal(t, 3, count(all, errs.NotFound)+count(all, errs.Conflict), "%v", all)
		again, err := f.EnsureSetupLink(f.ctx)
		require.NoError(t, err)
		require.Empty(t, again)
		require.Equal(t, []string{"user.sign_up", "setup.complete"}, f.actions())
	})
}

func TestSetupLinkExpires(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		link, err := f.EnsureSetupLink(f.ctx)
		require.NoError(t, err)
		f.clock.advance(24 * time.Hour)
		_, err = f.CompleteSetup(f.ctx, link, person(1), client)
		requireCode(t, errs.NotFound, err)
	})
}

func TestNormalizeEmail(t *testing.T) {
	for raw, want := range map[string]string{
		" A.B+c@Example.org\n": "a.b+c@example.org", "admin@localhost": "admin@localhost", "o'neil@x.ie": "o'neil@x.ie",
		"": "", "plain": "", "a@": "", "@b": "", "a b@c.d": "", "a@b@c": "", "Zoe <z@x.org>": "", `"a b"@c.d`: "", "a@b..c": "", "a@b.": "",
		"a\x00@b.c": "", "a\u202e@b.c": "", "a@[127.0.0.1]": "", strings.Repeat("a", 250) + "@b.de": "", "a@b.c,d@e.f": "",
	} {
		got, err := accounts.NormalizeEmail(raw)
		require.Equal(t, want, got, "%q", raw)
		if want == "" {
			requireCode(t, errs.Invalid, err)
		}
	}
}

func TestNamesAndPasswords(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		bad := map[string]accounts.NewUser{
			"empty name":        {Name: " \t", Password: goodPassword},
			"bidi name":         {Name: "ab\u202ecd", Password: goodPassword},
			"zero-width name":   {Name: "ad\u200bmin", Password: goodPassword},
			"invalid UTF-8":     {Name: "a\xff", Password: goodPassword},
			"long name":         {Name: strings.Repeat("ä", 81), Password: goodPassword},
			"short password":    {Name: "A", Password: "aB3$xyz+klm"},
			"long password":     {Name: "A", Password: strings.Repeat("aB3$x", 52)},
			"common":            {Name: "A", Password: "Qwertyuiopasdf"},
			"common and digits": {Name: "A", Password: "Password202420!"},
			"few characters":    {Name: "A", Password: "ababababababababab"},
			"the address":       {Name: "A", Password: "person7@example.org"},
			"its local part":    {Name: "A", Password: "Person7person7"},
			"the name":          {Name: "Zoe Elisabeth M", Password: "zoe elisabeth m"},
		}
		for name, in := range bad {
			in.Email = "person7@example.org"
			_, err := f.SignUp(f.ctx, in, "", client)
			require.Equal(t, errs.Invalid, errs.CodeOf(err), name)
		}
		good := []accounts.NewUser{
			{Name: strings.Repeat("ä", 80), Password: "zwölf Zeichen"},
			{Name: "李小龙", Password: "一二三四五六七八九十十一"},
			{Name: "O'Neil-Smith Jr.", Password: strings.Repeat("aB3$x", 51)},
		}
		for i, in := range good {
			in.Email = person(i).Email
			_, err := f.SignUp(f.ctx, in, "", client)
			require.NoError(t, err)
			_, err = f.SignIn(f.ctx, in.Email, in.Password, client)
			require.NoError(t, err)
		}
	})
}
