package site_test

import (
	"bytes"
	"io"
	"net"
	"net/http"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"incubator/platform/accounts"
	"incubator/web/webtest"
)

func TestASubmissionIsExplainedToItsTeam(t *testing.T) {
	s := newChallengeSite(t)
	member, organiser := s.as(accounts.Participant), s.as(accounts.Organiser)
	path := s.submitted(member, s.kestrel, webtest.Predictions)
	waiting := member.get(path).says("Submission #1 is stored and in the queue.", "#1 first try", "Waits for a free sandbox", "The log is shown when the run has ended.")
	waiting.saysNot("/cancel")
	require.Contains(t, waiting.Body, `hx-trigger="sse:run, sse:reload"`)
	s.scored(1, func() { s.platform.StartJobs(t) })
	scored := member.get(path).says("ROC-AUC", "0.750", "Higher is better.", "Stands on the board.", "predictions.csv")
	scored.saysNot("sse-connect", "/rerun", path+"/output")
	member.get(challengePage+"/submissions").says("first try", "scored", "0.750")
	s.rival.get(challengePage+"/submissions").says("Nothing submitted yet").saysNot("first try", "Kestrel")
	require.Equal(t, http.StatusForbidden, s.rival.get(challengePage+"/submissions?team="+s.kestrel.ID).Status)
	organiser.get(challengePage+"/submissions?state=scored").says("Kestrel", "first try")
	organiser.get(challengePage + "/submissions?state=failed").says("No submission is failed")
	organiser.get(path).says("Run again")
	s.scored(1, func() { organiser.submit(path + "/rerun").says("The submission is in the queue again.") })
	organiser.get(path).says("Earlier runs", "Run 1, as handed in", "again, by an organiser")
}

func TestWhatTheFormRefuses(t *testing.T) {
	s := newChallengeSite(t)
	member := s.as(accounts.Participant)
	member.handIn(s.kestrel, "results", "try <b>7", "predictions.csv", "id,score\na,0.1\nb,zero\nc,1\nd,1\n").status(422).
		says("The file was not accepted, and nothing was counted", "predictions.csv line 3", "column score").saysNot("try <b>7")
	kept := member.handIn(s.kestrel, "results", "try 7", "predictions.csv", "").status(422).says("The file is empty.")
	require.Contains(t, kept.Body, `value="try 7"`, "what was typed stays")
	member.handIn(s.kestrel, "image", "", "image.tar", "x").status(422).says("does not take submissions of the kind")
	member.handIn(s.osprey, "results", "", "predictions.csv", webtest.Predictions).status(403).says("You are not a member of this team.")
	member.handIn(s.kestrel, "document", strings.Repeat("n", 101), "a.md", "text").status(422).says("at most 100 characters")
	s.submitted(member, s.kestrel, webtest.Predictions)
	member.handIn(s.kestrel, "results", "", "predictions.csv", webtest.Predictions).status(409).says("This was not submitted", "already, as submission #1")
	closed := member.get(challengePage+"/submit?phase=past").says("Nothing can be submitted now", "past closed")
	require.Contains(t, closed.Body, "disabled>")
	require.Equal(t, http.StatusConflict, member.upload(challengePage+"/submit?phase=past", field{name: "csrf", value: member.token},
		field{name: "team", value: s.kestrel.ID}, field{name: "kind", value: "results"}, field{name: "file", value: "x", file: "x.csv"}).Status)
	s.as(accounts.Trainer).get(challengePage + "/submit?phase=open").says("You are not in a team.")
}

func TestTheFormTokenComesBeforeTheFile(t *testing.T) {
	s := newChallengeSite(t)
	member, path := s.as(accounts.Participant), challengePage+"/submit?phase=open"
	member.get(path)
	token, file := field{name: "csrf", value: member.token}, field{name: "file", value: webtest.Predictions, file: "predictions.csv"}
	rest := []field{{name: "kind", value: "results"}, {name: "team", value: s.kestrel.ID}}
	for name, fields := range map[string][]field{
		"none": append(rest, file), "late": append(rest, file, token), "wrong": append(rest, field{name: "csrf", value: "x"}, file),
	} {
		require.Equal(t, http.StatusForbidden, member.upload(path, fields...).Status, name)
	}
	require.Equal(t, 422, member.upload(path, token).Status, "without a file")
	require.Equal(t, 422, member.upload(path, token, field{name: "name", value: strings.Repeat("x", 5000)}, file).Status, "a field that is too long")
	require.Equal(t, http.StatusForbidden, s.rival.upload(path, token, file).Status, "the token of another session")
	require.Empty(t, s.board().Rows)
	member.get(challengePage + "/submissions").says("Nothing submitted yet")
}

// A large upload goes from the connection to the disk: the process allocates a
// small part of it.
func TestUploadsAreStreamed(t *testing.T) {
	const size = 64 << 20
	s := newChallengeSite(t)
	member := s.as(accounts.Participant)
	member.get(challengePage + "/submit?phase=open")
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	served := make(chan error, 1)
	go func() { served <- s.Serve(listener) }()
	t.Cleanup(func() {
		require.NoError(t, s.Fiber().Shutdown())
		require.NoError(t, <-served)
	})
	around, kind := form(t, field{name: "csrf", value: member.token}, field{name: "kind", value: "document"},
		field{name: "team", value: s.kestrel.ID}, field{name: "file", value: "%PDF-", file: "proposal.pdf"})
	head, tail, found := bytes.Cut(around.Bytes(), []byte("%PDF-"))
	require.True(t, found)
	body := io.MultiReader(bytes.NewReader(head), strings.NewReader("%PDF-"), io.LimitReader(zeros{}, size), strings.NewReader("%%EOF"), bytes.NewReader(tail))
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://"+listener.Addr().String()+challengePage+"/submit?phase=open", body)
	require.NoError(t, err)
	req.Header.Set("Content-Type", kind)
	req.AddCookie(&http.Cookie{Name: "session", Value: member.cookies["session"]})
	client := &http.Client{Timeout: time.Minute, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	res, err := client.Do(req)
	require.NoError(t, err)
	defer res.Body.Close()
	runtime.ReadMemStats(&after)
	require.Equal(t, http.StatusSeeOther, res.StatusCode)
	require.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(size/4))
	member.get(res.Header.Get("Location")).says("64 MiB", "Read by evaluators", "received")
}

// zeros never ends.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}
