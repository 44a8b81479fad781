package events

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"
	"time"
)

// Reload is the type of the marker that tells a client its view may have missed
// events: it must load its page or list again and go on from the marker's ID.
const Reload = "reload"

// TopicRuns carries the state changes of all runs, for the organiser's console.
const TopicRuns = "runs"

// Event is one fact that was committed. Data is JSON and must not be changed
// after Publish, since all subscribers share its bytes.
type Event struct {
	// ID grows by one with each event of a process and, being seeded with the
	// clock, also across restarts. Publish sets it.
	ID    uint64          `json:"id"`
	Topic string          `json:"topic"`
	Type  string          `json:"type"`
	Data  json.RawMessage `json:"data,omitempty"`
	At    time.Time       `json:"at"`
}

// ChallengeTopic names the topic of one challenge: phases, board revisions.
func ChallengeTopic(id string) string { return "challenge/" + id }

// SubmissionTopic names the topic of one submission and its runs.
func SubmissionTopic(id string) string { return "submission/" + id }

// TeamTopic names the topic of one team: members, submissions.
func TeamTopic(id string) string { return "team/" + id }

// AppendSSE appends the event in the text/event-stream form of the HTML
// standard, section 9.2, with the ID, the type and one data line for each line
// of Data. An event without Data sends "null", as clients ignore empty data.
func (e Event) AppendSSE(dst []byte) []byte {
	dst = append(dst, "id: "...)
	dst = strconv.AppendUint(dst, e.ID, 10)
	dst = append(dst, "\nevent: "...)
	dst = append(dst, oneLine.Replace(e.Type)...)
	data := []byte(e.Data)
	if len(data) == 0 {
		data = []byte("null")
	}
	for line := range bytes.Lines(data) {
		dst = append(dst, "\ndata: "...)
		// A lone carriage return ends a line too; in JSON it can only be a space.
		dst = append(dst, bytes.ReplaceAll(bytes.TrimRight(line, "\r\n"), []byte("\r"), []byte(" "))...)
	}
	return append(dst, "\n\n"...)
}

// oneLine keeps a type from ending its own field early.
var oneLine = strings.NewReplacer("\n", " ", "\r", " ")
