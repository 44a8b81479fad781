package scenarios

import (
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/robfig/cron/v3"

	"incubator/platform/errs"
)

// When is a moment as a pack writes it: an exact time (RFC 3339), a distance
// from another moment ("+14d", "-36h"), or a cron expression ("0 8 * * MON"),
// which means its first match after that other moment. Packs with distances
// or cron expressions can be published again and again without an edit.
type When string

var distance = regexp.MustCompile(`^([+-])(?:(\d+)d)?((?:\d+h)?(?:\d+m)?(?:\d+s)?)$`)

// Resolve returns the exact moment, counting distances and cron expressions from
// base. The zero time stands for an empty When.
func (w When) Resolve(base time.Time) (time.Time, error) {
	text := strings.TrimSpace(string(w))
	if text == "" {
		return time.Time{}, nil
	}
	if at, err := time.Parse(time.RFC3339, text); err == nil {
		return at.UTC(), nil
	}
	if shift, ok := parseDistance(text); ok {
		return base.Add(shift).UTC(), nil
	}
	if schedule, err := cron.ParseStandard(text); err == nil {
		if next := schedule.Next(base.UTC()); !next.IsZero() {
			return next.UTC(), nil
		}
	}
	return time.Time{}, errs.New(errs.Invalid,
		"%q is no moment: write a time (2026-12-01T08:00:00Z), a distance (+14d, -36h) or a cron expression (0 8 * * MON)", text)
}

func parseDistance(text string) (time.Duration, bool) {
	parts := distance.FindStringSubmatch(text)
	if parts == nil || (parts[2] == "" && parts[3] == "") {
		return 0, false
	}
	var shift time.Duration
	if parts[2] != "" {
		days, err := strconv.Atoi(parts[2])
		if err != nil || days > 36500 {
			return 0, false
		}
		shift = time.Duration(days) * 24 * time.Hour
	}
	if parts[3] != "" {
		rest, err := time.ParseDuration(parts[3])
		if err != nil {
			return 0, false
		}
		shift += rest
	}
	if parts[1] == "-" {
		shift = -shift
	}
	return shift, true
}

// Window is when a phase opens, freezes its board and closes. Freezes is zero
// where the board never freezes.
type Window struct {
	Opens, Freezes, Closes time.Time
}

// Window resolves the phase's moments: opens counts from base, closes from opens,
// and freezes from closes.
func (p PhaseSpec) Window(base time.Time) (Window, error) {
	opens, err := p.Opens.Resolve(base)
	if err != nil {
		return Window{}, err
	}
	return p.windowFrom(opens)
}

// windowFrom resolves the other moments of a phase whose opening is fixed.
func (p PhaseSpec) windowFrom(opens time.Time) (Window, error) {
	closes, err := p.Closes.Resolve(opens)
	if err != nil {
		return Window{}, err
	}
	freezes, err := p.Freezes.Resolve(closes)
	if err != nil {
		return Window{}, err
	}
	if !closes.After(opens) {
		return Window{}, errs.New(errs.Invalid, "phase %s closes at %s, which is not after it opens at %s",
			p.Name, closes.Format(time.RFC3339), opens.Format(time.RFC3339))
	}
	if !freezes.IsZero() && (freezes.Before(opens) || freezes.After(closes)) {
		return Window{}, errs.New(errs.Invalid, "phase %s freezes at %s, outside of the time it is open", p.Name, freezes.Format(time.RFC3339))
	}
	return Window{Opens: opens, Freezes: freezes, Closes: closes}, nil
}
