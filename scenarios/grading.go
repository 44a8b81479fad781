package scenarios

// Direction says which of two values of a metric is the better one.
type Direction string

// The directions.
const (
	Higher Direction = "higher"
	Lower  Direction = "lower"
)

// Grading turns the output of a run into scores, either with built-in metrics
// over two tables or with a scoring program in a container of its own.
type Grading struct {
	Truth      string          `json:"truth,omitempty"`      // file in the data set's truth folder
	Prediction string          `json:"prediction,omitempty"` // file in the run's output
	Metrics    []Metric        `json:"metrics"`
	Scoring    *ScoringProgram `json:"scoring,omitempty"`
	TieBreaks  []string        `json:"tie_breaks,omitempty"` // metric keys, most important first
}

// Metric is one column of the leaderboard. Name is a built-in metric, or a key of
// the scores.json that the scoring program writes.
type Metric struct {
	Name      string         `json:"name"`
	Key       string         `json:"key"`
	Title     string         `json:"title"`
	Direction Direction      `json:"direction"`
	Primary   bool           `json:"primary,omitempty"`
	Precision int            `json:"precision,omitempty"` // decimals shown
	Unit      string         `json:"unit,omitempty"`
	Params    map[string]any `json:"params,omitempty"` // "$name" is a fact of the truth's truth.json
}

// ScoringProgram is a scoring container by the run contract.
type ScoringProgram struct {
	Runtime string   `json:"runtime"`
	Program string   `json:"program"` // folder in the pack, mounted at /app/program
	Command string   `json:"command"`
	Time    Duration `json:"time"`
	Memory  Bytes    `json:"memory"`
}

// PrimaryMetric returns the metric that ranks first; a valid Spec has exactly one.
func (g Grading) PrimaryMetric() Metric {
	for _, m := range g.Metrics {
		if m.Primary {
			return m
		}
	}
	return Metric{}
}

// Metric returns the metric with the key.
func (g Grading) Metric(key string) (Metric, bool) {
	for _, m := range g.Metrics {
		if m.Key == key {
			return m, true
		}
	}
	return Metric{}, false
}

// Reference is a submission that ships with the pack and the scores it must reach,
// which `pack lint` proves in the real sandbox.
type Reference struct {
	Name   string                 `json:"name"`
	Kind   Kind                   `json:"kind"`
	Path   string                 `json:"path"`            // folder in the pack
	Phase  string                 `json:"phase,omitempty"` // whose data set it runs on; empty: the first phase's
	Expect map[string]Expectation `json:"expect"`
}

// Expectation is a score with the distance that is still accepted.
type Expectation struct {
	Value     float64 `json:"value"`
	Tolerance float64 `json:"tolerance"`
}

// Rubric is what evaluators score a prototype by.
type Rubric struct {
	Format   string      `json:"format"`
	Title    string      `json:"title"`
	Scale    Scale       `json:"scale"`
	Criteria []Criterion `json:"criteria"`
}

// Scale is the range of levels of a rubric, both ends included.
type Scale struct {
	Min int `json:"min"`
	Max int `json:"max"`
}

// Criterion is one question of a rubric.
type Criterion struct {
	Key      string            `json:"key"`
	Title    string            `json:"title"`
	Guidance string            `json:"guidance,omitempty"`
	Weight   float64           `json:"weight"`  // relative to the sum of all weights
	Anchors  map[string]string `json:"anchors"` // what a level means, by level
}
