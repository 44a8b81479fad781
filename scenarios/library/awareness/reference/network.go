package main

import (
	"math"
	"strconv"
	"strings"
	"time"
)

// external tells whether an address lies outside the organisation.
func external(ip string) bool { return ip != "" && !strings.HasPrefix(ip, "10.") }

// connection judges amounts, closed doors and repetition.
func (a *analyst) connection(r *record) {
	from, to := a.at(r.OrigH), a.at(r.RespH)
	switch {
	case from == "":
		return
	case r.ConnState == "S0" || r.ConnState == "REJ":
		a.probed(r, from)
	case external(r.RespH):
		a.outbound(r, from)
	case r.RespP == 22:
		a.ssh(r, from, to)
	case r.RespP == 445 && a.isPC(from):
		a.shareRead(r, from)
	case r.RespP == 5985:
		a.remote.add(r.at, to, from)
	}
}

// probed counts closed ports; the scanner that is meant to do so is left alone.
func (a *analyst) probed(r *record, from string) {
	if a.manages(from) {
		return
	}
	if a.probes.add(r.at, from, r.RespH) >= 15 {
		a.raise(r.at, from, "T1046", 0.9)
	}
}

// ssh tells guessing (many short sessions) from success (a long one afterwards).
func (a *analyst) ssh(r *record, from, to string) {
	if a.manages(from) {
		return
	}
	key := from + ">" + to
	if r.Duration > 60 && a.guessers.has(r.at, from) {
		a.raise(r.at, to, "T1021.004", 0.8)
		return
	}
	t := a.sshTries[key]
	if t == nil || r.at.Sub(t.since) > 10*time.Minute {
		t = &sum{since: r.at}
		a.sshTries[key] = t
	}
	if t.n++; t.n >= 20 {
		a.guessers.add(r.at, from, to)
		a.raise(r.at, from, "T1110.001", 0.9)
	}
}

// shareRead adds up what a workstation takes from file servers within an hour.
func (a *analyst) shareRead(r *record, from string) {
	if r.RespBytes < 50_000_000 {
		return
	}
	t := a.reads.add(r.at, from, r.RespBytes)
	if t.n >= 4 && t.bytes > 1_500_000_000 {
		a.raise(r.at, from, "T1039", 0.7)
	}
}

// outbound judges uploads, controllers and connections that never end.
func (a *analyst) outbound(r *record, from string) {
	if a.control[from+">"+r.RespH] && r.OrigBytes > 10_000_000 {
		a.raise(r.at, from, "T1041", 0.8)
		return
	}
	a.visited(r.RespH, from)
	a.timed(r, from)
	if r.OrigBytes > 60_000_000 && a.isPC(from) && !a.popular(r.RespH) {
		if t := a.uploads.add(r.at, from+">"+r.RespH, r.OrigBytes); t.bytes > 150_000_000 && a.reported.is(r.at, from) {
			a.raise(r.at, from, "T1567.002", 0.8)
		}
	}
	if r.Duration > 600 && !a.isPC(from) {
		if t := a.longLived.add(r.at, from+">"+r.RespH, 0); t.n >= 2 {
			a.raise(r.at, from, "T1496", 0.6)
		}
	}
}

// visited counts the hosts per destination until it is clear that many use it.
func (a *analyst) visited(ip, from string) {
	hosts := a.visitors[ip]
	if hosts == nil {
		hosts = map[string]bool{}
		a.visitors[ip] = hosts
	}
	if len(hosts) < a.people {
		hosts[from] = true
	}
}

// popular tells whether a quarter of the organisation uses a destination.
func (a *analyst) popular(ip string) bool { return len(a.visitors[ip])*4 > a.people }

// request watches servers that download with command-line tools.
func (a *analyst) request(r *record) {
	from := a.at(r.OrigH)
	if server := a.pages[base(r.URI)]; server != "" && r.Method == "POST" {
		a.raise(r.at, server, "T1505.003", 0.9)
		a.raise(r.at, server, "T1190", 0.7)
	}
	agent := strings.ToLower(r.UserAgent)
	if a.role[from] == "linux_server" && (strings.HasPrefix(agent, "curl/") || strings.HasPrefix(agent, "wget/")) && external(r.RespH) {
		a.raise(r.at, from, "T1105", 0.7)
	}
}

// lookup finds data in names: long labels that never repeat below one zone.
func (a *analyst) lookup(r *record) {
	labels := strings.Split(r.Query, ".")
	if len(labels) < 3 || len(labels[0]) < 16 || entropy(labels[0]) < 3 || isVerdict(r.Answers) {
		return
	}
	from := a.at(r.OrigH)
	zone := strings.Join(labels[len(labels)-2:], ".")
	if a.bulk.add(r.at, from+">"+zone, int64(len(r.Query))).n == 250 {
		a.raise(r.at, from, "T1048.003", 0.8)
	}
	if a.labels.add(r.at, from+">"+zone, r.Query) == 28 {
		a.raise(r.at, from, "T1071.004", 0.8)
	}
}

// isVerdict recognises the answers of block lists, whose questions carry hashes.
func isVerdict(answers []string) bool {
	return len(answers) == 1 && strings.HasPrefix(answers[0], "127.0.0.")
}

// entropy is Shannon's, in bits per character.
func entropy(s string) float64 {
	var counts [256]int
	for i := range len(s) {
		counts[s[i]]++
	}
	sum := 0.0
	for _, n := range counts {
		if n > 0 {
			p := float64(n) / float64(len(s))
			sum -= p * math.Log2(p)
		}
	}
	return sum
}

// called follows the connections of suspected processes: the fourth to one address
// makes it a controller.
func (a *analyst) called(r *record, host string) {
	if !a.lineage.suspect[r.GUID] || !external(r.DestIP) {
		return
	}
	key := host + ">" + r.DestIP
	t := a.callers[key]
	if t == nil {
		t = &sum{since: r.at}
		a.callers[key] = t
	}
	if t.n++; t.n >= 4 && r.at.Sub(t.since) > time.Minute {
		a.control[key] = true
		a.raise(r.at, host, "T1071.001", 0.85)
	}
}

// mask parses an access mask such as 0x1410.
func mask(s string) uint64 {
	v, err := strconv.ParseUint(strings.TrimPrefix(strings.ToLower(s), "0x"), 16, 64)
	if err != nil {
		return 0
	}
	return v
}
