package accounts_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"incubator/platform/accounts"
	"incubator/platform/audit"
	"incubator/platform/db/dbtest"
	"incubator/platform/errs"
)

func TestAdministration(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		admin, p := f.withRoles(1, accounts.Administrator), f.signUp(2)
		token := f.signIn(2)
		u, err := f.SetRoles(f.ctx, admin, p.User.ID, []accounts.Role{accounts.Trainer, accounts.Organiser, accounts.Trainer})
		require.NoError(t, err)
		require.Equal(t, []accounts.Role{accounts.Organiser, accounts.Trainer}, u.Roles)
		require.True(t, f.principal(token).CanOrganise(), "at once")
		_, err = f.SetRoles(f.ctx, admin, p.User.ID, []accounts.Role{"king"})
		requireCode(t, errs.Invalid, err)
		u, err = f.SetRoles(f.ctx, admin, p.User.ID, nil)
		require.NoError(t, err)
		require.Empty(t, u.Roles)
		u, err = f.Disable(f.ctx, admin, p.User.ID)
		require.NoError(t, err)
		require.True(t, u.Disabled())
		stored, err := f.User(f.ctx, p.User.ID)
		require.NoError(t, err)
		require.Equal(t, u, stored)
		_, err = f.Disable(f.ctx, admin, "no-such")
		requireCode(t, errs.NotFound, err)
		requireCode(t, errs.Invalid, f.SetPassword(f.ctx, admin, p.User.ID, "short"))
		_, err = f.CreateUser(f.ctx, admin, person(3), []accounts.Role{"king"})
		requireCode(t, errs.Invalid, err)
	})
}

func TestFullDisk(t *testing.T) {
	f := newFixture(t, dbtest.New(t))
	_, err := f.db.Pool().ExecContext(f.ctx, `PRAGMA max_page_count = 1`)
	require.NoError(t, err)
	for i := 0; err == nil && i < 1000; i++ {
		_, err = f.SignUp(f.ctx, person(i), "", accounts.Client{})
	}
	requireCode(t, errs.Unavailable, err)
	require.Contains(t, errs.MessageOf(err), "disk is full")
	f.actions()
}

// Each call that needs a role is refused to who lacks it.
func TestOnlyTheRightRolesAdminister(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		target := f.signUp(1).User.ID
		o, err := f.SignUp(f.ctx, accounts.NewUser{Email: "o@x.org", Name: "O", Password: goodPassword, Organization: &accounts.NewOrganization{Name: "Org", Kind: accounts.SME}}, "", client)
		require.NoError(t, err)
		calls := map[string]func(by accounts.Principal) error{
			"create":   func(by accounts.Principal) error { _, err := f.CreateUser(f.ctx, by, person(50), nil); return err },
			"roles":    func(by accounts.Principal) error { _, err := f.SetRoles(f.ctx, by, target, nil); return err },
			"disable":  func(by accounts.Principal) error { _, err := f.Disable(f.ctx, by, target); return err },
			"enable":   func(by accounts.Principal) error { _, err := f.Enable(f.ctx, by, target); return err },
			"password": func(by accounts.Principal) error { return f.SetPassword(f.ctx, by, target, "another-Good-1") },
			"list":     func(by accounts.Principal) error { _, err := f.Users(f.ctx, by, "", "", 10); return err },
			"organisation": func(by accounts.Principal) error {
				_, err := f.EditOrganization(f.ctx, by, o.User.OrganizationID, accounts.NewOrganization{Name: "New", Kind: accounts.National})
				return err
			},
		}
		organiserMay := map[string]bool{"list": true, "organisation": true}
		organiser, admin := f.withRoles(10, accounts.Organiser), f.withRoles(11, accounts.Administrator)
		others := f.withRoles(12, accounts.Trainer, accounts.Evaluator, accounts.Participant, accounts.Partner, accounts.Observer)
		for name, call := range calls {
			require.Equal(t, errs.Forbidden, errs.CodeOf(call(accounts.Principal{})), name)
			require.Equal(t, errs.Forbidden, errs.CodeOf(call(others)), name)
			if organiserMay[name] {
				require.NoError(t, call(organiser), name)
			} else {
				require.Equal(t, errs.Forbidden, errs.CodeOf(call(organiser)), name)
			}
			require.NoError(t, call(admin), name)
		}
	})
}

