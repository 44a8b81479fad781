package site

import (
	"incubator/platform/accounts"
	"incubator/web"
)

// challengeRoutes lists the pages about challenges, submissions and runs.
func (s *Site) challengeRoutes() []web.Route {
	anyone := []accounts.Role{web.Anyone}
	return []web.Route{
		{Method: "GET", Path: "/challenges", Roles: anyone, Kind: web.KindPage, Operation: "page.challenges", Template: "challenges", Handler: s.listChallenges},
		{Method: "GET", Path: "/challenges/:slug", Roles: anyone, Kind: web.KindPage, Operation: "page.challenge", Template: "challenge", Handler: s.showChallenge},
		{Method: "GET", Path: "/challenges/:slug/board", Roles: anyone, Kind: web.KindPage, Operation: "page.challenge.board", Template: "challenge", Handler: s.challengeBoard},
		{Method: "GET", Path: "/challenges/:slug/scores", Roles: anyone, Kind: web.KindAPI, Operation: "page.challenge.scores", Handler: s.challengeScores},
	}
}
