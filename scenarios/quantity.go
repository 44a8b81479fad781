package scenarios

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/dustin/go-humanize"
)

// Bytes is a size. Packs write it as a number of bytes or with a unit, such as
// "512 MiB"; it is stored as a number.
type Bytes int64

// UnmarshalJSON reads a whole number of bytes or a text with a unit.
func (b *Bytes) UnmarshalJSON(data []byte) error {
	var n int64
	if json.Unmarshal(data, &n) == nil {
		*b = Bytes(n)
		return nil
	}
	var text string
	if err := json.Unmarshal(data, &text); err != nil {
		return fmt.Errorf("a size such as 512 MiB is expected, not %s", data)
	}
	size, err := humanize.ParseBytes(text)
	if err != nil || size > 1<<50 {
		return fmt.Errorf("a size such as 512 MiB is expected, not %q", text)
	}
	*b = Bytes(size)
	return nil
}

// String returns the size with a binary unit.
func (b Bytes) String() string { return humanize.IBytes(uint64(max(b, 0))) }

// Duration is a length of time. Packs write it as Go does ("90s", "1h30m"); it is
// stored the same way.
type Duration time.Duration

// UnmarshalJSON reads a text such as "90s", or a number of seconds.
func (d *Duration) UnmarshalJSON(data []byte) error {
	var seconds float64
	if json.Unmarshal(data, &seconds) == nil {
		*d = Duration(seconds * float64(time.Second))
		return nil
	}
	var text string
	if err := json.Unmarshal(data, &text); err != nil {
		return fmt.Errorf("a duration such as 90s is expected, not %s", data)
	}
	parsed, err := time.ParseDuration(strings.ReplaceAll(text, " ", ""))
	if err != nil {
		return fmt.Errorf("a duration such as 90s is expected, not %q", text)
	}
	*d = Duration(parsed)
	return nil
}

// MarshalJSON writes the duration as text.
func (d Duration) MarshalJSON() ([]byte, error) { return json.Marshal(d.String()) }

// String returns the duration as Go writes it.
func (d Duration) String() string { return time.Duration(d).String() }

// Std returns the duration as the standard library's type.
func (d Duration) Std() time.Duration { return time.Duration(d) }
