package scenarios

// FormatChallenge names the only version of challenge.yaml there is so far.
const FormatChallenge = "incubator/challenge/v1"

// Area is one of the programme's three fields of innovation.
type Area string

// The areas.
const (
	SituationalAwareness Area = "situational_awareness"
	DataFusion           Area = "data_fusion"
	MobileSecurity       Area = "mobile_security"
)

// Areas lists every area in the order pages show them.
func Areas() []Area { return []Area{SituationalAwareness, DataFusion, MobileSecurity} }

// Kind is the form in which a team hands in its work.
type Kind string

// The kinds of submission.
const (
	Results  Kind = "results"  // files with predictions, scored as they are
	Code     Kind = "code"     // an archive and a command, run in a runtime image
	Image    Kind = "image"    // a container image archive (docker save or OCI layout)
	Document Kind = "document" // a proposal in Markdown or PDF, read by evaluators
)

// Kinds lists every kind in the order pages show them.
func Kinds() []Kind { return []Kind{Results, Code, Image, Document} }

// Spec is a challenge as its pack describes it. It is stored as JSON with the
// published challenge, so a field is only ever added, never renamed.
type Spec struct {
	Format     string            `json:"format"`
	Slug       string            `json:"slug"`
	Title      string            `json:"title"`
	Area       Area              `json:"area"`
	Summary    string            `json:"summary"`
	Contact    Contact           `json:"contact"`
	Pages      []Page            `json:"pages"`
	Glossary   []Term            `json:"glossary,omitempty"`
	DataSets   []DataSetSpec     `json:"data_sets"`
	Starter    string            `json:"starter,omitempty"` // folder of the starter kit
	Kinds      map[Kind]KindSpec `json:"kinds"`
	Run        RunLimits         `json:"run"`
	Grading    Grading           `json:"grading"`
	Phases     []PhaseSpec       `json:"phases"`
	RubricFile string            `json:"rubric,omitempty"`
	Rubric     *Rubric           `json:"rubric_document,omitempty"` // filled when the pack is loaded
	Reference  []Reference       `json:"reference,omitempty"`
}

// Contact is who answers questions about a challenge.
type Contact struct {
	Name  string `json:"name"`
	Email string `json:"email"`
}

// Page is one Markdown page of a challenge.
type Page struct {
	Title string `json:"title"`
	File  string `json:"file"`
	Body  string `json:"body,omitempty"` // filled when the pack is loaded
}

// Term is a word of the challenge's own vocabulary.
type Term struct {
	Term       string `json:"term"`
	Definition string `json:"definition"`
}

// Visibility says who may have the inputs of a data set. The truth of a data set
// that runs are scored against is never visible to participants.
type Visibility string

// The visibilities.
const (
	Public Visibility = "public" // inputs and truth can be downloaded
	Inputs Visibility = "inputs" // inputs can be downloaded, truth is given to scoring alone
	Hidden Visibility = "hidden" // inputs are given to runs alone, truth to scoring alone
)

// DataSetSpec is a folder of input files and a folder of truth. Its files are
// in data/<name>/input and data/<name>/truth of the pack, or are generated there.
type DataSetSpec struct {
	Name       string     `json:"name"`
	Title      string     `json:"title"`
	Visibility Visibility `json:"visibility"`
	Licence    string     `json:"licence"`
	Source     string     `json:"source,omitempty"`
	SHA256     string     `json:"sha256,omitempty"` // of the canonical archive of the folder, hex
	Generator  *Generator `json:"generator,omitempty"`
}

// Generator names a bundled generator and its parameters.
type Generator struct {
	Name string `json:"name"`
	Seed uint64 `json:"seed"`
	// TrainSeed draws the training part that a test split ships along, where the
	// generator makes one; zero means Seed.
	TrainSeed uint64  `json:"train_seed,omitempty"`
	Scale     float64 `json:"scale"`
	Split     string  `json:"split"`
}

// KindSpec limits one kind of submission.
type KindSpec struct {
	MaxSize Bytes      `json:"max_size"`
	Files   []FileSpec `json:"files,omitempty"`   // results: what must be there
	Runtime string     `json:"runtime,omitempty"` // code: recipe of the runtime image
}

// FileSpec is a table that a results submission, or the output of a run, must hold.
type FileSpec struct {
	Name    string   `json:"name"`
	Columns []string `json:"columns"`
	MaxRows int64    `json:"max_rows,omitempty"`
}

// RunLimits bound the sandbox in which a submission runs.
type RunLimits struct {
	CPUs   float64  `json:"cpus"`
	Memory Bytes    `json:"memory"`
	Time   Duration `json:"time"`
	Output Bytes    `json:"output"`
}
