package metrics

import (
	"math"
	"time"
	"unsafe"
)

// lastSecond is the end of the year 9999, the last that RFC 3339 can write.
const lastSecond = 253_402_300_799

// parseInstant reads RFC 3339, a date, a month ("2024-05") or epoch seconds and
// returns microseconds since the epoch, UTC. A problem is returned as text.
func parseInstant(text []byte) (int64, string) {
	if seconds, ok := parseFloat(text); ok {
		if math.Abs(seconds) > lastSecond {
			return 0, "lies beyond the year 9999; epoch times are in seconds"
		}
		return int64(math.Round(seconds * 1e6)), ""
	}
	shared := unsafe.String(unsafe.SliceData(text), len(text))
	for _, layout := range []string{time.RFC3339, time.DateOnly, "2006-01"} {
		if at, err := time.Parse(layout, shared); err == nil {
			return at.UnixMicro(), ""
		}
	}
	return 0, "is not a time; RFC 3339 or epoch seconds are expected"
}
