package main

import (
	"encoding/csv"
	"io"
	"strconv"
	"time"
)

// alerts writes alerts.csv and keeps one finding from being reported again and again.
type alerts struct {
	out     *csv.Writer
	last    map[[2]string]time.Time
	written int

	reported suspects
}

// quiet is how long the same technique on the same host is one and the same finding.
const quiet = 6 * time.Hour

// newAlerts writes the header.
func newAlerts(w io.Writer) *alerts {
	a := &alerts{out: csv.NewWriter(w), last: map[[2]string]time.Time{}, reported: suspects{map[string]time.Time{}}}
	_ = a.out.Write([]string{"time", "host", "technique", "confidence"}) // the error stays in the writer until close
	return a
}

// raise reports a technique on a host, unless it was reported within quiet.
func (a *alerts) raise(at time.Time, host, technique string, confidence float64) {
	if host == "" {
		return
	}
	key := [2]string{host, technique}
	if before, ok := a.last[key]; ok && at.Sub(before) < quiet {
		return
	}
	a.last[key] = at
	a.reported.last[host] = at
	a.written++
	_ = a.out.Write([]string{at.Format("2006-01-02T15:04:05.000Z"), host, technique, strconv.FormatFloat(confidence, 'f', 2, 64)})
}

// close returns the first error of all writes.
func (a *alerts) close() error {
	a.out.Flush()
	return a.out.Error()
}
