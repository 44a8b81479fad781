package webtest_test

import (
	"time"

	"incubator/web/pages"
)

// gallery is every page with a realistic model; some more than once, for the
// states that readers meet.
func gallery() []sample {
	all := []sample{
		{"home-public", "home", homePublic()}, {"home", "home", homeMine()},
		{"challenges", "challenges", challenges()}, {"challenges-empty", "challenges", challengesEmpty()},
		{"challenge", "challenge", challenge()}, {"challenge-new", "challenge", challengeNew()}, {"challenge-problem", "challenge", challengeProblem()},
		{"submission", "submission", submissionScored()}, {"submission-failed", "submission", submissionFailed()}, {"submission-running", "submission", submissionRunning()},
		{"submit", "submit", submit()}, {"submissions", "submissions", submissions()}, {"phase", "phase", phasePage()},
	}
	return append(all, galleryPeople()...)
}

func homePublic() pages.HomePage {
	f := frame("home", "Good ideas in cyber defence, proven on hidden data", "Incubator publishes open challenges, runs what you submit in sealed sandboxes, and shows what it is worth: to you, to evaluators, and to the partners who need it.", nil)
	f.Title = "Innovation challenges in cyber defence"
	return pages.HomePage{Frame: f, Open: cards(), Figures: []pages.Figure{{Label: "Open challenges", Value: "2", Note: "in three areas"}, {Label: "Teams", Value: "16", Note: "from 11 organisations"}, {Label: "Runs", Value: "1,284", Note: "in sealed sandboxes"}, {Label: "Median time to a score", Value: "38", Unit: "s", Note: "last 7 days"}}}
}

func homeMine() pages.HomePage {
	f := frame("home", "Good morning, Ida", "Two challenges are open to Kestrel Labs, and one submission needs a look.", viewer())
	f.Flash = []pages.Flash{{Tone: pages.ToneGood, Text: "Left the team Night Watch.", Undo: "/undo/1"}}
	return pages.HomePage{Frame: f, Open: cards()[:2], Standings: standings(),
		Attention: []pages.Notice{{Tone: pages.ToneBad, Title: "#17 detector-0.8 ran out of memory", Text: "It used all of its 512 MiB after 12 s. The limit is the same for everybody.", Action: pages.Link{Text: "See why", Href: "/submissions/17"}}},
		Work:      []pages.WorkItem{{Icon: pages.IconUpload, Text: "Submit to Find the intrusion", Note: "3 of 5 submissions left today", Href: "/c/1/submit", Due: in(9*day + 4*time.Hour)}, {Icon: pages.IconRunning, Text: "#19 detector-0.10 is running", Note: "31 s of at most 10 min", Href: "/submissions/19"}, {Icon: pages.IconInvite, Text: "Olav was invited and has not answered", Note: "The link expires soon", Href: "/teams/1", Due: in(2 * day)}},
		News:      []pages.News{{Title: "Data sheet corrected", Text: "Host 114 moved to the second subnet on day 3. No score changes.", Href: "/news/2", At: ago(26 * time.Hour)}}}
}

func challenges() pages.ChallengesPage {
	p := pages.ChallengesPage{Frame: frame("challenges", "Challenges", "Each is a real problem with data, limits and a board of its own.", viewer()),
		Filter: []pages.FilterLink{{Text: "All", Href: "?", Count: 3, Current: true}, {Text: "Open", Href: "?state=open", Count: 2}, {Text: "Upcoming", Href: "?state=upcoming", Count: 1}, {Text: "Closed", Href: "?state=closed"}}}
	for i, a := range pages.Areas() {
		p.Groups = append(p.Groups, pages.ChallengeGroup{Area: a, Cards: cards()[i : i+1]})
	}
	return p
}

func challengesEmpty() pages.ChallengesPage {
	p := challenges()
	p.Groups = nil
	p.Empty = pages.Empty{Icon: pages.IconArchive, Title: "No challenge is closed yet", Text: "A challenge moves here with its final board and decision when its last phase ends.", Action: &pages.Link{Text: "See the open ones", Href: "/challenges"}}
	return p
}

