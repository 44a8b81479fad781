package fusion

import (
	"math"

	"incubator/scenarios/library/generate"
)

// incident is one true event. Times are Unix seconds, UTC.
type incident struct {
	number             int
	at                 int64
	org, actor, family int
	kind               kind
	own, shared        []indicator
}

// report is what one partner says about one incident, before it is written
// down in the partner's format.
type report struct {
	partner             *partner
	number              int // of the incident
	observed, published int64
	hasObserved         bool
	org                 *org
	victim              string // empty when not named
	sector              string
	actor, malware      string
	indicators          []indicator
	confidence          int // 0 to 100
	kind                kind
	id                  string
}

// spawn draws an incident and, at times, its hard neighbours: the same wave
// hitting other victims, or the same victim hit again days later. The
// neighbours share infrastructure but are incidents of their own.
func (g *generator) spawn(at int64) {
	who := int(math.Floor(actorCount * math.Pow(g.r.Float(), 1.6)))
	a := &g.world.actors[who]
	sector := generate.Pick(g.r, a.sectors)
	first := g.newIncident(at, who, generate.Pick(g.r, g.victims(sector)))
	g.pending.push(first.at, first)
	if g.r.Chance(0.42) {
		for range g.r.Between(1, 4) {
			mate := g.newIncident(at+int64(g.r.Float()*36*hour), who, generate.Pick(g.r, g.victims(sector)))
			mate.kind, mate.family, mate.shared = first.kind, first.family, first.shared
			if g.r.Chance(0.5) {
				mate.own[0] = first.own[0] // the same file
			}
			if g.r.Chance(0.35) {
				mate.own[1] = first.own[1] // the same phishing site
			}
			g.pending.push(mate.at, mate)
		}
	}
	if g.r.Chance(0.1) {
		again := g.newIncident(at+int64((2+7*g.r.Float())*day), who, first.org)
		again.shared = first.shared
		g.pending.push(again.at, again)
	}
}

// victims returns the organisations of a sector, or all where it has none.
func (g *generator) victims(sector string) []int {
	if list := g.world.bySector[sector]; len(list) > 0 {
		return list
	}
	return g.world.bySector[g.world.orgs[0].sector]
}

// newIncident draws what is the incident's own and which of the actor's
// infrastructure it uses; now and then the actor replaces some of it afterwards.
func (g *generator) newIncident(at int64, who, victim int) incident {
	a := &g.world.actors[who]
	g.incidents++
	in := incident{number: g.incidents, at: at, org: victim, actor: who,
		family: generate.Pick(g.r, a.malware), kind: generate.Pick(g.r, kinds)}
	in.own = newOwn(g.r, g.world.orgs[victim], in.number)
	for range g.r.Between(1, 2) {
		in.shared = append(in.shared, generate.Pick(g.r, a.infra))
	}
	if g.r.Chance(0.2) {
		g.world.rotate(g.r, who)
	}
	return in
}

// publish turns an incident into the reports of the partners that noticed it.
func (g *generator) publish(in incident) {
	noticed := false
	for i := range g.partners {
		p := &g.partners[i]
		if !g.r.Chance(p.covers) && (noticed || i < len(g.partners)-1) {
			continue
		}
		noticed = true
		rep := g.view(in, p)
		g.queue(rep)
		if g.r.Chance(0.13) {
			g.queue(g.again(rep, in))
		}
		if g.r.Chance(0.08) {
			g.queue(g.view(in, p)) // a second desk of the same partner
		}
	}
}

// view is what the partner knows and how it spells it.
func (g *generator) view(in incident, p *partner) report {
	r, o := g.r, &g.world.orgs[in.org]
	observed := in.at + int64(r.Exponential(2.5)*hour)
	rep := report{partner: p, number: in.number, org: o, kind: in.kind,
		observed: observed + p.skew, hasObserved: r.Chance(p.observed),
		published:  observed + int64(min(r.Exponential(p.delayHours), 120)*hour),
		confidence: min(max(int(r.Normal(62, 20)), 5), 99)}
	if r.Chance(p.victim) {
		rep.victim = g.spell(o.names, p)
		if r.Chance(0.12) {
			rep.victim = o.domain
		}
	}
	if r.Chance(0.7) {
		rep.sector = o.sector
	}
	if r.Chance(0.15) { // taken for something else
		rep.kind = generate.Pick(r, kinds)
	}
	who := in.actor
	if r.Chance(0.1) { // a wrong attribution, made with less confidence
		who, rep.confidence = r.IntN(actorCount), rep.confidence/2+5
	}
	if r.Chance(p.actor) {
		rep.actor = g.spell(g.world.actors[who].names, p)
	}
	if r.Chance(p.malware) {
		rep.malware = g.spell(g.world.malware[in.family].names, p)
	}
	rep.indicators = g.sample(in, p)
	return rep
}

// spell picks one of the names, mostly an early one, with typing errors.
func (g *generator) spell(names []string, p *partner) string {
	name := names[g.r.IntN(1+g.r.IntN(len(names)))]
	if g.r.Chance(p.typos) {
		name = typo(g.r, name)
	}
	return name
}

// sample is the part of the indicators that a partner saw, and at times a
// commodity service that says nothing.
func (g *generator) sample(in incident, p *partner) []indicator {
	var list []indicator
	for _, i := range in.own {
		if g.r.Chance(p.indicators) {
			list = append(list, i.seen(g.r))
		}
	}
	for _, i := range in.shared {
		if g.r.Chance(p.indicators) {
			list = append(list, i)
		}
	}
	if g.r.Chance(0.22) {
		list = append(list, generate.Pick(g.r, g.world.commodity))
	}
	g.r.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
	return list
}

// again is the same report sent a second time, corrected or completed.
func (g *generator) again(rep report, in incident) report {
	rep.published += int64((0.2 + g.r.Exponential(10)) * hour)
	rep.confidence = min(max(rep.confidence+g.r.Between(-15, 25), 5), 99)
	if g.r.Chance(0.5) {
		rep.indicators = g.sample(in, rep.partner)
	}
	if rep.victim != "" && g.r.Chance(0.4) {
		rep.victim = g.spell(rep.org.names, rep.partner)
	}
	return rep
}
