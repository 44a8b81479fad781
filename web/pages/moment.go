package pages

import (
	"fmt"
	"strings"
	"time"
)

// Moment is a point in time as seen from another: pages show the distance and
// keep the exact moment in the markup. The zero Moment is "never".
type Moment struct {
	At  time.Time
	Now time.Time
}

// IsZero reports whether there is no moment to show.
func (m Moment) IsZero() bool { return m.At.IsZero() }

// Machine returns the moment for the datetime attribute, in UTC.
func (m Moment) Machine() string { return m.At.UTC().Format(time.RFC3339) }

// Exact returns the moment for the title attribute, in UTC.
func (m Moment) Exact() string { return m.At.UTC().Format("Mon 2 Jan 2006, 15:04:05 UTC") }

// Day returns the date alone.
func (m Moment) Day() string { return m.At.UTC().Format("2 Jan 2006") }

// Clock returns the time of day alone, with seconds.
func (m Moment) Clock() string { return m.At.UTC().Format("15:04:05") }

// Relative returns the distance in words: "2 s ago", "in 9 d 4 h". Beyond two
// months the date says more than the distance.
func (m Moment) Relative() string {
	d := m.At.Sub(m.Now)
	if d.Abs() > 60*24*time.Hour {
		return m.Day()
	}
	if d > 0 {
		return "in " + Span(d)
	}
	if -d < time.Second {
		return "just now"
	}
	return Span(-d) + " ago"
}

// Span writes a duration with at most two units, largest first. Beyond three
// days of distance the smaller unit is left out.
func Span(d time.Duration) string {
	switch {
	case d < time.Second:
		return fmt.Sprintf("%d ms", d.Milliseconds())
	case d < time.Minute:
		return fmt.Sprintf("%d s", int(d.Seconds()))
	case d < time.Hour:
		return pair(int(d.Minutes()), "min", int(d.Seconds())%60, "s", d < 10*time.Minute)
	case d < 24*time.Hour:
		return pair(int(d.Hours()), "h", int(d.Minutes())%60, "min", true)
	default:
		hours := int(d.Hours())
		return pair(hours/24, "d", hours%24, "h", hours < 30*24)
	}
}

// pair writes the larger part and, if asked for and not zero, the smaller one.
func pair(big int, bigUnit string, small int, smallUnit string, both bool) string {
	if !both || small == 0 {
		return fmt.Sprintf("%d %s", big, bigUnit)
	}
	return fmt.Sprintf("%d %s %d %s", big, bigUnit, small, smallUnit)
}

// Size writes a number of bytes with binary units, as packs do, and one decimal at
// most: "999 B", "64 MiB", "1.5 GiB".
func Size(bytes int64) string {
	units := []string{"B", "KiB", "MiB", "GiB", "TiB"}
	value, i := float64(bytes), 0
	for value >= 1023.95 && i < len(units)-1 {
		value /= 1024
		i++
	}
	return strings.TrimSuffix(fmt.Sprintf("%.1f", value), ".0") + " " + units[i]
}
