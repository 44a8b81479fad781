package fusion

import (
	"context"
	"fmt"

	"incubator/scenarios/library/generate"
)

const (
	hour = 3600
	day  = 24 * hour

	periodDays = 35         // at scale 1
	meanGap    = 2.3 * hour // between first incidents of a wave

	trainStart = 1740960000 // 3 March 2025, 00:00 UTC
	testStart  = 1746403200 // 5 May 2025, 00:00 UTC
)

// generator holds the state of one run. Only incidents and reports of the last
// few days are kept, so memory depends on the rate and not on the period.
type generator struct {
	opts      generate.Options
	files     *generate.Files
	r         *generate.Rand
	world     *world
	partners  []partner
	pending   queue[incident]
	reports   queue[report]
	incidents int
	serials   map[string]int
	summary   generate.Summary
}

// newGenerator draws the world. World, partners and events have streams of their
// own, so that a change in one leaves the others as they were.
func newGenerator(opts generate.Options, files *generate.Files) *generator {
	return &generator{
		opts: opts, files: files,
		r:        generate.NewRand(opts.Seed, "fusion/events/"+opts.Split),
		world:    newWorld(generate.NewRand(opts.Seed, "fusion/world/"+opts.Split)),
		partners: newPartners(generate.NewRand(opts.Seed, "fusion/partners/"+opts.Split)),
		serials:  map[string]int{},
		summary:  generate.Summary{Groups: map[string]int{"incidents": 0}},
	}
}

// run walks through the period. Incidents of a wave may lie ahead of the first
// one, so they wait in pending until their time has come.
func (g *generator) run(ctx context.Context) error {
	g.world.writeAliases(generate.NewRand(g.opts.Seed, "fusion/aliases/"+g.opts.Split), g.files)
	g.files.WriteLine(TruthFile, "id", "cluster")
	for _, p := range g.partners {
		g.files.Write(p.file, []byte(p.header))
	}
	start := int64(trainStart)
	if g.opts.Split == generate.Test {
		start = testStart
	}
	end := start + int64(periodDays*day*g.opts.Scale)
	for at := start; at < end; at += int64(g.r.Exponential(meanGap)) + 1 {
		g.spawn(at)
		g.occur(min(at, end))
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := g.files.Err(); err != nil {
			return err
		}
	}
	g.occur(end)
	g.flush(end + 365*day)
	return nil
}

// occur publishes the incidents up to now and writes the reports that are due.
func (g *generator) occur(now int64) {
	for g.pending.due(now) {
		in := g.pending.pop()
		g.flush(in.at)
		g.summary.Groups["incidents"]++
		g.publish(in)
	}
}

func (g *generator) queue(rep report) {
	g.reports.push(rep.published, rep)
}

// flush writes the reports published up to now, in the order of publication.
// Ids are given here, so that they carry no trace of the incident.
func (g *generator) flush(now int64) {
	for g.reports.due(now) {
		rep := g.reports.pop()
		rep.published += rep.partner.skew
		g.serials[rep.partner.name]++
		rep.id = g.newID(rep.partner)
		g.files.Write(rep.partner.file, rep.partner.render(g, &rep))
		g.files.WriteLine(TruthFile, rep.id, fmt.Sprintf("INC-%06d", rep.number))
		g.summary.Records++
		g.summary.Groups[rep.partner.name]++
	}
}

// newID follows each partner's habit; serial numbers tell the order of
// publication, which the files tell anyway.
func (g *generator) newID(p *partner) string {
	serial := g.serials[p.name]
	switch p.name {
	case "northcert", "unioncert":
		return "report--" + g.r.UUID()
	case "suedcert":
		return fmt.Sprintf("SC-25-%05d", serial)
	case "helpdesk":
		return fmt.Sprintf("HD%07d", 1_200_000+serial)
	case "edgesoc":
		return fmt.Sprintf("edge-%d", 88_000+serial)
	}
	return g.r.UUID()
}
