package webtest_test

import (
	"fmt"
	"time"

	"incubator/web/pages"
)

func galleryPeople() []sample {
	return []sample{{"team", "team", team()}, {"teams", "teams", teams()}, {"join", "join", join()}, {"organization", "organization", organization()},
		{"account", "account", account("profile")}, {"account-password", "account", account("password")}, {"account-sessions", "account", account("sessions")}, {"account-tokens", "account", account("tokens")},
		{"sign-in", "sign_in", signIn()}, {"sign-up", "sign_up", signUp()}, {"setup", "setup", setup()},
		{"console", "console", console()}, {"admin-users", "admin_users", adminUsers()}, {"admin-user", "admin_user", adminUser()}, {"admin-organizations", "admin_organizations", adminOrganizations()}, {"audit", "audit", audit()},
		{"error", "error", errorPage()}, {"docs", "docs", docs()},
		{name: "glossary"}, {name: "privacy"}, {name: "accessibility"}}
}

func members() []pages.Member {
	remove := pages.Confirm{Action: "/teams/1/members/2/remove", Button: "Remove", Danger: true, Title: "Remove Jon Berg?", Text: "Jon loses access at once. His submissions stay with the team."}
	return []pages.Member{{Name: "Ida Holm", Initials: "IH", Email: "ida@kestrel.example", Role: "captain", State: pages.StateOf("active"), Joined: ago(0)},
		{Name: "Jon Berg", Initials: "JB", Email: "jon@kestrel.example", Role: "member", State: pages.StateOf("active"), Joined: ago(3 * time.Hour), Actions: []pages.Confirm{remove}},
		{Name: "Aiko Tanaka", Initials: "AT", Email: "aiko@kestrel.example", Role: "member", State: pages.StateOf("disabled"), Joined: ago(41 * day), Actions: []pages.Confirm{remove}}}
}

func team() pages.TeamPage {
	f := frame("team", "Kestrel Labs", "Two challenges, three members.", viewer())
	return pages.TeamPage{Frame: f, Captain: true, Inside: true, Members: members(), Standings: standings(),
		Facts:  []pages.Fact{{Name: "Organisation", Value: "Kestrel Labs", Href: "/organization/1"}, {Name: "Submissions", Value: "14 submissions in 2 challenges"}},
		Rename: pages.Form{Action: "/teams/1/rename", Button: "Rename", Fields: []pages.Field{{Name: "name", Label: "Name of the team", Type: "text", Value: "Kestrel Labs", Required: true}}},
		Invite: pages.Form{Action: "/teams/1/invitations", Button: "Make a link", Fields: []pages.Field{{Name: "max_uses", Label: "For", Type: "select", Required: true, Options: []pages.Option{{Value: "1", Text: "1 person"}}}, {Name: "life", Label: "Expires after", Type: "select", Required: true, Options: []pages.Option{{Value: "7", Text: "7 days"}}, Hint: "You get a link to send. Whoever opens it first can use it."}}},
		Invitations: []pages.Invitation{{For: "Link for 1 person, not used yet", State: pages.StateOf("open"), Created: ago(time.Minute), Expires: in(7 * day), Link: "https://incubator.example/join?token=7RQ2-XK4M-9TFA", Revoke: pages.Confirm{Action: "/i/1", Button: "Revoke"}},
			{For: "Link for 5 people, used 2 times", State: pages.StateOf("expired"), Created: ago(12 * day), Expires: ago(5 * day)}},
		Actions: []pages.Confirm{{Action: "/teams/1/leave", Button: "Leave the team", Icon: pages.IconLeave}}}
}

func teams() pages.TeamsPage {
	return pages.TeamsPage{Frame: frame("team", "Your teams", "", viewer()), Teams: organization().Teams,
		Found: pages.Form{Action: "/teams", Button: "Found the team", Fields: []pages.Field{{Name: "name", Label: "Name of the team", Type: "text", Required: true, Error: "There is a team with this name already."}}}}
}

func join() pages.JoinPage {
	return pages.JoinPage{Frame: frame("", "Join Kestrel Labs", "Ida Holm invites you to this team.", nil), SignIn: "/sign-in", SignUp: "/sign-up",
		Facts: []pages.Fact{{Name: "Organisation", Value: "Kestrel Labs"}, {Name: "Expires", Value: "in 6 d 23 h"}}}
}

func organization() pages.OrganizationPage {
	return pages.OrganizationPage{Inside: true, Frame: frame("organization", "Technical University of Varde", "Academic", viewer()), Members: members(), Found: &pages.Link{Text: "Found a team", Href: "/teams/new"},
		Facts: []pages.Fact{{Name: "Kind", Value: "Academic"}, {Name: "Since", Value: "3 Sep 2026"}, {Name: "Contact", Value: "research@tu-varde.example", Href: "mailto:research@tu-varde.example"}},
		Teams: []pages.TeamCard{{Name: "TU Varde", Href: "/teams/2", Members: 4, Boards: standings()}, {Name: "Night Watch", Href: "/teams/3", Members: 2}}}
}

