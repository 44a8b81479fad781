package webtest_test

import (
	"fmt"
	"strings"
	"time"

	"incubator/web/pages"
)

// now is when the samples were taken. It is the real time, since scripts of a
// page compare its moments with the clock.
var now = time.Now()

func ago(d time.Duration) pages.Moment { return pages.Moment{At: now.Add(-d), Now: now} }
func in(d time.Duration) pages.Moment  { return ago(-d) }

const day = 24 * time.Hour

var hash = strings.Repeat("9f86d081884c7d65", 4)

func viewer() *pages.Viewer {
	return &pages.Viewer{Name: "Ida Holm", Initials: "IH", Organization: "Kestrel Labs", Kind: "SME"}
}

func organizer() *pages.Viewer {
	return &pages.Viewer{Name: "Per Aas", Initials: "PA", Organization: "Programme office", Organizer: true, Admin: true}
}

// frame is the shared part of a sample page.
func frame(section, heading, lede string, v *pages.Viewer) pages.Frame {
	return pages.Frame{Title: heading, Heading: heading, Lede: lede, Section: section, Viewer: v, CSRF: "token", Version: "0.1.0", Here: "/gallery"}
}

func f1(value, low, high float64) pages.Score {
	return pages.Score{Metric: "F1", Value: value, Precision: 3, Low: low, High: high, Level: "95 %", Href: "/submissions/18"}
}

func board() *pages.Leaderboard {
	scores := []pages.Score{f1(.812, .783, .838), f1(.805, .778, .831), f1(.799, .77, .826), f1(.741, .709, .773), f1(.655, .614, .694), f1(.655, .61, .7), f1(.512, .468, .555), {Metric: "F1", Missing: true}}
	names := [][3]string{{"Kestrel Labs", "Kestrel Labs", "SME"}, {"TU Varde", "Technical University of Varde", "Academic"}, {"Norrsken AI", "Norrsken AI", "SME"}, {"Blue Fjord", "Blue Fjord Security", "SME"},
		{"Ostmark", "University of Ostmark", "Academic"}, {"Signalverket", "Signalverket", "Industry"}, {"Baseline", "Organisers", ""}, {"Hollow Oak", "Hollow Oak", "SME"}}
	times := []string{"4 min 12 s", "3 min 58 s", "6 min 40 s", "9 min 03 s", "12 min 31 s", "12 min 50 s", "41 min 10 s", ""}
	moves := []int{1, -1, 0, 2, 0, 0, 0, 0}
	b := &pages.Leaderboard{Title: "Leaderboard", Axis: pages.NewAxis(scores),
		Columns: []pages.LeaderboardColumn{{Title: "F1", Meaning: "Harmonic mean of precision and incident recall", Higher: true},
			{Title: "Time to detect", Meaning: "Mean time from the first step of an incident to its first alert"}, {Title: "Alert reduction", Meaning: "Share of raw events that never became an alert", Unit: "", Higher: true}},
		Note: "Teams 1 to 3 are not distinguishable at 95 %. Ties go to the earlier submission.",
		Live: pages.Live{Stream: "/api/v1/events?topics=challenge/1", Fresh: ago(2 * time.Second)}}
	for i, s := range scores {
		row := pages.LeaderboardRow{Rank: i + 1, Move: moves[i], Team: names[i][0], TeamHref: "/teams/1", Organization: names[i][1], Kind: names[i][2], Mine: i == 0, Baseline: i == 6,
			Primary: s, Whisker: b.Axis.Whisker(s), Submissions: 22 - 3*i, Last: ago(time.Duration(i*i+1) * 47 * time.Minute),
			Others: []pages.Score{{Metric: "Time to detect", Text: times[i], Missing: s.Missing}, {Metric: "Alert reduction", Value: 96 - float64(i*i), Unit: "%", Missing: s.Missing}}}
		if i == 4 || i == 5 {
			row.Rank, row.Shared = 5, true
		}
		if s.Missing {
			row.Rank, row.Submissions = 0, 1
		}
		b.Rows = append(b.Rows, row)
	}
	return b
}

func scoreChart() pages.Chart {
	c := pages.Chart{Kind: "steps", Title: "Score over time", Summary: "Best F1 of each team, by day", Precision: 3}
	for i, name := range []string{"Kestrel Labs", "TU Varde", "Norrsken AI", "Blue Fjord", "Ostmark", "Baseline"} {
		s := pages.Series{Name: name, Mine: i == 0}
		top := []float64{.812, .805, .799, .741, .655, .512}[i]
		for d := range 17 {
			if (d*7+i*3)%4 == 0 || d == 16 {
				s.Points = append(s.Points, pages.Point{At: now.Add(-time.Duration(16-d) * day), Value: top - (.34-.05*float64(i))*float64((16-d)*(16-d))/256})
			}
		}
		c.Series = append(c.Series, s)
	}
	return c
}

