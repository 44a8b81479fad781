package site_test

import (
	"context"
	"html"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"incubator/platform/accounts"
	"incubator/web/webtest"
)

func (s *peopleSite) userPath(role accounts.Role) string {
	return "/admin/users/" + s.Users[role].User.ID
}

func TestAdministratorsDecideWhoMayDoWhat(t *testing.T) {
	s := newPeopleSite(t)
	admin, path := s.as(accounts.Administrator), s.userPath(accounts.Partner)
	admin.get("/admin/users?q=partner").says("partner@example.org").saysNot("observer@example.org")
	admin.get("/admin/users?q=nobody-like-this").says("Nobody found")
	admin.get(path).says("partner@example.org", "This user is", "Disable")
	admin.post(path+"/roles", "roles", "emperor").status(422).says("is not a role")
	admin.submit(path+"/roles", "roles", "evaluator", "roles", "observer").says("are saved")
	u, err := s.Accounts.User(context.Background(), s.Users[accounts.Partner].User.ID)
	require.NoError(t, err)
	require.Equal(t, []accounts.Role{accounts.Evaluator, accounts.Observer}, u.Roles)

	admin.submit(path+"/disable").says("is disabled", "Enable")
	require.Equal(t, "/sign-in?next=%2Faccount", s.as(accounts.Partner).send("GET", "/account", nil).To, "sessions end at once")
	guest := s.browser()
	guest.get("/sign-in")
	guest.post("/sign-in", "email", "partner@example.org", "password", webtest.Password).status(403).says("This account is disabled; ask the administrators.")
	admin.submit(path + "/enable").says("may sign in again")
	admin.post(path+"/password", "password", "short").status(422)
	admin.submit(path+"/password", "password", "green-Heron-77").says("has a new password")
	guest.post("/sign-in", "email", "partner@example.org", "password", "green-Heron-77").status(303)

	// The platform keeps an administrator.
	admin.get(s.userPath(accounts.Administrator)).saysNot(`name="password"`)
	admin.submit(s.userPath(accounts.Administrator) + "/disable").says("This is the last administrator; name another one first.")
	admin.post(s.userPath(accounts.Administrator)+"/roles", "roles", "observer").status(409).says("This is the last administrator")
	admin.get("/admin/users/none").status(404)
}

func TestOrganisersInviteButDoNotPromote(t *testing.T) {
	s := newPeopleSite(t)
	boss := s.as(accounts.Organiser)
	boss.get("/admin/users").says("Invite to the platform").saysNot(`value="administrator"`, "/admin/audit")
	boss.get(s.userPath(accounts.Partner)).saysNot("This user is", "Disable")
	boss.post("/admin/invitations", "roles", "organiser", "max_uses", "1", "life", "7").status(403).says("Only administrators invite")
	boss.post("/admin/invitations", "roles", "evaluator", "max_uses", "0", "life", "7").status(422).says("Choose 1 to 1000 uses.")
	boss.post("/admin/invitations", "roles", "evaluator", "max_uses", "1", "life", "7").status(303)
	page := boss.get("/admin/users").says("Link for 1 person as evaluator, not used yet")
	link := html.UnescapeString(joinLink.FindStringSubmatch(page.Body)[1])
	boss.get("/admin/users").saysNot(html.EscapeString(link))
	guest := s.browser()
	guest.get(link).says("You were invited to this platform as evaluator.")
	guest.post("/sign-up", "name", "Eva", "email", "eva@example.net", "password", webtest.Password, "invitation", strings.TrimPrefix(link, "/sign-up?invitation=")).status(303)
	by, err := s.Accounts.Authenticate(context.Background(), guest.cookies["session"])
	require.NoError(t, err)
	require.Equal(t, []accounts.Role{accounts.Evaluator, accounts.Participant}, by.User.Roles)
	boss.get("/admin/users").says("used up")
}

func TestUsersAreReadByCursor(t *testing.T) {
	s := newPeopleSite(t)
	for i := range 60 {
		s.Add(t, "many"+string(rune('a'+i%26))+string(rune('a'+i/26))+"@example.org", "Many", accounts.Observer)
	}
	admin, seen := s.as(accounts.Administrator), 0
	path := "/admin/users?q=many"
	next := regexp.MustCompile(`rel="next" href="([^"]+)"`)
	for path != "" {
		page := admin.get(path)
		seen += strings.Count(page.Body, "<small>many")
		path = ""
		if found := next.FindStringSubmatch(page.Body); found != nil {
			path = html.UnescapeString(found[1])
		}
	}
	require.Equal(t, 60, seen)
}

