package site

import (
	"slices"

	"github.com/gofiber/fiber/v2"

	"incubator/platform/accounts"
	"incubator/web"
)

// peopleRoutes lists the pages about people: accounts, teams, organisations and
// administration.
func (s *Site) peopleRoutes() []web.Route {
	return slices.Concat(s.entryRoutes(), s.accountRoutes(), s.teamRoutes(), s.organizationRoutes(), s.adminRoutes())
}

func (s *Site) entryRoutes() []web.Route {
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

func (s *Site) accountRoutes() []web.Route {
	signedIn := []accounts.Role{web.SignedIn}
	return []web.Route{
		page("GET", "/account", "account.profile", "account", s.showProfile, signedIn),
		page("POST", "/account", "account.edit", "account", s.editProfile, signedIn),
		page("GET", "/account/password", "account.password", "account", s.showPassword, signedIn),
		page("POST", "/account/password", "account.change_password", "account", s.changePassword, signedIn),
		page("GET", "/account/sessions", "account.sessions", "account", s.showSessions, signedIn),
		page("POST", "/account/sessions/end-others", "account.end_other_sessions", "", s.endOtherSessions, signedIn),
		page("POST", "/account/sessions/:session/end", "account.end_session", "", s.endSession, signedIn),
		page("GET", "/account/tokens", "account.tokens", "account", s.showTokens, signedIn),
		page("POST", "/account/tokens", "account.create_token", "account", s.createToken, signedIn),
		page("POST", "/account/tokens/:token/revoke", "account.revoke_token", "", s.revokeToken, signedIn),
	}
}

func (s *Site) teamRoutes() []web.Route {
	anyone, signedIn := []accounts.Role{web.Anyone}, []accounts.Role{web.SignedIn}
	return []web.Route{
		page("GET", "/team", "teams", "teams", s.showTeams, signedIn),
		page("POST", "/teams", "team.found", "teams", s.foundTeam, signedIn),
		page("GET", "/teams/:team", "team", "team", s.showTeam, anyone),
		page("POST", "/teams/:team/rename", "team.rename", "team", s.renameTeam, signedIn),
		page("POST", "/teams/:team/invitations", "team.invite", "team", s.inviteToTeam, signedIn),
		page("POST", "/teams/:team/invitations/:invitation/revoke", "team.revoke_invitation", "", s.revokeTeamInvitation, signedIn),
		page("POST", "/teams/:team/members/:user/remove", "team.remove_member", "", s.removeMember, signedIn),
		page("POST", "/teams/:team/members/:user/captain", "team.transfer", "", s.transferCaptaincy, signedIn),
		page("POST", "/teams/:team/leave", "team.leave", "", s.leaveTeam, signedIn),
		page("GET", "/join", "join.show", "join", s.showJoin, anyone),
		page("POST", "/join", "join", "join", s.join, signedIn),
	}
}

func (s *Site) organizationRoutes() []web.Route {
	anyone, signedIn := []accounts.Role{web.Anyone}, []accounts.Role{web.SignedIn}
	organisers := []accounts.Role{accounts.Administrator, accounts.Organiser}
	return []web.Route{
		page("GET", "/organization", "organization.mine", "organization", s.showMyOrganization, signedIn),
		page("GET", "/organization/:organization", "organization", "organization", s.showOrganization, anyone),
		page("POST", "/organization/:organization", "organization.edit", "organization", s.editOrganization, organisers),
		page("GET", "/admin/organizations", "admin.organizations", "admin_organizations", s.showOrganizations, organisers),
		page("POST", "/admin/organizations", "admin.create_organization", "admin_organizations", s.createOrganization, organisers),
	}
}

func (s *Site) adminRoutes() []web.Route {
	organisers, administrators := []accounts.Role{accounts.Administrator, accounts.Organiser}, []accounts.Role{accounts.Administrator}
	return []web.Route{
		page("GET", "/admin/users", "admin.users", "admin_users", s.showUsers, organisers),
		page("GET", "/admin/users/:user", "admin.user", "admin_user", s.showUser, organisers),
		page("POST", "/admin/users/:user/roles", "admin.set_roles", "admin_user", s.setRoles, administrators),
		page("POST", "/admin/users/:user/password", "admin.set_password", "admin_user", s.setPassword, administrators),
		page("POST", "/admin/users/:user/disable", "admin.disable_user", "", s.disableUser, administrators),
		page("POST", "/admin/users/:user/enable", "admin.enable_user", "", s.enableUser, administrators),
		page("POST", "/admin/invitations", "admin.invite", "admin_users", s.inviteToPlatform, organisers),
		page("POST", "/admin/invitations/:invitation/revoke", "admin.revoke_invitation", "", s.revokePlatformInvitation, organisers),
		page("GET", "/admin/audit", "admin.audit", "audit", s.showAudit, administrators),
		page("POST", "/admin/audit/verify", "admin.verify_audit", "", s.verifyAudit, administrators),
	}
}

// page is one line of the table; operation names it in logs and metrics.
func page(method, path, operation, template string, handler fiber.Handler, roles []accounts.Role) web.Route {
	return web.Route{Method: method, Path: path, Roles: roles, Kind: web.KindPage, Operation: "page." + operation, Template: template, Handler: handler}
}
