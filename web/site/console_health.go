package site

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"incubator/sandboxes"
	"incubator/scoring"
	"incubator/web/pages"
)

// longWait is from when on a waiting run needs a look.
const longWait = 10 * time.Minute

func (s *Site) consoleFigures(q scoring.QueueCounts, causes []pages.Cause) []pages.Figure {
	waiting := pages.Figure{Label: "Waiting", Value: thousands(q.Waiting), Note: "none waits"}
	if !q.OldestWaiting.IsZero() {
		waited := s.Now().Sub(q.OldestWaiting)
		waiting.Note = "oldest for " + pages.Span(waited)
		if waited > longWait {
			waiting.Tone = pages.ToneWarn
		}
	}
	failed := pages.Figure{Label: "Failed", Value: thousands(q.Failed), Note: "last 24 h"}
	if ours := oursOf(causes); ours > 0 {
		failed.Tone = pages.ToneBad
	}
	return []pages.Figure{
		waiting,
		{Label: "Working", Value: thousands(q.Working), Note: "now"},
		{Label: "Scored", Value: thousands(q.Scored), Note: "last 24 h"},
		failed,
	}
}

// consoleParts says how the engine and the queue are.
func (s *Site) consoleParts(h sandboxes.Health, q scoring.QueueCounts) []pages.Part {
	engine := pages.Part{Name: "Engine", State: pages.StateOf("up"), Note: strings.TrimSpace(h.Engine.Version + " on " + h.Engine.Name)}
	switch {
	case !h.Up:
		engine.State, engine.Note = pages.StateOf("down"), "It does not answer. Submissions are accepted and wait in the queue."
	case h.Engine.ID == "":
		engine.Note = "Not asked yet."
	case len(h.Engine.Warnings) > 0:
		engine.State, engine.Note = pages.StateOf("degraded"), sentence(strings.Join(h.Engine.Warnings, "; "))
	}
	if h.Engine.CPUs > 0 {
		engine.Facts = []pages.Fact{
			{Name: "Processors", Value: thousands(h.Engine.CPUs)}, {Name: "Memory", Value: pages.Size(h.Engine.Memory)},
			{Name: "Runtimes", Value: strings.Join(h.Engine.Runtimes, ", ")},
		}
	}
	boxes := pages.Part{Name: "Sandboxes", State: pages.StateOf("up"), Note: "Runs get " + cmp.Or(h.Runtime, "the engine's default") + ".",
		Facts: []pages.Fact{{Name: "Alive", Value: thousands(h.Live)}, {Name: "Kept ready", Value: thousands(h.Prepared)}, {Name: "Runs that wait for one", Value: thousands(h.Waiting)}}}
	queue := pages.Part{Name: "Queue", State: pages.StateOf("up"), Note: "Nobody waits for long.",
		Facts: []pages.Fact{{Name: "Waiting", Value: thousands(q.Waiting)}, {Name: "Working", Value: thousands(q.Working)}}}
	if waited := s.Now().Sub(q.OldestWaiting); !q.OldestWaiting.IsZero() && waited > longWait {
		queue.State, queue.Note = pages.StateOf("degraded"), "The oldest run has waited for "+pages.Span(waited)+"."
	}
	return []pages.Part{engine, boxes, queue}
}

// consoleLede answers the page's question in a sentence.
func consoleLede(h sandboxes.Health, causes []pages.Cause) string {
	switch ours := oursOf(causes); {
	case !h.Up:
		return "No: the engine does not answer, and no run can start."
	case ours > 0:
		return "Mostly: " + count(ours, "run", "runs") + " among the newest failed by the platform's own fault."
	case len(h.Engine.Warnings) > 0:
		return "Yes, though the engine weakens the sandbox profile; see below."
	}
	return "Yes: the engine answers, and no run failed by the platform's own fault."
}

func oursOf(causes []pages.Cause) (n int) {
	for _, c := range causes {
		if c.Ours {
			n += c.Count
		}
	}
	return n
}

// causesOf counts why runs failed, the most frequent first.
func causesOf(ended []scoring.ConsoleRow) []pages.Cause {
	counts, failed := map[scoring.Cause]int{}, 0
	for _, row := range ended {
		if row.Run.State == scoring.Failed {
			counts[row.Run.Cause]++
			failed++
		}
	}
	var causes []pages.Cause
	for cause, n := range counts {
		causes = append(causes, pages.Cause{Name: causeName(cause), Count: n, Percent: 100 * n / failed, Ours: !cause.Counts()})
	}
	slices.SortFunc(causes, func(a, b pages.Cause) int { return cmp.Or(b.Count-a.Count, cmp.Compare(a.Name, b.Name)) })
	return causes
}

// causeName is a cause in two words, for lists: "Out of memory".
func causeName(cause scoring.Cause) string {
	return capital(strings.ReplaceAll(string(cause), "_", " "))
}

// causeLinks filters the ended runs by why they failed.
func causeLinks(ended []scoring.ConsoleRow, chosen string) []pages.FilterLink {
	links := []pages.FilterLink{{Text: "All", Href: "/console", Count: len(ended), Current: chosen == ""}}
	counts := map[scoring.Cause]int{}
	for _, row := range ended {
		if row.Run.Cause != "" {
			counts[row.Run.Cause]++
		}
	}
	for cause, n := range counts {
		links = append(links, pages.FilterLink{Text: causeName(cause), Href: "/console?cause=" + string(cause), Count: n, Current: chosen == string(cause)})
	}
	slices.SortFunc(links[1:], func(a, b pages.FilterLink) int { return cmp.Compare(a.Text, b.Text) })
	return links
}