func TestOrganisationsAreShownAndEdited(t *testing.T) {
	s := newPeopleSite(t)
	boss, ida := s.as(accounts.Organiser), s.as(accounts.Participant)
	ida.get("/organization").says("You belong to no organisation yet", "Choose your organisation")
	boss.get("/admin/organizations")
	boss.post("/admin/organizations", "organization", "", "kind", "sme", "website", "ftp://x").status(422).says("Enter a name.", "Enter an address that starts with https://.")
	boss.submit("/admin/organizations", "organization", "Fjord Data", "kind", "sme").says("The organisation is added.", "Fjord Data", "SME")
	boss.post("/admin/organizations", "organization", "FJORD data", "kind", "sme").status(409)
	all, err := s.Accounts.Organizations(context.Background())
	require.NoError(t, err)
	path := "/organization/" + all[0].ID
	ida.get("/account")
	ida.submit("/account", "name", "Ida Lund", "organization_id", all[0].ID)
	ida.get("/team")
	ida.submit("/teams", "name", "Otters")
	ida.get("/organization").says("Fjord Data", "Otters", "Ida Lund", "1 member").saysNot("participant@example.org", "Edit")
	require.Equal(t, path, ida.address)
	s.browser().get(path).says("Fjord Data", "Otters").saysNot("Ida Lund")
	boss.get(path).says("participant@example.org", "Edit")
	ida.post(path, "organization", "Mine", "kind", "sme").status(403)
	a := boss.post(path, "organization", "Fjord AS", "kind", "sme", "website", "nowhere").status(422)
	require.Contains(t, a.Body, `value="nowhere"`)
	boss.submit(path, "organization", "Fjord AS", "kind", "industry", "website", "https://fjord.example/about").says("The organisation is saved.", "Fjord AS", "Industry", "fjord.example/about")
	boss.get("/organization/none").status(404)
}

func TestTheAuditLogIsFilteredAndVerified(t *testing.T) {
	s := newPeopleSite(t)
	admin := s.as(accounts.Administrator)
	for i := range 10 {
		s.Add(t, "many"+string(rune('a'+i))+"@example.org", "Many", accounts.Trainer)
	}
	_, err := s.audit.Seal(context.Background())
	require.NoError(t, err)
	page := admin.get("/admin/audit").says("user.create", "user.sign_in", "Verify the chain").saysNot("chain checked")
	require.Contains(t, page.Body, `rel="next"`, "the fixture makes more than a page of entries")
	admin.get("/admin/audit?before=3").says("user.create")
	admin.get("/admin/audit?action=user.").says("user.sign_in").saysNot("token.create")
	who := admin.get("/admin/audit?action=user.sign_in&actor=" + url.QueryEscape("Observer@example.org"))
	require.Equal(t, 1, strings.Count(who.Body, ">user.sign_in</span>"))
	admin.get("/admin/audit?actor=nobody@example.org").says("There is no such user.", "Nothing found")
	admin.get("/admin/audit?from=2031-01-01").says("Nothing found")
	admin.get("/admin/audit?to=2001-01-01").says("Nothing found")
	admin.get("/admin/audit?from=yesterday").says("Write the date as 2026-11-30.", "user.create")
	admin.get("/admin/audit?before=x").status(422)

	admin.submit("/admin/audit/verify").says("The chain is intact", "intact", "chain checked")
	admin.get("/admin/audit").says("chain checked").saysNot("The chain is intact:")
	_, err = s.db.Pool().ExecContext(context.Background(), `DROP TRIGGER IF EXISTS audit_log_no_update`)
	require.NoError(t, err)
	_, err = s.db.Pool().ExecContext(context.Background(), `UPDATE audit_log SET actor_name = 'Eve' WHERE seq = 5`)
	require.NoError(t, err)
	admin.submit("/admin/audit/verify").says("The chain is broken at entry 5", "broken")
}