func account(tab string) pages.AccountPage {
	f := frame("account", "Your account", "", viewer())
	f.Tabs = pages.Tabs{Label: "Parts of the account", Current: tab, Items: []pages.Tab{{Key: "profile", Text: "Profile", Href: "/account"}, {Key: "password", Text: "Password", Href: "/account/password"}, {Key: "sessions", Text: "Sessions", Href: "/account/sessions", Count: 2}, {Key: "tokens", Text: "API tokens", Href: "/account/tokens", Count: 2}}}
	p := pages.AccountPage{Frame: f,
		Profile:  pages.Form{Action: "/account", Button: "Save", Fields: []pages.Field{{Name: "name", Label: "Name", Type: "text", Value: "Ida Holm", Required: true, Autocomplete: "name"}, {Name: "email", Label: "E-mail address", Type: "email", Value: "ida@kestrel.example", Required: true, Autocomplete: "email"}}},
		Password: pages.Form{Action: "/account/password", Button: "Change the password", Fields: []pages.Field{{Name: "old", Label: "Password now", Type: "password", Required: true, Autocomplete: "current-password"}, {Name: "new", Label: "New password", Type: "password", Required: true, Autocomplete: "new-password", Error: "This password is on a list of leaked ones.", Hint: "At least 12 characters. A sentence is easy to remember."}}},
		Sessions: []pages.Session{{Agent: "Firefox on Linux", Address: "192.0.2.17", Current: true, Started: ago(2 * time.Hour), Seen: ago(0)}, {Agent: "Chrome on Android", Address: "198.51.100.4", Started: ago(6 * day), Seen: ago(27 * time.Hour), End: pages.Confirm{Action: "/x", Button: "End"}}},
		Tokens:   []pages.Token{{Name: "CI of detector", Prefix: "inc_4Fq2", Scopes: []string{"submit", "read"}, State: pages.StateOf("active"), Used: ago(5 * time.Hour), Expires: in(51 * day), Revoke: pages.Confirm{Action: "/r", Button: "Revoke", Danger: true, Title: "Revoke “CI of detector”?", Text: "Programs that use it stop working at once."}}, {Name: "Laptop", Prefix: "inc_9sLm", Scopes: []string{"read"}, State: pages.StateOf("expired"), Expires: ago(3 * day)}},
		NewToken: pages.Form{Action: "/account/tokens", Button: "Make a token", Fields: []pages.Field{{Name: "name", Label: "Name", Type: "text", Required: true, Hint: "Where it will be used."}, {Name: "scope", Label: "May", Type: "select", Required: true, Options: []pages.Option{{Value: "read", Text: "read"}, {Value: "submit", Text: "read and submit", Selected: true}}}}}}
	if tab == "tokens" {
		p.Secret = "inc_4Fq2T7mVx0Zk9sLmQp3RbYw8"
	}
	return p
}

func signIn() pages.SignInPage {
	return pages.SignInPage{Frame: frame("", "Sign in", "", nil), SignUp: "/sign-up", Form: pages.Form{Action: "/sign-in", Button: "Sign in", Error: "The address and the password do not match. After five tries there is a pause of a minute.", Fields: []pages.Field{{Name: "email", Label: "E-mail address", Type: "email", Value: "ida@kestrel.example", Required: true, Autocomplete: "username"}, {Name: "password", Label: "Password", Type: "password", Required: true, Autocomplete: "current-password"}}}}
}

func signUp() pages.SignUpPage {
	return pages.SignUpPage{SignIn: "/sign-in", Frame: frame("", "Create an account", "One account, for every challenge.", nil), Invitation: "You were invited to the team Kestrel Labs. You join it with this account.",
		Form: pages.Form{Action: "/sign-up", Button: "Create the account", Fields: []pages.Field{{Name: "name", Label: "Name", Type: "text", Required: true, Autocomplete: "name"}, {Name: "email", Label: "E-mail address", Type: "email", Value: "olav@", Required: true, Autocomplete: "username", Error: "This is not a complete address: the part after @ is missing."}, {Name: "organization", Label: "Organisation", Type: "text", Required: true, Autocomplete: "organization"}, {Name: "kind", Label: "Kind of organisation", Type: "select", Required: true, Options: []pages.Option{{Value: "sme", Text: "Small or medium company"}, {Value: "academic", Text: "Academic"}}}, {Name: "password", Label: "Password", Type: "password", Required: true, Autocomplete: "new-password", Hint: "At least 12 characters. A sentence is easy to remember."}}}}
}