func challengeFrame(current string) pages.Frame {
	f := frame("challenges", "Find the intrusion", "One day, 412 hosts, eight intrusions. Say where they are, how sure you are, and how fast you knew.", viewer())
	f.Area, f.State, f.Here = pages.AreaOf("awareness"), pages.StateOf("open"), "/challenges/find-the-intrusion"
	f.Trail = []pages.Link{{Text: "Challenges", Href: "/challenges"}}
	f.Tabs = pages.Tabs{Label: "Parts of the challenge", Current: current, Items: []pages.Tab{{Key: "overview", Text: "Overview", Href: "?"}, {Key: "problem", Text: "Problem", Href: "?tab=problem"}, {Key: "data", Text: "Data", Href: "?tab=data", Count: 3}, {Key: "rules", Text: "Rules", Href: "?tab=rules"}}}
	return f
}

func challenge() pages.ChallengePage {
	return pages.ChallengePage{Frame: challengeFrame("overview"), Board: board(), Scores: scoreChart(), Mine: mine(), Data: datasets(),
		Quota: pages.Quota{Submit: "/c/1/submit", Left: 3, Of: 5, Per: "today"},
		Phases: []pages.Phase{{Name: "Registration", State: pages.StateOf("closed"), Done: true, Closes: ago(19 * day)}, {Name: "Development", State: pages.StateOf("open"), Now: true, Elapsed: 64, Closes: in(9*day + 4*time.Hour), Note: "3 of 5 submissions left today"},
			{Name: "Final, blind", State: pages.StateOf("upcoming"), Opens: in(9*day + 4*time.Hour)}, {Name: "Review and decision", State: pages.StateOf("upcoming"), Opens: in(14 * day)}},
		Facts: []pages.Fact{{Name: "Teams", Value: "8"}, {Name: "Submissions", Value: "92"}, {Name: "Run limits", Value: "2 CPUs, 512 MiB, 10 min"}, {Name: "Contact", Value: "challenges@programme.example", Href: "mailto:challenges@programme.example"}}}
}

func challengeNew() pages.ChallengePage {
	p := challenge()
	p.Frame.Viewer, p.Frame.Area = nil, pages.AreaOf("fusion")
	p.Frame.Heading, p.Board.Rows, p.Mine, p.Scores.Series, p.Quota = "One incident, four reports", nil, nil, nil, pages.Quota{}
	p.Board.Empty = pages.Empty{Icon: pages.IconTrophy, Title: "Nobody is on the board yet", Text: "The first scored submission opens it. The baseline in the starter kit scores as it is.", Action: &pages.Link{Text: "Get the starter kit", Href: "/d/2"}}
	p.Join = &pages.Join{Text: "Teams of companies and academics may take part until the development phase closes.", Action: pages.Link{Text: "Take part", Href: "/sign-up"}}
	return p
}

func challengeProblem() pages.ChallengePage {
	p := challenge()
	p.Frame = challengeFrame("problem")
	p.Frame.Area = pages.AreaOf("mobile")
	p.Body = `<h2 id="task">What to do</h2><p>A company of 412 hosts records what its network and its machines do. During one day, <strong>eight intrusions</strong> hide in that record. Your program reads the stream once, in order, and writes an alert whenever it is sure enough: when, which host, which technique, how sure.</p><p>An alert counts for an incident when it names one of its hosts and comes after its first step. See <a href="#score">how it is scored</a>.</p><h2 id="score">How it is scored</h2><ul><li>F1 over incidents ranks the board.</li><li>Ties go to the shorter time to detect, then to the earlier submission.</li></ul><pre tabindex="0"><code>{"time": "2026-03-02T09:14:07Z", "host": "wks-114", "technique": "T1021.002", "confidence": 0.93}</code></pre>`
	p.Contents = []pages.Link{{Text: "What to do", Href: "#task"}, {Text: "How it is scored", Href: "#score"}}
	p.Glossary = []pages.Term{{Name: "Incident", Meaning: "One intrusion from its first step to its last."}, {Name: "Time to detect", Meaning: "From the first step of an incident to the first alert that names it."}}
	return p
}

