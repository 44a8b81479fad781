package api

import (
	"time"

	"incubator/scenarios"
)

// ChallengeDetail is a challenge with everything that a team needs to take part.
type ChallengeDetail struct {
	Challenge
	Contact     Contact         `json:"contact"`
	Pages       []Text          `json:"pages" doc:"Markdown, in order"`
	Glossary    []Term          `json:"glossary"`
	Kinds       map[string]Kind `json:"kinds" doc:"By kind: results, code, image, document"`
	Run         RunLimits       `json:"run_limits"`
	Metrics     []ScoreMetric   `json:"metrics" doc:"Columns of the leaderboard"`
	TieBreaks   []string        `json:"tie_breaks" doc:"Keys of metrics, most important first"`
	DataSets    []DataSet       `json:"data_sets"`
	Attachments []Attachment    `json:"attachments" doc:"What can be downloaded"`
}

// Contact is who answers questions.
type Contact struct {
	Name  string `json:"name"`
	Email string `json:"email"`
}

// Text is one page of a challenge.
type Text struct {
	Title string `json:"title"`
	Body  string `json:"body" doc:"Markdown"`
}

// Term is a word of the challenge's own vocabulary.
type Term struct {
	Term       string `json:"term"`
	Definition string `json:"definition"`
}

// Kind limits one kind of submission.
type Kind struct {
	MaxSize int64          `json:"max_size" doc:"Bytes"`
	Files   []RequiredFile `json:"files,omitempty" doc:"Tables that must be there"`
	Runtime string         `json:"runtime,omitempty" doc:"Image that code runs in"`
}

// RequiredFile is a table that a results submission holds.
type RequiredFile struct {
	Name    string   `json:"name" example:"predictions.csv"`
	Columns []string `json:"columns" example:"id"`
	MaxRows int64    `json:"max_rows,omitempty"`
}

// RunLimits bound the sandbox in which a submission runs.
type RunLimits struct {
	CPUs        float64 `json:"cpus"`
	MemoryBytes int64   `json:"memory_bytes"`
	Seconds     float64 `json:"seconds"`
	OutputBytes int64   `json:"output_bytes"`
}

// ScoreMetric is one column of the leaderboard.
type ScoreMetric struct {
	Key       string `json:"key" example:"roc_auc"`
	Name      string `json:"name"`
	Title     string `json:"title"`
	Direction string `json:"direction" enum:"higher,lower" doc:"Which of two values is the better one"`
	Primary   bool   `json:"primary"`
	Precision int    `json:"precision" doc:"Decimals shown"`
	Unit      string `json:"unit,omitempty"`
}

// DataSet is data that submissions are trained or scored on.
type DataSet struct {
	Name       string `json:"name"`
	Title      string `json:"title"`
	Visibility string `json:"visibility"`
	Licence    string `json:"licence"`
	Source     string `json:"source,omitempty"`
}

// Attachment is a file to download.
type Attachment struct {
	Name    string `json:"name" example:"train.tar"`
	Kind    string `json:"kind" enum:"data,starter"`
	Title   string `json:"title"`
	Licence string `json:"licence,omitempty"`
	Size    int64  `json:"size" doc:"Bytes"`
	SHA256  string `json:"sha256"`
	Href    string `json:"href" doc:"Path of the download"`
}

func showChallengeDetail(c *scenarios.Challenge, now time.Time) ChallengeDetail {
	spec := c.Spec
	out := ChallengeDetail{
		Challenge: showChallenge(c, now), Contact: Contact(spec.Contact), Kinds: map[string]Kind{},
		Pages: []Text{}, Glossary: []Term{}, DataSets: []DataSet{}, Attachments: []Attachment{},
		Metrics: showMetrics(spec.Grading.Metrics), TieBreaks: append([]string{}, spec.Grading.TieBreaks...),
		Run: RunLimits{CPUs: spec.Run.CPUs, MemoryBytes: int64(spec.Run.Memory), Seconds: spec.Run.Time.Std().Seconds(), OutputBytes: int64(spec.Run.Output)},
	}
	for _, p := range spec.Pages {
		out.Pages = append(out.Pages, Text{Title: p.Title, Body: p.Body})
	}
	for _, t := range spec.Glossary {
		out.Glossary = append(out.Glossary, Term(t))
	}
	for kind, limits := range spec.Kinds {
		out.Kinds[string(kind)] = showKind(limits)
	}
	for _, d := range c.DataSets {
		out.DataSets = append(out.DataSets, DataSet{Name: d.Name, Title: d.Title, Visibility: string(d.Visibility), Licence: d.Licence, Source: d.Source})
	}
	for _, at := range c.Attachments {
		out.Attachments = append(out.Attachments, showAttachment(c.Slug, at))
	}
	return out
}

func showKind(k scenarios.KindSpec) Kind {
	out := Kind{MaxSize: int64(k.MaxSize), Runtime: k.Runtime}
	for _, f := range k.Files {
		out.Files = append(out.Files, RequiredFile{Name: f.Name, Columns: f.Columns, MaxRows: f.MaxRows})
	}
	return out
}

func showMetrics(all []scenarios.Metric) []ScoreMetric {
	out := make([]ScoreMetric, len(all))
	for i, m := range all {
		out[i] = ScoreMetric{Key: m.Key, Name: m.Name, Title: m.Title, Direction: string(m.Direction),
			Primary: m.Primary, Precision: m.Precision, Unit: m.Unit}
	}
	return out
}

func showAttachment(slug string, at scenarios.Attachment) Attachment {
	return Attachment{Name: at.Name, Kind: string(at.Kind), Title: at.Title, Licence: at.Licence,
		Size: at.Blob.Size, SHA256: at.Blob.SHA256, Href: Prefix + "/challenges/" + slug + "/attachments/" + at.Name}
}