func cards() []pages.ChallengeCard {
	return []pages.ChallengeCard{
		{Title: "Find the intrusion", Href: "/challenges/find-the-intrusion", Summary: "One day, 412 hosts, eight intrusions. Say where they are, how sure you are, and how fast you knew.", Area: pages.AreaOf("awareness"), State: pages.StateOf("open"), Phase: "Development", Due: in(9*day + 4*time.Hour), DueVerb: "closes", Elapsed: 64, Teams: 8, Best: f1(.812, 0, 0), Joined: true},
		{Title: "One incident, four reports", Href: "/challenges/one-incident", Summary: "Partners report the same incidents in four formats, with aliases and clock skew. Resolve them.", Area: pages.AreaOf("fusion"), State: pages.StateOf("open"), Phase: "Development", Due: in(23 * day), DueVerb: "closes", Elapsed: 22, Teams: 5, Best: pages.Score{Metric: "B-cubed F1", Value: .871, Precision: 3}},
		{Title: "Apps that drift", Href: "/challenges/apps-that-drift", Summary: "Two years of Android apps whose families change. Score each app without learning the future.", Area: pages.AreaOf("mobile"), State: pages.StateOf("upcoming"), Phase: "Registration", Due: in(3*day + 2*time.Hour), DueVerb: "opens", Teams: 3, Best: pages.Score{Missing: true}},
	}
}

func standings() []pages.Standing {
	return []pages.Standing{{Team: "Kestrel Labs", Challenge: pages.Link{Text: "Find the intrusion", Href: "/c/1"}, Area: pages.AreaOf("awareness"), Rank: 1, Of: 8, Move: 1, Primary: f1(.812, .783, .838)},
		{Team: "Kestrel Labs", Challenge: pages.Link{Text: "One incident, four reports", Href: "/c/2"}, Area: pages.AreaOf("fusion"), Rank: 4, Of: 5, Move: -1, Primary: pages.Score{Metric: "B-cubed F1", Value: .79, Precision: 3, Href: "/submissions/4"}}}
}

func datasets() []pages.DataSet {
	return []pages.DataSet{{Name: "train.tar.zst", Href: "/d/1", Text: "Six days of logs with truth", Size: 184_320_000, SHA256: hash, License: "CC BY 4.0", Icon: pages.IconDatabase},
		{Name: "starter-python.zip", Href: "/d/2", Text: "Baseline, scorer and a test", Size: 12_400, SHA256: hash, License: "Apache 2.0", Icon: pages.IconPackage},
		{Name: "data-sheet.pdf", Href: "/d/3", Text: "How the data was made and what it lacks", Size: 340_100, SHA256: hash, License: "CC BY 4.0", Icon: pages.IconDocument}}
}

func steps(states ...pages.StepState) []pages.Step {
	names := []string{"Accepted", "Prepared", "Run", "Scored", "On the board"}
	var out []pages.Step
	for i, s := range states {
		step := pages.Step{Name: names[i], State: s}
		if s == pages.StepDone {
			step.At, step.Took = ago(time.Duration(10-i)*41*time.Second), fmt.Sprintf("%d.%d s", 1+i*3, i)
		}
		out = append(out, step)
	}
	return out
}

func mine() []pages.SubmissionCard {
	return []pages.SubmissionCard{
		{Number: 19, Href: "/submissions/19", Name: "detector-0.10", Kind: "Code", State: pages.StateOf("running"), At: ago(50 * time.Second), Primary: pages.Score{Missing: true}, Note: "In the sandbox for 31 s of at most 10 min", Steps: steps(pages.StepDone, pages.StepDone, pages.StepNow, pages.StepNext, pages.StepNext)},
		{Number: 18, Href: "/submissions/18", Name: "detector-0.9", Kind: "Code", State: pages.StateOf("scored"), At: ago(5 * time.Hour), Primary: f1(.812, .783, .838), Best: true, Note: "41 s · gVisor · repeatable"},
		{Number: 17, Href: "/submissions/17", Name: "detector-0.8", Kind: "Image", State: pages.StateOf("failed"), At: ago(27 * time.Hour), Primary: pages.Score{Missing: true}, Note: "Out of memory at 512 MB. Counts, since it ran."},
	}
}
