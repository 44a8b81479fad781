package mobile

import (
	"fmt"
	"math"

	"incubator/scenarios/library/generate"
)

// app is one drawn app. Its slices are reused for the next one.
type app struct {
	id, pkg, seen, certificate string
	minSDK, targetSDK, size    int
	label                      int
	family                     string // empty for goodware
	has                        []bool // by capability
	declared                   []bool // by permission
	calls                      []int  // count by call
	components                 []component
}

func newApp() *app {
	return &app{has: make([]bool, len(capabilities)), declared: make([]bool, len(permissionNames)), calls: make([]int, len(callNames))}
}

func (a *app) reset() {
	clear(a.has)
	clear(a.declared)
	clear(a.calls)
	a.components, a.family, a.label, a.size = a.components[:0], "", 0, 0
}

// draw fills the app with one of the given month. index orders it within it.
func (a *app) draw(r *generate.Rand, w *world, month, day int) {
	a.reset()
	malicious := r.Chance(malwareRatio)
	a.id = r.Hex(32)
	a.seen = fmt.Sprintf("%04d-%02d-%02d", firstYear+(month-1)/monthsPerYear, (month-1)%monthsPerYear+1, day)
	a.sdkLevels(r, month, malicious)
	switch {
	case !malicious:
		a.carrier(r, month)
		a.oddities(r)
		a.identity(r, w, false, 0, month)
	default:
		a.malware(r, w, month)
	}
	a.size = (a.size + 1500) * (700 + r.IntN(700))
}

// malware puts a payload into a repackaged app, or into a thin shell.
func (a *app) malware(r *generate.Rand, w *world, month int) {
	a.label = 1
	repackaged := r.Chance(0.42)
	if repackaged {
		a.carrier(r, month)
	} else {
		a.apply(r, &shell, month, 1)
		if r.Chance(0.6) {
			a.apply(r, pick(r, sdks, month), month, 1)
		}
	}
	which := pick(r, families, month)
	a.family = which.name
	// Packed payloads become common: their calls appear only at run time.
	visible := 1.0
	if r.Chance(0.08 + 0.32*float64(month-1)/float64(months-1)) {
		visible = 0.15
		a.apply(r, &packer, month, 1)
	}
	a.apply(r, which, month, visible)
	a.greed(r, month)
	a.identity(r, w, repackaged, 1+familyNumber(which), month)
}

var (
	shell  = profile{"shell", [2]float64{1, 1}, [2]int{1, months}, 300, parse("base 1 network .8 webview .3 storage .2>.05")}
	packer = profile{"packer", [2]float64{1, 1}, [2]int{1, months}, 600, parse("dynamic_code .9 reflection .95 crypto .8 native .6")}
)

// familyNumber keys the certificates of a family.
func familyNumber(which *profile) int {
	for i := range families {
		if families[i].name == which.name {
			return i
		}
	}
	return 0
}

// carrier draws an honest app: a category and the SDKs that came along.
func (a *app) carrier(r *generate.Rand, month int) {
	a.apply(r, pick(r, categories, month), month, 1)
	for range r.Between(1, 4) {
		a.apply(r, pick(r, sdks, month), month, 1)
	}
}

// oddities are capabilities that no category explains, and permissions that
// were declared but never used.
func (a *app) oddities(r *generate.Rand) {
	for r.Chance(0.12) {
		a.add(r, r.IntN(len(capabilities)), 1)
	}
	for r.Chance(0.22) {
		a.declared[r.IntN(len(a.declared))] = true
	}
}

// greed declares what later payloads might need; less so as users and stores
// have become wary.
func (a *app) greed(r *generate.Rand, month int) {
	level := 0.24 - 0.14*float64(month-1)/float64(months-1)
	for _, p := range coveted {
		if r.Chance(level) {
			a.declared[p] = true
		}
	}
}

// apply adds the profile's capabilities; only the given share of the calls of
// each shows in the code.
func (a *app) apply(r *generate.Rand, p *profile, month int, visible float64) {
	a.size += p.size
	for _, t := range p.traits {
		if r.Chance(t.at(month)) {
			a.add(r, t.capability, visible)
		}
	}
}

// add gives the app one capability: nearly all of its permissions, most of its
// calls and its component, now and then with the wrong exported flag.
func (a *app) add(r *generate.Rand, which int, visible float64) {
	for _, p := range permissionsOf[which] {
		if r.Chance(0.93) {
			a.declared[p] = true
		}
	}
	for _, c := range callsOf[which] {
		if r.Chance(0.72 * visible) {
			a.calls[c] += 1 + int(r.Exponential(2.2))
		}
	}
	if c := capabilities[which].component; c.kind != 0 && !a.has[which] && r.Chance(0.85) {
		c.exported = c.exported != r.Chance(0.07)
		a.components = append(a.components, c)
	}
	a.has[which] = true
}

// sdkLevels follow the year; malware lags behind to dodge newer restrictions.
func (a *app) sdkLevels(r *generate.Rand, month int, malicious bool) {
	newest := 33 + float64(month)/12
	lag := r.Exponential(0.9)
	if malicious {
		lag = r.Exponential(2.6)
	}
	a.targetSDK = max(int(math.Floor(newest-lag)), 19)
	a.minSDK = min(max(int(r.Normal(23, 2)), 16), a.targetSDK)
}

// pick draws a profile by its share of the month.
func pick(r *generate.Rand, list []profile, month int) *profile {
	total := 0.0
	for i := range list {
		total += list[i].share(month)
	}
	at := r.Float() * total
	for i := range list {
		if at -= list[i].share(month); at < 0 {
			return &list[i]
		}
	}
	return &list[0]
}
