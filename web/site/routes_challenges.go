package site

import (
	"incubator/platform/accounts"
	"incubator/scoring"
	"incubator/web"
)

// challengeRoutes lists the pages about challenges, submissions and runs.
func (s *Site) challengeRoutes() []web.Route {
	anyone := []accounts.Role{web.Anyone}
	signedIn := []accounts.Role{web.SignedIn}
	staff := []accounts.Role{accounts.Organiser, accounts.Administrator}
	part := func(name string, p scoring.Part) web.Route {
		return web.Route{Method: "GET", Path: "/submissions/:id/" + name, Roles: signedIn, Kind: web.KindPage,
			Operation: "page.submission." + name, Handler: s.submissionPart(p)}
	}
	return []web.Route{
		{Method: "GET", Path: "/", Roles: anyone, Kind: web.KindPage, Operation: "page.home", Template: "home", Handler: s.showHome},
		{Method: "GET", Path: "/challenges", Roles: anyone, Kind: web.KindPage, Operation: "page.challenges", Template: "challenges", Handler: s.listChallenges},
		{Method: "GET", Path: "/challenges/:slug", Roles: anyone, Kind: web.KindPage, Operation: "page.challenge", Template: "challenge", Handler: s.showChallenge},
		{Method: "GET", Path: "/challenges/:slug/board", Roles: anyone, Kind: web.KindPage, Operation: "page.challenge.board", Template: "challenge", Handler: s.challengeBoard},
		{Method: "GET", Path: "/challenges/:slug/scores", Roles: anyone, Kind: web.KindAPI, Operation: "page.challenge.scores", Handler: s.challengeScores},
		{Method: "GET", Path: "/challenges/:slug/files/:name", Roles: anyone, Kind: web.KindPage, Operation: "page.challenge.file", Handler: s.challengeFile},
		{Method: "GET", Path: "/challenges/:slug/submit", Roles: signedIn, Kind: web.KindPage, Operation: "page.submit", Template: "submit", Handler: s.showSubmit},
		{Method: "POST", Path: "/challenges/:slug/submit", Roles: signedIn, Kind: web.KindPage, Operation: "page.submission.create", Template: "submit",
			Upload: true, BodyLimit: s.MaxUpload + formOverhead, Handler: s.createSubmission},
		{Method: "GET", Path: "/challenges/:slug/submissions", Roles: signedIn, Kind: web.KindPage, Operation: "page.submissions", Template: "submissions", Handler: s.listSubmissions},
		{Method: "GET", Path: "/submissions/:id", Roles: signedIn, Kind: web.KindPage, Operation: "page.submission", Template: "submission", Handler: s.showSubmission},
		{Method: "POST", Path: "/submissions/:id/cancel", Roles: staff, Kind: web.KindPage, Operation: "page.submission.cancel", Handler: s.cancelSubmission},
		{Method: "POST", Path: "/submissions/:id/rerun", Roles: staff, Kind: web.KindPage, Operation: "page.submission.rerun", Handler: s.rerunSubmission},
		{Method: "GET", Path: "/console", Roles: staff, Kind: web.KindPage, Operation: "page.console", Template: "console", Handler: s.showConsole},
		{Method: "GET", Path: "/console/phases/:id", Roles: staff, Kind: web.KindPage, Operation: "page.phase", Template: "phase", Handler: s.showPhase},
		{Method: "POST", Path: "/console/phases/:id/rescore", Roles: staff, Kind: web.KindPage, Operation: "page.phase.rescore", Template: "phase", Handler: s.rescorePhase},
		part("file", scoring.SubmittedFile), part("log", scoring.RunLog), part("output", scoring.RunOutput), part("scorer-log", scoring.ScorerLog),
	}
}
