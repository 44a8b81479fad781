package scenarios

import (
	"time"

	"incubator/platform/files"
)

// ChallengeState says whether a challenge is on show.
type ChallengeState string

// The states of a challenge.
const (
	Published ChallengeState = "published"
	Archived  ChallengeState = "archived" // kept for its results, closed for good
)

// Challenge is a published innovation challenge.
type Challenge struct {
	ID          string
	Slug        string
	Area        Area
	Title       string
	Summary     string
	State       ChallengeState
	Version     int // counts publications, from 1
	Spec        Spec
	Scorer      files.Blob // canonical tar of the scoring program; zero where metrics are built in
	PublishedAt time.Time
	UpdatedAt   time.Time
	Phases      []Phase      // in order of position
	DataSets    []DataSet    // in order of position
	Attachments []Attachment // in order of position
}

// Phase returns the phase with the name.
func (c *Challenge) Phase(name string) (Phase, bool) {
	for _, phase := range c.Phases {
		if phase.Name == name {
			return phase, true
		}
	}
	return Phase{}, false
}

// PhaseByID returns the phase with the id.
func (c *Challenge) PhaseByID(id string) (Phase, bool) {
	for _, phase := range c.Phases {
		if phase.ID == id {
			return phase, true
		}
	}
	return Phase{}, false
}

// DataSet returns the data set with the name.
func (c *Challenge) DataSet(name string) (DataSet, bool) {
	for _, set := range c.DataSets {
		if set.Name == name {
			return set, true
		}
	}
	return DataSet{}, false
}

// CurrentPhase returns the phase that is open at the time; else the next to open;
// else the last one.
func (c *Challenge) CurrentPhase(now time.Time) Phase {
	if len(c.Phases) == 0 {
		return Phase{}
	}
	for _, phase := range c.Phases {
		if phase.IsOpen(now) {
			return phase
		}
	}
	for _, phase := range c.Phases {
		if phase.State(now) == Upcoming {
			return phase
		}
	}
	return c.Phases[len(c.Phases)-1]
}

// DataSet is a published data set. Its archives are canonical tar blobs.
type DataSet struct {
	ID         string
	Name       string
	Title      string
	Visibility Visibility
	Licence    string
	Source     string
	Input      files.Blob
	Truth      files.Blob // zero where there is no truth
}

// AttachmentKind says what a download is for.
type AttachmentKind string

// The kinds of attachment.
const (
	DataAttachment    AttachmentKind = "data"
	StarterAttachment AttachmentKind = "starter"
)

// Attachment is a file that participants may download.
type Attachment struct {
	ID      string
	Kind    AttachmentKind
	Name    string // file name
	Title   string
	Licence string
	Blob    files.Blob
}
