package fusion

import "incubator/scenarios/library/generate"

// partner is one reporting organisation with its habits. Chances are per fact.
type partner struct {
	name, file                  string
	covers                      float64 // it hears of an incident at all
	victim, actor, malware      float64 // it names them
	indicators, typos, harmless float64
	delayHours                  float64 // mean from observation to report
	observed                    float64 // it says when it was observed
	skew                        int64   // seconds, clock minus true time; drawn per seed
	header                      string
	render                      func(*generator, *report) []byte
}

// newPartners returns the partners with the clock errors of a seed.
func newPartners(r *generate.Rand) []partner {
	list := []partner{
		{name: "northcert", file: "northcert.stix.jsonl", covers: .62, victim: .85, actor: .6, malware: .7,
			indicators: .4, typos: .04, delayHours: 9, observed: .9, render: renderSTIX},
		{name: "unioncert", file: "unioncert.stix.jsonl", covers: .35, victim: .55, actor: .7, malware: .7,
			indicators: .34, typos: .05, delayHours: 30, observed: .6, render: renderSTIX},
		{name: "finisac", file: "finisac.misp.jsonl", covers: .5, victim: .6, actor: .55, malware: .65,
			indicators: .42, typos: .08, delayHours: 12, observed: .8, render: renderMISP},
		{name: "cirt-ouest", file: "cirt-ouest.misp.jsonl", covers: .42, victim: .8, actor: .35, malware: .6,
			indicators: .34, typos: .12, delayHours: 20, observed: .6, render: renderMISP},
		{name: "suedcert", file: "suedcert.csv", covers: .5, victim: .9, actor: .35, malware: .55,
			indicators: .28, typos: .18, harmless: .6, delayHours: 14, observed: .8, header: southHeader, render: renderSouth},
		{name: "helpdesk", file: "helpdesk.csv", covers: .45, victim: .97, actor: .12, malware: .4,
			indicators: .18, typos: .25, harmless: .3, delayHours: 5, observed: .7, header: helpdeskHeader, render: renderHelpdesk},
		{name: "edgesoc", file: "edgesoc.syslog", covers: .4, victim: .5, actor: .15, malware: .45,
			indicators: .36, typos: .02, delayHours: 1, observed: 0, render: renderSyslog},
	}
	for i := range list {
		minutes := 25
		if list[i].name == "edgesoc" {
			minutes = 190
		}
		list[i].skew = int64(r.Between(-minutes, minutes)) * 60
		list[i].file = reportsDir + list[i].file
	}
	return list
}