func submissionFrame(state string) pages.SubmissionPage {
	f := frame("challenges", "#18 detector-0.9", "Kestrel Labs, by Ida Holm", viewer())
	f.Area, f.State = pages.AreaOf("awareness"), pages.StateOf(state)
	f.Trail = []pages.Link{{Text: "Challenges", Href: "/challenges"}, {Text: "Find the intrusion", Href: "/c/1"}}
	return pages.SubmissionPage{Frame: f, Number: 18, Live: pages.Live{Stream: "/api/v1/events?topics=challenge/1", Fresh: ago(2 * time.Second)},
		Facts: []pages.Fact{{Name: "Kind", Value: "Code, Python 3.11"}, {Name: "Size", Value: "48.2 KiB"}, {Name: "SHA-256", Value: hash, Code: true}, {Name: "Phase", Value: "Development"}, {Name: "Sandbox", Value: "gVisor, no network"}, {Name: "Attempt", Value: "1 of 1"}},
		Usage: []pages.Usage{{Name: "Time", Used: "41 s", Limit: "10 min", Percent: 7}, {Name: "Memory, peak", Used: "478 MiB", Limit: "512 MiB", Percent: 93}, {Name: "Output", Used: "1.2 MiB", Limit: "64 MiB", Percent: 2}}}
}

func submissionScored() pages.SubmissionPage {
	p := submissionFrame("scored")
	p.Steps = steps(pages.StepDone, pages.StepDone, pages.StepDone, pages.StepDone, pages.StepDone)
	p.Metrics = []pages.Metric{{Score: f1(.812, .783, .838), Primary: true, Best: "best of the team, +0.013", Meaning: "Harmonic mean of precision and incident recall."}, {Score: pages.Score{Metric: "Incident recall", Value: .875, Precision: 3, Low: .84, High: .91, Level: "95 %"}, Meaning: "Share of incidents with at least one alert: 7 of 8."}, {Score: pages.Score{Metric: "Time to detect", Text: "4 min 12 s"}, Meaning: "Mean time from first step to first alert; a miss counts as the whole day."}, {Score: pages.Score{Metric: "Alert reduction", Value: 96, Unit: "%"}, Meaning: "Share of raw events that never became an alert."}}
	p.Outputs = []pages.DataSet{{Name: "output.tar.gz", Href: "/o/1", Size: 1_204_000, SHA256: hash, Icon: pages.IconPackage}, {Name: "detailed_results.html", Href: "/o/2", Size: 38_000, SHA256: hash, Icon: pages.IconDocument}}
	p.Logs = []pages.Log{{Name: "Program", Note: "first 64 KiB of 3.2 MiB", Href: "/l/1", Lines: []pages.LogLine{{Number: 1, Text: "reading /app/input_data/day7.jsonl"}, {Number: 2, Text: "model: 214 features, threshold 0.71"}, {Number: 3, Text: "warning: 12 records without host, skipped", Bad: true}, {Number: 4, Text: "4,812,007 records in 38.4 s, 31 alerts"}}}}
	curve := pages.Chart{Kind: "bars", Title: "Time to detect by incident", Summary: "Minutes from first step to first alert", Unit: "min", Precision: 1, Series: []pages.Series{{Name: "Time to detect", Mine: true}}}
	for i, v := range []float64{1.2, 3.4, .8, 9.7, 4.1, 6.6, 3.6} {
		curve.Series[0].Points = append(curve.Series[0].Points, pages.Point{Label: "Incident " + string(rune('1'+i)), Value: v})
	}
	p.Curve = &curve
	p.Actions = []pages.Confirm{{Action: "/s/18/withdraw", Button: "Withdraw", Icon: pages.IconDelete, Danger: true, Title: "Withdraw #18 detector-0.9?", Text: "It leaves the board for good. The submission still counts for today."}}
	return p
}

func submissionFailed() pages.SubmissionPage {
	p := submissionFrame("failed")
	p.Steps = steps(pages.StepDone, pages.StepDone, pages.StepBad, pages.StepNext, pages.StepNext)
	p.Steps[2].At, p.Steps[2].Note = ago(time.Minute), "ended after 12 s: out of memory"
	p.Failure = &pages.Failure{Title: "Your program used more memory than its limit", Text: "It was ended after 12 s at 512 MiB, while it read day7.jsonl.", Advice: []string{"Read the file line by line instead of as a whole.", "Try it at home with the same limit: incubator run find-the-intrusion ./detector."}, Counts: "It counts for today, because the program ran. Failures of the platform never count."}
	p.Usage[1] = pages.Usage{Name: "Memory, peak", Used: "512 MiB", Limit: "512 MiB", Percent: 100}
	p.Logs = []pages.Log{{Name: "Program", Lines: []pages.LogLine{{Number: 1, Text: "reading /app/input_data/day7.jsonl"}, {Number: 2, Text: "Killed", Bad: true}}}}
	return p
}