func setup() pages.SetupPage {
	return pages.SetupPage{Frame: frame("", "Set up this platform", "Create the first administrator. Everything else can be changed later.", nil), Steps: []pages.Step{{Name: "Link opened", State: pages.StepDone}, {Name: "Administrator", State: pages.StepNow}, {Name: "First challenge", State: pages.StepNext}},
		Form: pages.Form{Action: "/setup", Button: "Create the administrator", Fields: signUp().Form.Fields[:2]}}
}

func runs(n int, state, cause string) []pages.RunRow {
	var rows []pages.RunRow
	for i := range n {
		a := pages.Areas()[i%3]
		rows = append(rows, pages.RunRow{Submission: pages.Link{Text: fmt.Sprintf("#%d detector-0.%d", 40+i, i), Href: "/s"}, Team: []string{"Kestrel Labs", "TU Varde", "Blue Fjord"}[i%3], Challenge: cards()[i%3].Title, Area: a, State: pages.StateOf(state), Cause: cause, At: ago(time.Duration(i+1) * 73 * time.Second), Host: "host-1",
			Actions: []pages.Confirm{{Action: "/runs/1/rerun", Button: "Rerun", Icon: pages.IconRerun}, {Action: "/runs/1/cancel", Button: "Cancel", Danger: true, Title: "Cancel this run?", Text: "It ends without a score. The team may submit again; the run does not count."}}})
	}
	return rows
}

func console() pages.ConsolePage {
	load := pages.Chart{Kind: "bars", Title: "Runs by hour", Summary: "Runs that ended in each of the last hours", Series: []pages.Series{{Name: "Runs", Mine: true}}}
	for h, v := range []float64{12, 18, 9, 22, 31, 27, 14, 8} {
		load.Series[0].Points = append(load.Series[0].Points, pages.Point{Label: fmt.Sprintf("%02d:00", 3+h), Value: v})
	}
	return pages.ConsolePage{Frame: frame("console", "Is everything healthy?", "Two runs failed by our own fault in the last day; both were run again.", organizer()), Live: pages.Live{Stream: "/api/v1/events?topics=challenge/1", Fresh: ago(time.Second)}, Load: load,
		Figures: []pages.Figure{{Label: "Waiting", Value: "3", Note: "oldest for 3 min 39 s"}, {Label: "Running", Value: "2", Note: "of 4 places"}, {Label: "Scored today", Value: "141"}, {Label: "Failed today", Value: "9", Note: "2 by our fault", Tone: pages.ToneBad}, {Label: "Median time to a score", Value: "38", Unit: "s"}},
		Parts:   []pages.Part{{Name: "Docker Engine", State: pages.StateOf("up"), Note: "20.10.24 on host-1", Facts: []pages.Fact{{Name: "Runtime", Value: "gVisor"}, {Name: "Answers in", Value: "4 ms"}}}, {Name: "Database", State: pages.StateOf("up"), Note: "SQLite, 48.1 MiB", Facts: []pages.Fact{{Name: "Commit", Value: "0.2 ms"}}}, {Name: "Disk", State: pages.StateOf("degraded"), Note: "11 % free; uploads stop at 5 %", Facts: []pages.Fact{{Name: "Free", Value: "21.4 GiB"}}}, {Name: "Jobs", State: pages.StateOf("up"), Note: "4 workers on 1 host", Facts: []pages.Fact{{Name: "Retried", Value: "2"}}}},
		Running: runs(2, "running", ""), Queue: runs(3, "queued", ""), Ended: runs(3, "failed", "Out of memory at 512 MiB"),
		Causes: []pages.Cause{{Name: "Out of memory", Count: 4, Percent: 44}, {Name: "Timeout", Count: 2, Percent: 22}, {Name: "Platform", Count: 2, Percent: 22, Ours: true}, {Name: "Bad output", Count: 1, Percent: 11}}}
}

func adminTabs(current string) pages.Tabs {
	return pages.Tabs{Label: "Parts of the administration", Current: current, Items: []pages.Tab{{Key: "users", Text: "Users", Href: "/admin/users", Icon: pages.IconUsers}, {Key: "organizations", Text: "Organisations", Href: "/admin/organizations", Icon: pages.IconCommunity}, {Key: "audit", Text: "Audit log", Href: "/admin/audit", Icon: pages.IconRecord}}}
}

func adminUsers() pages.AdminUsersPage {
	f := frame("admin", "Who may do what", "", organizer())
	f.Tabs = adminTabs("users")
	p := pages.AdminUsersPage{Frame: f, Search: pages.Field{Name: "q", Label: "Name or address", Type: "search"}, Pages: pages.Pages{Next: "?after=20", Note: "1 to 20 of 312"}}
	for i, m := range members() {
		p.Users = append(p.Users, pages.UserRow{Member: m, Href: "/admin/users/1", Organization: "Kestrel Labs", Roles: [][]string{{"participant"}, {"participant", "evaluator"}, {"organiser"}}[i]})
	}
	return p
}

