package site

import "incubator/web"

// peopleRoutes lists the pages about people: accounts, teams, organisations and
// administration.
func (s *Site) peopleRoutes() []web.Route { return nil }