func submissionRunning() pages.SubmissionPage {
	p := submissionFrame("running")
	p.Steps = steps(pages.StepDone, pages.StepDone, pages.StepNow, pages.StepNext, pages.StepNext)
	p.Steps[2].Note = "31 s of at most 10 min"
	p.Usage, p.LogPolicy = nil, "Logs are shown when the run has ended."
	return p
}

func submit() pages.SubmitPage {
	f := frame("challenges", "Submit", "For Kestrel Labs, in the development phase.", viewer())
	f.Area = pages.AreaOf("awareness")
	f.Trail = []pages.Link{{Text: "Challenges", Href: "/challenges"}, {Text: "Find the intrusion", Href: "/c/1"}}
	return pages.SubmitPage{Frame: f, Team: "Kestrel Labs", Quota: pages.Quota{Left: 3, Of: 5, Per: "today"}, Kind: "results", Action: "/c/1/submit",
		Kinds:    []pages.SubmissionKind{{Key: "results", Title: "Results", Icon: pages.IconTable, Text: "Alerts that your program wrote at home.", Limits: []pages.Fact{{Name: "Form", Value: "JSONL or CSV"}, {Name: "Size", Value: "up to 64 MiB"}}}, {Key: "code", Title: "Code", Icon: pages.IconCode, Text: "An archive that we run in a sandbox.", Limits: []pages.Fact{{Name: "Form", Value: "ZIP or tar, with a command"}, {Name: "Size", Value: "up to 256 MiB"}, {Name: "Run", Value: "2 CPUs, 512 MiB, 10 min"}}}, {Key: "image", Title: "Image", Icon: pages.IconImage, Text: "A container image, saved as an archive.", Limits: []pages.Fact{{Name: "Form", Value: "docker save or OCI layout"}, {Name: "Size", Value: "up to 2 GiB"}}}},
		Problems: []pages.Problem{{File: "alerts.csv", Line: 1, Text: "the column confidence is missing; expected time, host, technique, confidence"}, {File: "alerts.csv", Line: 214, Text: "time is not RFC 3339: 9-04-2024"}},
		File:     pages.Field{Label: "File", Hint: "It is checked before it counts: form, columns and ids, by line.", Error: "Choose the corrected file."},
		Name:     pages.Field{Name: "name", Label: "Name", Type: "text", Value: "detector-0.10", Required: true, Max: 80, Hint: "How you will recognise it on your list."}}
}

func submissions() pages.SubmissionsPage {
	f := frame("challenges", "Submissions", "Newest first, with the score that ranks the board.", organizer())
	f.Area = pages.AreaOf("awareness")
	p := pages.SubmissionsPage{Frame: f, AllTeam: true, Pages: pages.Pages{Next: "?after=1", Note: "1 to 3 of 92"},
		States: []pages.FilterLink{{Text: "All", Href: "?", Current: true}, {Text: "Scored", Href: "?state=scored"}, {Text: "Failed", Href: "?state=failed"}}}
	for _, card := range mine() {
		p.Rows = append(p.Rows, pages.SubmissionRow{SubmissionCard: card, Team: "Kestrel Labs", TeamHref: "/teams/1", Phase: "Development"})
	}
	return p
}

func phasePage() pages.PhasePage {
	f := frame("console", "Development", "Find the intrusion", organizer())
	f.Area, f.State = pages.AreaOf("awareness"), pages.StateOf("open")
	return pages.PhasePage{Frame: f, Facts: []pages.Fact{{Name: "Board", Value: "8 teams, revision 2", Href: "/c/1"}, {Name: "Limits", Value: "5 submissions a day, 100 in all"}},
		Rescore:   pages.Form{Action: "/console/phases/1/rescore", Button: "Score the phase again", Fields: []pages.Field{{Name: "reason", Label: "Reason", Type: "textarea", Required: true, Error: "Say why.", Hint: "Organisers read it beside the board that it replaced."}}},
		Revisions: []pages.BoardRevision{{Number: 1, Closed: ago(3 * day), Reason: "The truth of host 114 was wrong.", Board: board()}}}
}