func adminUser() pages.AdminUserPage {
	f := frame("admin", "Jon Berg", "jon@kestrel.example", organizer())
	f.Tabs, f.State = adminTabs("users"), pages.StateOf("active")
	return pages.AdminUserPage{Frame: f, Facts: []pages.Fact{{Name: "Organisation", Value: "Kestrel Labs"}, {Name: "Since", Value: "3 Sep 2026"}},
		Roles:   pages.Form{Action: "/r", Button: "Save the roles", Fields: []pages.Field{{Name: "roles", Label: "Roles", Type: "checks", Hint: "Roles add up.", Options: []pages.Option{{Value: "participant", Text: "participant: takes part in teams", Selected: true}, {Value: "observer", Text: "observer: reads"}}}}},
		Actions: []pages.Confirm{{Action: "/d", Button: "Disable", Danger: true, Title: "Disable Jon Berg?", Text: "All sessions end at once."}}}
}

func adminOrganizations() pages.AdminOrganizationsPage {
	f := frame("admin", "Organisations", "", organizer())
	f.Tabs = adminTabs("organizations")
	return pages.AdminOrganizationsPage{Frame: f, Organizations: []pages.OrganizationRow{{Name: "Kestrel Labs", Href: "/o/1", Kind: "SME", Teams: 1, Members: 3, Since: ago(40 * day)}, {Name: "Technical University of Varde", Href: "/o/2", Kind: "Academic", Teams: 2, Members: 6, Since: ago(80 * day)}},
		Create: pages.Form{Action: "/admin/organizations", Button: "Add", Fields: []pages.Field{{Name: "name", Label: "Name", Type: "text", Required: true}, {Name: "kind", Label: "Kind", Type: "select", Required: true, Options: []pages.Option{{Value: "sme", Text: "SME"}, {Value: "industry", Text: "Industry"}}}}}}
}

func audit() pages.AuditPage {
	f := frame("admin", "What happened", "", organizer())
	f.Tabs = adminTabs("audit")
	p := pages.AuditPage{Frame: f, Intact: pages.State{Word: "intact", Icon: "circle-check", Tone: pages.ToneGood}, Checked: ago(4 * time.Minute), Verify: pages.Form{Action: "/admin/audit/verify", Button: "Verify the chain"}, Filters: []pages.Field{{Name: "action", Label: "Action", Type: "search"}, {Name: "actor", Label: "Who", Type: "search"}, {Name: "from", Label: "From", Type: "date"}, {Name: "to", Label: "Until", Type: "date"}}, Pages: pages.Pages{Previous: "?b", Next: "?a", Note: "21 to 24 of 4,120"}}
	for i, action := range []string{"run.rescore", "user.role.grant", "team.invite", "session.start"} {
		p.Entries = append(p.Entries, pages.AuditEntry{Number: int64(4100 - i), At: ago(time.Duration(i*17+1) * time.Minute), Actor: "Per Aas", Action: action, Subject: pages.Link{Text: "Find the intrusion", Href: "/c/1"}, Detail: "reason: corrected truth of incident 4", Address: "192.0.2.17", Hash: hash})
	}
	return p
}

func errorPage() pages.ErrorPage {
	return pages.ErrorPage{Frame: frame("", "This page does not exist", "", viewer()), Status: 404, Text: "There is no submission with the number 4711 that you may see.", Advice: []string{"Check the address for a slip.", "It may belong to another team."}, RequestID: "J4XK2MQ7TFA9RB3W", Action: pages.Link{Text: "Go to the start page", Href: "/"}}
}

func docs() pages.DocsPage {
	return pages.DocsPage{Frame: frame("api", "API", "Everything that the pages do, for programs.", nil), Document: "/api/v1/openapi.json", Intro: `<p>Send a token as <code>Authorization: Bearer …</code>. Errors are problem details. Lists are read by cursor.</p>`,
		Groups: []pages.DocsGroup{{Name: "Submissions", Anchor: "submissions", Text: "Send work and see what became of it.", Operations: []pages.DocsOperation{{Method: "POST", Path: "/api/v1/challenges/{slug}/submissions", Anchor: "submit", Summary: "Submit a file", Text: "The answer comes when the submission is stored", Roles: []string{"participant"}, Parameters: []pages.DocsParameter{{Name: "slug", In: "path", Type: "string", Required: true, Text: "of the challenge"}, {Name: "Idempotency-Key", In: "header", Type: "string", Text: "makes a repeated request harmless"}}, Example: "curl -H \"Authorization: Bearer $TOKEN\" -F kind=results -F file=@alerts.jsonl \\\n  https://incubator.example/api/v1/challenges/find-the-intrusion/submissions", Answer: "{\"id\": \"018f\", \"state\": \"queued\"}"}}}}}
}
