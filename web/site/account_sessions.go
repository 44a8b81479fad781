package site

import (
	"fmt"
	"strings"

	"github.com/gofiber/fiber/v2"

	"incubator/platform/accounts"
	"incubator/web"
	"incubator/web/pages"
)

const sessionsPath = "/account/sessions"

// showSessions lists where the viewer is signed in.
func (s *Site) showSessions(c *fiber.Ctx) error {
	by := web.Caller(c)
	list, err := s.Accounts.Sessions(c.UserContext(), by)
	if err != nil {
		return err
	}
	p := s.accountPage(c, "sessions")
	for _, session := range list {
		p.Sessions = append(p.Sessions, s.sessionRow(session, session.ID == by.SessionID))
	}
	if len(list) > 1 {
		p.EndOthers = &pages.Confirm{Action: sessionsPath + "/end-others", Button: "End all others"}
	}
	return s.app.Render(c, "account", p)
}

func (s *Site) sessionRow(session accounts.Session, current bool) pages.Session {
	row := pages.Session{Agent: browserName(session.UserAgent), Address: session.IP, Current: current,
		Started: s.moment(session.CreatedAt), Seen: s.moment(session.LastSeenAt)}
	if !current {
		row.End = pages.Confirm{Action: sessionsPath + "/" + session.ID + "/end", Button: "End"}
	}
	return row
}

// endSession ends one other session of the viewer.
func (s *Site) endSession(c *fiber.Ctx) error {
	if err := s.Accounts.RevokeSession(c.UserContext(), web.Caller(c), c.Params("session")); err != nil {
		return s.undone(c, sessionsPath, err)
	}
	return s.done(c, sessionsPath, "The session has ended.")
}

// endOtherSessions ends all but this one.
func (s *Site) endOtherSessions(c *fiber.Ctx) error {
	ended, err := s.Accounts.RevokeOtherSessions(c.UserContext(), web.Caller(c))
	if err != nil {
		return s.undone(c, sessionsPath, err)
	}
	if ended == 1 {
		return s.done(c, sessionsPath, "The other session has ended.")
	}
	return s.done(c, sessionsPath, fmt.Sprintf("%d other sessions have ended.", ended))
}

// agents are the names to look for in a User-Agent header, the most telling first:
// most browsers also name the ones that they want to be taken for.
var (
	agents  = [][2]string{{"Edg/", "Edge"}, {"OPR/", "Opera"}, {"Firefox/", "Firefox"}, {"Chrome/", "Chrome"}, {"Safari/", "Safari"}, {"curl/", "curl"}}
	systems = [][2]string{{"Android", "Android"}, {"iPhone", "iPhone"}, {"iPad", "iPad"}, {"Windows", "Windows"}, {"Mac OS X", "macOS"}, {"CrOS", "ChromeOS"}, {"Linux", "Linux"}}
)

// browserName makes a User-Agent header readable: "Firefox on Linux".
func browserName(agent string) string {
	browser, system := firstNamed(agent, agents), firstNamed(agent, systems)
	switch {
	case browser == "" && agent == "":
		return "Unknown browser"
	case browser == "":
		return strings.ToValidUTF8(agent[:min(len(agent), 60)], "")
	case system == "":
		return browser
	}
	return browser + " on " + system
}

func firstNamed(text string, names [][2]string) string {
	for _, n := range names {
		if strings.Contains(text, n[0]) {
			return n[1]
		}
	}
	return ""
}
