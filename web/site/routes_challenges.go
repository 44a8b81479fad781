package site

import "incubator/web"

// challengeRoutes lists the pages about challenges, submissions and runs.
func (s *Site) challengeRoutes() []web.Route { return nil }