func TestTheLastAdministratorStays(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		a := f.withRoles(1, accounts.Administrator)
		_, err := f.Disable(f.ctx, a, a.User.ID)
		requireCode(t, errs.Conflict, err)
		_, err = f.SetRoles(f.ctx, a, a.User.ID, []accounts.Role{accounts.Observer})
		requireCode(t, errs.Conflict, err)
		require.True(t, f.principal(f.signIn(1)).CanAdminister(), "nothing was changed")

		for round := range 5 {
			b := f.withRoles(10+round, accounts.Administrator)
			pair := []accounts.Principal{a, b}
			all := atOnce(2, func(i int) error {
				_, err := f.SetRoles(f.ctx, pair[i], pair[1-i].User.ID, nil)
				return err
			})
			require.Equal(t, 1, count(all, ""), "%v", all)
			require.Equal(t, 1, count(all, errs.Conflict), "%v", all)
			if all[0] != nil {
				a = b
			}
		}
	})
}

func TestUsersPagesAndSearches(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		for i := range 5 {
			f.signUp(i)
		}
		_, err := f.SignUp(f.ctx, accounts.NewUser{Email: "odd%x@example.net", Name: "Odd_One !", Password: goodPassword}, "", client)
		require.NoError(t, err)
		for search, want := range map[string]int{"": 6, "PERSON": 5, "example.net": 1, "%": 1, "_": 1, "!": 1, "person3": 1, "nobody": 0, "\x00": 0} {
			all, err := f.Users(f.ctx, accounts.System(), search, "", 10)
			require.NoError(t, err)
			require.Len(t, all, want, "%q", search)
		}
		var names []string
		for after, page := "", 0; page == 0 || after != ""; page++ {
			users, err := f.Users(f.ctx, accounts.System(), "person", after, 2)
			require.NoError(t, err)
			after = ""
			for _, u := range users {
				names, after = append(names, u.Name), u.ID
			}
		}
		require.Equal(t, []string{"Person 0", "Person 1", "Person 2", "Person 3", "Person 4"}, names)
	})
}

func TestEditProfileAndOrganization(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		p, organiser := f.signUp(1), f.withRoles(2, accounts.Organiser)
		u, err := f.EditProfile(f.ctx, p, "New  Name", "", &accounts.NewOrganization{Name: "Uni", Kind: accounts.Academic})
		require.NoError(t, err)
		require.Equal(t, "New Name", u.Name)
		o, err := f.EditOrganization(f.ctx, organiser, u.OrganizationID, accounts.NewOrganization{Name: "University", Kind: accounts.National, Website: "https://u.example/"})
		require.NoError(t, err)
		all, err := f.Organizations(f.ctx)
		require.NoError(t, err)
		require.Equal(t, []accounts.Organization{o}, all)
		_, err = f.EditProfile(f.ctx, p, "", u.OrganizationID, nil)
		requireCode(t, errs.Invalid, err)
		u, err = f.EditProfile(f.ctx, p, "Newer", "", nil)
		require.NoError(t, err)
		require.Empty(t, u.OrganizationID)
		_, err = f.EditOrganization(f.ctx, organiser, "no-such", accounts.NewOrganization{Name: "X", Kind: accounts.SME})
		requireCode(t, errs.NotFound, err)
	})
}

// The record says who did what to what, from where, without secrets.
func TestAuditDetail(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		admin, p := f.withRoles(1, accounts.Administrator), f.signUp(2)
		_, err := f.SetRoles(f.ctx, admin, p.User.ID, []accounts.Role{accounts.Evaluator})
		require.NoError(t, err)
		rows, _, err := f.audit.List(f.ctx, audit.Filter{Action: "user.set_roles"}, 0, 10)
		require.NoError(t, err)
		require.Len(t, rows, 1)
		r := rows[0]
		require.Equal(t, []string{admin.User.ID, "Person 1", "user", p.User.ID, client.IP},
			[]string{r.Actor, r.ActorName, r.Kind, r.ObjectID, r.IP})
		require.Equal(t, f.clock.now(), r.At)
		require.Equal(t, "[participant] [evaluator]", fmt.Sprint(r.Detail["before"], " ", r.Detail["after"]))
		_, _, err = f.CreateToken(f.ctx, p, accounts.NewToken{Name: "ci", Scopes: []accounts.Scope{accounts.ScopeSubmissionsRead}, Life: time.Hour})
		require.NoError(t, err)
		require.NoError(t, f.SetPassword(f.ctx, admin, p.User.ID, "another-Good-1"))
		require.NotContains(t, f.dump("audit_log"), "another-Good-1")
		require.Equal(t, []string{"user.create", "user.sign_in", "user.sign_up", "user.set_roles", "token.create", "user.set_password"}, f.actions())
	})
}
