package fusion

import (
	"fmt"
	"strings"

	"incubator/scenarios/library/generate"
)

// entity is an actor, a malware family or an organisation under all the names
// that partners use for it. The first name is the canonical one.
type entity struct {
	names []string
}

// org is a victim. Its address and contact appear in one partner's form only.
type org struct {
	entity
	domain, sector, contact, street, town, postcode, region string
}

// actor holds the infrastructure that its incidents share; it rotates slowly.
type actor struct {
	entity
	infra   []indicator
	malware []int
	sectors []string
}

// world is everything that exists before the first incident.
type world struct {
	orgs      []org
	actors    []actor
	malware   []entity
	commodity []indicator // shared hosting, exit nodes, file-sharing sites
	bySector  map[string][]int
}

const (
	orgCount       = 320
	actorCount     = 22
	malwareCount   = 34
	commodityCount = 26
	infraCount     = 6
)

// newWorld draws organisations without namesakes: two with the same short name
// would share their domain and could not be told apart by anyone.
func newWorld(r *generate.Rand) *world {
	w := &world{bySector: map[string][]int{}}
	used := map[string]bool{}
	for len(w.orgs) < orgCount {
		if o := newOrg(r); !used[o.names[1]] {
			used[o.names[1]] = true
			w.bySector[o.sector] = append(w.bySector[o.sector], len(w.orgs))
			w.orgs = append(w.orgs, o)
		}
	}
	for len(w.malware) < malwareCount {
		w.malware = append(w.malware, newNames(r, used, malwareHeads, malwareTails, "", malwareCode))
	}
	for len(w.actors) < actorCount {
		a := actor{entity: newNames(r, used, actorHeads, actorTails, " ", actorCode)}
		for range infraCount {
			a.infra = append(a.infra, newInfra(r))
		}
		for range 3 {
			a.malware = append(a.malware, r.IntN(malwareCount))
			a.sectors = append(a.sectors, generate.Pick(r, sectors).name)
		}
		w.actors = append(w.actors, a)
	}
	for range commodityCount {
		w.commodity = append(w.commodity, newCommodity(r))
	}
	return w
}

// newOrg derives every name of an organisation from its place and its trade.
func newOrg(r *generate.Rand) org {
	place, sector := generate.Pick(r, places), generate.Pick(r, sectors)
	stem, noun := place.name, generate.Pick(r, sector.nouns)
	form := generate.Pick(r, []string{"GmbH", "AG", "SA", "SAS", "Ltd", "plc", "AB", "BV"})
	full := stem + " " + noun
	acronym := stem[:2] + noun[:2]
	o := org{
		domain: slug(full) + ".example", sector: sector.name,
		contact:  generate.Pick(r, givenNames) + " " + generate.Pick(r, surnames),
		street:   fmt.Sprintf("%d %s %s", 1+r.IntN(180), generate.Pick(r, surnames), generate.Pick(r, streets)),
		town:     place.town,
		postcode: fmt.Sprintf("%05d", 10000+r.IntN(80000)),
		region:   place.region,
	}
	o.names = []string{full + " " + form, full, stem + "-" + noun, strings.ToUpper(acronym) + " " + place.town}
	return o
}

// newNames joins a head and a tail to an unused name and adds one to three
// aliases of the same kind, one of them a vendor's code.
func newNames(r *generate.Rand, used map[string]bool, heads, tails []string, glue string, code func(*generate.Rand) string) entity {
	var e entity
	want := r.Between(2, 4)
	for len(e.names) < want {
		name := generate.Pick(r, heads) + glue + generate.Pick(r, tails)
		if len(e.names) == want-1 {
			name = code(r)
		}
		if !used[name] {
			used[name] = true
			e.names = append(e.names, name)
		}
	}
	return e
}

func actorCode(r *generate.Rand) string   { return fmt.Sprintf("TG-%04d", r.IntN(10000)) }
func malwareCode(r *generate.Rand) string { return fmt.Sprintf("W32.Agent.%s", r.Hex(4)) }

// rotate replaces one piece of an actor's infrastructure.
func (w *world) rotate(r *generate.Rand, who int) {
	infra := w.actors[who].infra
	infra[r.IntN(len(infra))] = newInfra(r)
}

// writeAliases publishes what a partner would find in open sources: about half
// of the aliases of actors and malware, and the domains of most organisations.
func (w *world) writeAliases(r *generate.Rand, files *generate.Files) {
	files.WriteLine(AliasesFile, "kind", "name", "alias")
	list := func(kind string, e entity, known float64) {
		for _, alias := range e.names[1:] {
			if r.Chance(known) {
				files.WriteLine(AliasesFile, kind, e.names[0], alias)
			}
		}
	}
	for _, a := range w.actors {
		list("actor", a.entity, 0.6)
	}
	for _, m := range w.malware {
		list("malware", m, 0.6)
	}
	for _, o := range w.orgs {
		list("organisation", o.entity, 0.35)
		if r.Chance(0.8) {
			files.WriteLine(AliasesFile, "organisation", o.names[0], o.domain)
		}
	}
}

// slug keeps what a host name may hold.
func slug(s string) string {
	return strings.Map(func(c rune) rune {
		switch {
		case c >= 'a' && c <= 'z', c >= '0' && c <= '9':
			return c
		case c >= 'A' && c <= 'Z':
			return c + 'a' - 'A'
		case c == ' ' || c == '-':
			return '-'
		}
		return -1
	}, s)
}
