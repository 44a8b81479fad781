package site

import (
	"github.com/gofiber/fiber/v2"

	"incubator/platform/accounts"
	"incubator/web"
)

// peopleRoutes lists the pages about people: accounts, teams, organisations and
// administration.
func (s *Site) peopleRoutes() []web.Route {
	anyone := []accounts.Role{web.Anyone}
	return []web.Route{
		page("GET", "/sign-in", "sign_in.show", "sign_in", s.showSignIn, anyone),
		page("POST", "/sign-in", "sign_in", "sign_in", s.signIn, anyone),
		page("POST", "/sign-out", "sign_out", "", s.signOut, anyone),
		page("GET", "/sign-up", "sign_up.show", "sign_up", s.showSignUp, anyone),
		page("POST", "/sign-up", "sign_up", "sign_up", s.signUp, anyone),
		page("GET", "/setup", "setup.show", "setup", s.showSetup, anyone),
		page("POST", "/setup", "setup", "setup", s.setup, anyone),
	}
}

// page is one line of the table; operation names it in logs and metrics.
func page(method, path, operation, template string, handler fiber.Handler, roles []accounts.Role) web.Route {
	return web.Route{Method: method, Path: path, Roles: roles, Kind: web.KindPage, Operation: "page." + operation, Template: template, Handler: handler}
}
