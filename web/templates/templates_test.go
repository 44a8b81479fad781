package templates_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"incubator/web/pages"
	"incubator/web/static"
	"incubator/web/templates"
)

// models names the view model of every page; a page that is missing here fails
// the first test.
var models = map[string]any{
	"account": pages.AccountPage{}, "admin_organizations": pages.AdminOrganizationsPage{}, "admin_users": pages.AdminUsersPage{}, "audit": pages.AuditPage{},
	"challenge": pages.ChallengePage{}, "challenges": pages.ChallengesPage{}, "console": pages.ConsolePage{}, "docs": pages.DocsPage{}, "document": pages.DocumentPage{}, "error": pages.ErrorPage{},
	"home": pages.HomePage{}, "organization": pages.OrganizationPage{}, "setup": pages.SetupPage{}, "sign_in": pages.SignInPage{}, "sign_up": pages.SignUpPage{},
	"submission": pages.SubmissionPage{}, "submit": pages.SubmitPage{}, "team": pages.TeamPage{},
	"phase": pages.PhasePage{}, "submissions": pages.SubmissionsPage{},
	"teams": pages.TeamsPage{}, "join": pages.JoinPage{}, "admin_user": pages.AdminUserPage{},
}

func load(t *testing.T) (*templates.Set, *static.Set) {
	t.Helper()
	assets, err := static.Load()
	require.NoError(t, err)
	set, err := templates.New(assets)
	require.NoError(t, err)
	return set, assets
}

func TestEveryPageRendersAZeroModel(t *testing.T) {
	set, _ := load(t)
	files, err := filepath.Glob("page_*.html")
	require.NoError(t, err)
	require.Len(t, models, len(files))
	for name, model := range models {
		require.True(t, set.Has(name), name)
		body, err := set.Page(name, model)
		require.NoError(t, err, name)
		require.Equal(t, 1, strings.Count(string(body), "<h1"), name)
		require.NotContains(t, string(body), " style=", "inline styles are refused by the policy: %s", name)
		require.NotContains(t, string(body), "ZgotmplZ", name)
	}
	_, err = set.Page("nowhere", nil)
	require.Error(t, err)
}

func TestHostileTextIsEscaped(t *testing.T) {
	set, _ := load(t)
	evil := `"><script>alert(1)</script>`
	p := pages.TeamPage{Frame: pages.Frame{Title: evil, Heading: evil, Lede: evil, CSRF: evil, Viewer: &pages.Viewer{Name: evil}}, Members: []pages.Member{{Name: evil, Email: evil}}, Captain: true,
		Inside: true, Invite: pages.Form{Action: evil, Fields: []pages.Field{{Name: evil, Value: evil, Error: evil}, {Type: "checks", Name: evil, Options: []pages.Option{{Value: evil, Text: evil}}}, {Type: "more", Label: evil}}}, Invitations: []pages.Invitation{{For: evil, Link: "javascript:alert(1)"}}}
	body, err := set.Page("team", p)
	require.NoError(t, err)
	require.NotContains(t, string(body), "<script>alert")
	q := pages.ErrorPage{Action: pages.Link{Text: "x", Href: "javascript:alert(1)"}}
	body, err = set.Page("error", q)
	require.NoError(t, err)
	require.NotContains(t, string(body), `href="javascript:`)
}

func TestThePartIsTheSameAsInItsPage(t *testing.T) {
	set, _ := load(t)
	board := &pages.Leaderboard{Title: "Leaderboard", Columns: []pages.LeaderboardColumn{{Title: "F1", Higher: true}}, Rows: []pages.LeaderboardRow{{Rank: 1, Team: "Kestrel Labs", Mine: true}}}
	part, err := set.Part("challenge", "leaderboard", board)
	require.NoError(t, err)
	p := pages.ChallengePage{Board: board}
	p.Tabs.Current = "overview"
	whole, err := set.Page("challenge", p)
	require.NoError(t, err)
	require.Contains(t, string(whole), string(part))
	require.Contains(t, string(part), `aria-sort="descending"`)
}

var named = regexp.MustCompile(`icon "([a-z0-9-]+)"|\bIcon\w*\s*[:=]\s*"([a-z0-9-]+)"`)

// TestEveryIconIsBuilt needs no npm: it fails when somebody used a new icon
// and did not run make assets.
func TestEveryIconIsBuilt(t *testing.T) {
	_, assets := load(t)
	files, err := filepath.Glob("*.html")
	require.NoError(t, err)
	models, err := filepath.Glob("../pages/*.go")
	require.NoError(t, err)
	for _, file := range append(files, models...) {
		raw, err := os.ReadFile(file)
		require.NoError(t, err)
		for _, m := range named.FindAllStringSubmatch(string(raw), -1) {
			require.True(t, assets.HasIcon(m[1]+m[2]), "%s uses icon %q: run make assets", file, m[1]+m[2])
		}
	}
}
