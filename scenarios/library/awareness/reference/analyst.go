package main

import (
	"time"
)

// analyst holds what is known so far and judges each record by it.
type analyst struct {
	*assets
	*alerts
	*habits
	lineage   lineage
	documents *window // host: risky files that mail or the browser brought
	rc4       *window // client: services asked for with weak tickets
	failures  *window // client: accounts that failed to sign in
	sprayers  *window
	probes    *window // client: closed ports tried
	sshTries  map[string]*sum
	guessers  *window
	stops     *window // host: services stopped
	renames   *sums   // process: files with a second ending
	callers   map[string]*sum
	control   map[string]bool // host and address of a suspected controller
	reads     *sums
	uploads   *sums
	visitors  map[string]map[string]bool // storage-like destinations: hosts seen
	labels    *window                    // host and zone: long labels
	bulk      *sums
	longLived *sums
	remote    *window           // target: clients that opened remote management
	logons    map[string]string // account on a directory server: last client
	pages     map[string]string // page that a web server wrote: the server
	rhythms   map[string]*rhythm
}

// newAnalyst sets how long each kind of evidence is remembered. The spans come from how
// such tools work, not from the training day: a scan takes minutes, a spray half an hour.
func newAnalyst(known *assets, normal *habits, out *alerts) *analyst {
	return &analyst{
		assets: known, alerts: out, habits: normal, lineage: lineage{suspect: map[string]bool{}},
		documents: newWindow(15 * time.Minute), rc4: newWindow(20 * time.Minute), failures: newWindow(30 * time.Minute),
		sprayers: newWindow(2 * time.Hour), probes: newWindow(5 * time.Minute), sshTries: map[string]*sum{},
		guessers: newWindow(time.Hour), stops: newWindow(2 * time.Minute), renames: newSums(5 * time.Minute),
		callers: map[string]*sum{}, control: map[string]bool{}, reads: newSums(time.Hour), uploads: newSums(time.Hour),
		visitors: map[string]map[string]bool{}, labels: newWindow(30 * time.Minute), bulk: newSums(5 * time.Minute),
		longLived: newSums(6 * time.Hour), remote: newWindow(30 * time.Second), logons: map[string]string{}, pages: map[string]string{},
		rhythms: map[string]*rhythm{},
	}
}

// see judges one record.
func (a *analyst) see(r *record) {
	switch r.log {
	case "dhcp.log":
		a.lease(r.Assigned, r.HostName)
	case "conn.log":
		a.connection(r)
	case "dns.log":
		a.lookup(r)
	case "http.log":
		a.request(r)
	case "host.jsonl":
		a.hostEvent(r)
	}
}

// hostEvent hands an event to the rule for its kind.
func (a *analyst) hostEvent(r *record) {
	host := short(r.Computer)
	switch r.EventID {
	case 1:
		a.started(r, host)
	case 3:
		a.called(r, host)
	case 10:
		a.opened(r, host)
	case 11:
		a.wrote(r, host)
	case 13:
		a.registry(r, host)
	case 4624, 4625:
		a.signedIn(r, host)
	case 4769:
		a.ticket(r)
	case 4662:
		a.replicated(r)
	case 4698:
		a.scheduled(r, host)
	case 4720, 4728, 1102, 7045:
		a.changed(r, host)
	}
}
