package site

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/url"
	"sort"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"incubator/platform/audit"
	"incubator/platform/errs"
	"incubator/web/pages"
)

const (
	auditPath    = "/admin/audit"
	auditOnPage  = 50
	verifiedName = "audit-verified" // of the kept cookie with the last result
	verifiedLife = time.Hour
	dayForm      = "2006-01-02" // of date fields
)

// showAudit lists the record of who did what, by filter and cursor.
func (s *Site) showAudit(c *fiber.Ctx) error {
	p := pages.AuditPage{Frame: s.adminFrame(c, "audit", "What happened"), Verify: pages.Form{Action: auditPath + "/verify", Button: "Verify the chain"}}
	filter, err := s.auditFilter(c, &p)
	if err != nil {
		return err
	}
	cursor, err := strconv.ParseInt(c.Query("before", "0"), 10, 64)
	if err != nil || cursor < 0 {
		return errs.New(errs.Invalid, "This is no place in the audit log.")
	}
	rows, next, err := s.Audit.List(c.UserContext(), filter, cursor, auditOnPage)
	if err != nil {
		return err
	}
	for _, row := range rows {
		p.Entries = append(p.Entries, s.auditEntry(row))
	}
	p.Pages.Note = count(len(rows), "entry", "entries") + " on this page, newest first"
	if next > 0 {
		p.Pages.Next = auditPath + "?" + auditQuery(c, strconv.FormatInt(next, 10))
	}
	if cursor > 0 {
		p.Trail = []pages.Link{{Text: "Newest", Href: auditPath + "?" + auditQuery(c, "")}}
	}
	p.Empty = pages.Empty{Icon: pages.IconRecord, Title: "Nothing found", Text: "No entry fits these filters.", Action: &pages.Link{Text: "Show everything", Href: auditPath}}
	s.fillVerified(c, &p)
	return s.app.Render(c, "audit", p)
}

// auditFilter reads the filters and puts what is wrong with one at its field; a
// filter that cannot be read selects nothing less.
func (s *Site) auditFilter(c *fiber.Ctx, p *pages.AuditPage) (audit.Filter, error) {
	f := audit.Filter{Action: strings.TrimSpace(c.Query("action")), ObjectID: strings.TrimSpace(c.Query("object")), Actor: strings.TrimSpace(c.Query("actor"))}
	fields := []pages.Field{
		{Name: "action", Label: "Action", Type: "search", Value: f.Action, Hint: "Exact, or a beginning as team."},
		{Name: "actor", Label: "Who", Type: "search", Value: f.Actor, Hint: "An address, an id or system."},
		{Name: "object", Label: "To what", Type: "search", Value: f.ObjectID, Hint: "An id."},
		{Name: "from", Label: "From", Type: "date", Value: c.Query("from")},
		{Name: "to", Label: "Until", Type: "date", Value: c.Query("to")},
	}
	if strings.Contains(f.Actor, "@") {
		u, err := s.Accounts.UserByEmail(c.UserContext(), f.Actor)
		if errs.Is(err, errs.Internal) {
			return f, err
		}
		if f.Actor = u.ID; err != nil {
			f.Actor, fields[1].Error = "nobody", sentence(errs.MessageOf(err))
		}
	}
	fields[3].Error = readDay(c.Query("from"), 0, &f.From)
	fields[4].Error = readDay(c.Query("to"), 24*time.Hour, &f.To)
	for i := range fields {
		fields[i].Optional = true
	}
	p.Filters = fields
	return f, nil
}

// readDay reads a date in UTC and adds to it; it returns what is wrong.
func readDay(text string, add time.Duration, into *time.Time) string {
	if text == "" {
		return ""
	}
	day, err := time.Parse(dayForm, text)
	if err != nil {
		return "Write the date as 2026-11-30."
	}
	*into = day.Add(add)
	return ""
}

func auditQuery(c *fiber.Ctx, before string) string {
	q := url.Values{}
	for _, name := range []string{"action", "actor", "object", "from", "to"} {
		if v := c.Query(name); v != "" {
			q.Set(name, v)
		}
	}
	if before != "" {
		q.Set("before", before)
	}
	return q.Encode()
}

func (s *Site) auditEntry(row audit.Row) pages.AuditEntry {
	e := pages.AuditEntry{Number: row.Seq, At: s.moment(row.At), Actor: row.ActorName, Action: row.Action,
		Detail: auditDetail(row.Detail), Address: row.IP, Hash: hex.EncodeToString(row.Hash)}
	if e.Actor == "" {
		e.Actor = row.Actor
	}
	e.Subject = pages.Link{Text: row.Kind}
	switch row.Kind {
	case "user":
		e.Subject.Href = userPath(row.ObjectID)
	case "team":
		e.Subject.Href = teamPath(row.ObjectID)
	case "organization":
		e.Subject.Text, e.Subject.Href = "organisation", organizationPath(row.ObjectID)
	case "submission":
		e.Subject.Href = submissionPath(row.ObjectID)
	}
	return e
}

// auditDetail writes what changed as "name: value", in the order of the names.
func auditDetail(detail map[string]any) string {
	var parts []string
	for name, value := range detail {
		text := fmt.Sprint(value)
		if raw, err := json.Marshal(value); err == nil {
			text = strings.Trim(string(raw), `"`)
		}
		if text != "" && text != "null" {
			parts = append(parts, name+": "+text)
		}
	}
	sort.Strings(parts)
	return strings.Join(parts, ", ")
}

// verifyAudit walks the whole chain and shows whether it is intact.
func (s *Site) verifyAudit(c *fiber.Ctx) error {
	n, broken, err := s.Audit.Verify(c.UserContext())
	if err != nil {
		return err
	}
	s.app.Keep(c, verifiedName, fmt.Sprintf("%d %d", s.Now().Unix(), broken), verifiedLife)
	if broken == 0 {
		return s.done(c, auditPath, "The chain is intact: "+count(int(n), "entry follows", "entries follow")+" from one another.")
	}
	s.app.Flash(c, pages.Flash{Tone: pages.ToneBad, Text: fmt.Sprintf(
		"The chain is broken at entry %d: an entry was changed, removed or inserted there. Compare with a backup before anything else.", broken)})
	return c.Redirect(auditPath, fiber.StatusSeeOther)
}

// fillVerified shows the result of the viewer's last verification.
func (s *Site) fillVerified(c *fiber.Ctx, p *pages.AuditPage) {
	at, broken := cutPair(s.app.Kept(c, verifiedName))
	seconds, err := strconv.ParseInt(at, 10, 64)
	if err != nil {
		return
	}
	p.Checked = s.moment(time.Unix(seconds, 0))
	p.Intact = pages.StateOf("intact")
	if broken != "0" {
		p.Intact = pages.StateOf("broken")
	}
}
