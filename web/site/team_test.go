package site_test

import (
	"html"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"incubator/platform/accounts"
	"incubator/web/webtest"
)

var (
	joinLink      = regexp.MustCompile(`http://example\.com(/(?:join|sign-up)\?[^<]+)</code>`)
	captainPath   = regexp.MustCompile(`/teams/[^"]+/captain`)
	removePath    = regexp.MustCompile(`/teams/[^"]+/remove`)
	revokeInvited = regexp.MustCompile(`action="(/(?:teams|admin)/[^"]*invitations/[^"]+/revoke)"`)
)

// signUp returns a browser in which a new participant is signed in.
func (s *peopleSite) signUp(email, name, invitation string) *browser {
	s.t.Helper()
	b := s.browser()
	b.get("/sign-up")
	b.post("/sign-up", "name", name, "email", email, "password", webtest.Password, "invitation", invitation).status(303)
	b.get("/account")
	return b
}

// invite makes a link and returns its path.
func (b *browser) invite(team string, fields ...string) string {
	b.site.t.Helper()
	made := b.post(team+"/invitations", fields...).status(303)
	page := b.get(strings.TrimSuffix(made.To, "#invitations"))
	found := joinLink.FindStringSubmatch(page.Body)
	require.NotNil(b.site.t, found, text(page.Body))
	return html.UnescapeString(found[1])
}

func TestATeamFromFoundingToLeaving(t *testing.T) {
	s := newPeopleSite(t)
	ida, jon := s.signUp("ida@kestrel.example", "Ida Lund", ""), s.signUp("jon@kestrel.example", "Jon Berg", "")
	ida.get("/team").says("You are in no team yet", "Found a team")
	ida.post("/teams", "name", "  ").status(422).says("Enter a name.")
	founded := ida.post("/teams", "name", "Kestrel Labs").status(303)
	team := founded.To
	ida.get(team).says("The team is founded and you are its captain.", "Members", "Invite people", "0 submissions in 0 challenges").saysNot("Leave the team")
	jon.post("/teams", "name", "KESTREL labs").status(http.StatusConflict).says("There is a team with this name already.")

	// The public part is all that others see.
	jon.get(team).status(200).says("Kestrel Labs", "Standings").saysNot("Ida Lund", "Invite people", "Members")
	s.browser().get(team).status(200).says("Kestrel Labs").saysNot("Ida Lund", "Members")

	link := ida.invite(team, "max_uses", "1", "life", "7")
	ida.get(team).says("Link for 1 person, not used yet").saysNot(html.EscapeString(link))
	guest := s.browser()
	page := guest.get(link).says("Join Kestrel Labs", "Ida Lund invites you", "Create an account and join", "I have an account")
	require.Contains(t, page.Body, `href="/sign-in?next=%2Fjoin%3Ftoken%3D`)

	// Signing in first keeps the token.
	guest.get("/sign-in?next=" + strings.ReplaceAll(strings.ReplaceAll(strings.ReplaceAll(link, "/", "%2F"), "?", "%3F"), "=", "%3D"))
	back := guest.post("/sign-in", "email", "jon@kestrel.example", "password", webtest.Password, "next", link).status(303)
	require.Equal(t, link, back.To)
	jon = guest
	jon.get(link).says("Join the team")
	token := strings.TrimPrefix(link, "/join?token=")
	jon.submit("/join", "token", token).says("You are a member of Kestrel Labs.", "Ida Lund", "captain").saysNot("Invite people")
	jon.submit("/join", "token", token).says("You are a member of Kestrel Labs.") // again uses nothing up
	s.signUp("eve@example.net", "Eve", "").get(link).status(http.StatusConflict).says("This invitation has been used up.")

	// Only the captain manages; then the captaincy moves.
	jon.post(team+"/rename", "name", "Jon's").status(403)
	jon.post(team+"/invitations", "max_uses", "1", "life", "7").status(403)
	ida.get(team)
	ida.post(team + "/leave").status(303)
	ida.get(team).says("The captain cannot leave; transfer the captaincy first.")
	path := captainPath.FindString(ida.get(team).Body)
	ida.submit(path).says("The team has a new captain.", "Leave the team").saysNot("Invite people")
	ida.post(team+"/rename", "name", "Mine").status(403)
	jon.get(team)
	jon.post(team+"/rename", "name", "").status(422).says("Enter a name.")
	jon.submit(team+"/rename", "name", "Kestrel Two").says("The team has a new name.", "Kestrel Two")
	ida.get(team)
	ida.submit(team+"/leave").says("You have left the team.", "You are in no team yet")
	ida.get(team).saysNot("Jon Berg")
	ida.post(team + "/leave").status(404)
}

func TestASignUpByLinkJoinsTheTeam(t *testing.T) {
	s := newPeopleSite(t)
	ida := s.signUp("ida@kestrel.example", "Ida Lund", "")
	team := ida.post("/teams", "name", "Kestrel Labs").To
	ida.get(team)
	link := ida.invite(team, "max_uses", "2", "life", "1")
	token := strings.TrimPrefix(link, "/join?token=")
	guest := s.browser()
	guest.get("/sign-up?invitation=" + token).says("You were invited to the team Kestrel Labs.")
	a := guest.post("/sign-up", "name", "Mia", "email", "mia@", "password", webtest.Password, "invitation", token).status(422)
	require.Contains(t, a.Body, `name="invitation" value="`+token+`"`, "a slip does not lose the invitation")
	guest.submit("/sign-up", "name", "Mia", "email", "mia@example.net", "password", webtest.Password, "invitation", token).
		says("You are a member of Kestrel Labs.", "Ida Lund", "Mia")

	remove := removePath.FindString(ida.get(team).says("used once").Body)
	ida.submit(remove).says("The member is removed.").saysNot("Mia")
	guest.get(team).saysNot("Ida Lund")
	revoke := revokeInvited.FindStringSubmatch(ida.get(team).Body)[1]
	ida.submit(revoke).says("The invitation is revoked.", "revoked")
	guest.get(link).status(http.StatusConflict).says("This invitation was withdrawn.")
	guest.get("/sign-up?invitation=" + token) // signed in: sent to the join page, which explains
	require.Equal(t, link, guest.address)
	guest.get("/join?token=nonsense").status(404).says("This invitation does not work")
	s.browser().get("/join").status(404)
}

func TestWhoIsNoParticipantFoundsNoTeam(t *testing.T) {
	s := newPeopleSite(t)
	b := s.as(accounts.Observer)
	b.get("/team").says("Only participants take part in teams.").saysNot(`action="/teams"`)
	b.post("/teams", "name", "Watchers").status(403)
	ida := s.signUp("ida@kestrel.example", "Ida Lund", "")
	team := ida.post("/teams", "name", "Kestrel Labs").To
	ida.get(team)
	ida.post(team+"/invitations", "max_uses", "5000", "life", "400").status(422).says("Choose 1 to 1000 uses.", "Choose an expiry within 90 days.")
	link := ida.invite(team, "max_uses", "5", "life", "7")
	b.get(link).says("Join the team")
	b.post("/join", "token", strings.TrimPrefix(link, "/join?token=")).status(403).says("Only participants take part in teams.")
	// An organiser helps a team without being in it.
	boss := s.as(accounts.Organiser)
	boss.get(team).says("Ida Lund", "Invite people")
	boss.submit(team+"/rename", "name", "Kestrel Ltd").says("Kestrel Ltd")
	boss.get("/teams/no-such-team").status(404)
}
