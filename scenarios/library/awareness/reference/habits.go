package main

import (
	"errors"
	"regexp"
	"strings"
)

// habits is what is normal here: on how many hosts a thing happens. It is learnt in a
// first pass over the host events, because the first host that does something common
// looks as rare as an intruder.
type habits struct {
	hosts map[string]*crowd
}

// crowd is a set of hosts that stops growing once it is large enough.
type crowd [3]string

// knownThings bounds the memory that the first pass may take.
const knownThings = 100_000

var (
	digits  = regexp.MustCompile(`[0-9]+`)
	profile = regexp.MustCompile(`\\users\\[^\\]+\\`)
)

// normal strips what differs between people and days from a path or a command.
func normal(s string) string {
	return digits.ReplaceAllString(profile.ReplaceAllString(strings.ToLower(s), `\users\*\`), "#")
}

// note learns from one record.
func (h *habits) note(r *record) {
	switch {
	case r.EventID == 10 && base(r.TargetImage) == "lsass.exe":
		h.add("lsass "+normal(r.SourceImage), r.Computer)
	case r.EventID == 1 && interpreter(launch{image: base(r.Image)}) != "":
		h.add("run "+normal(r.Command), r.Computer)
	}
}

// add counts a host for a thing, as far as the crowd is interesting.
func (h *habits) add(thing, host string) {
	c := h.hosts[thing]
	if c == nil {
		if len(h.hosts) >= knownThings {
			return
		}
		c = &crowd{}
		h.hosts[thing] = c
	}
	for i, known := range c {
		if known == host {
			return
		}
		if known == "" {
			c[i] = host
			return
		}
	}
}

// common tells whether at least three hosts do a thing.
func (h *habits) common(thing string) bool {
	c := h.hosts[thing]
	return c != nil && c[len(c)-1] != ""
}

// learn reads the host events once.
func learn(folder string) (*habits, error) {
	h := &habits{hosts: map[string]*crowd{}}
	s, err := openStream(folder, "host.jsonl")
	if errors.Is(err, errNoLog) {
		return h, nil // nothing is known, so nothing counts as common
	}
	if err != nil {
		return nil, err
	}
	defer s.close()
	for {
		r, err := s.next()
		if r == nil || err != nil {
			return h, err
		}
		h.note(r)
	}
}
