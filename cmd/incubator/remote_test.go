package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"incubator/platform/accounts"
	"incubator/platform/idempotency"
	"incubator/scoring"
	"incubator/web"
	"incubator/web/api"
	"incubator/web/webtest"
)

// served is a platform on a loopback port, with a team of the participant.
type served struct {
	*webtest.Platform
	url, token string
	team       accounts.Team
}

func serveAPI(t *testing.T) *served {
	t.Helper()
	p := webtest.NewPlatform(t)
	quiet := slog.New(slog.DiscardHandler)
	programs, err := api.New(api.Services{Accounts: p.Accounts, Scenarios: p.Scenarios, Scoring: p.Scoring, Files: p.Files,
		Audit: p.Audit, Idempotency: idempotency.New(p.DB, nil)}, api.Config{Log: quiet})
	require.NoError(t, err)
	app, err := web.New(web.Config{Log: quiet}, web.Services{Accounts: p.Accounts, Events: p.Events, Scenarios: p.Scenarios,
		Scoring: p.Scoring}, programs.Routes()...)
	require.NoError(t, err)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	ended := make(chan error, 1)
	go func() { ended <- app.Serve(l) }()
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
		defer cancel()
		_ = app.Shutdown(ctx) // a client's idle connection may outlast it
		<-ended
	})
	s := &served{Platform: p, url: "http://" + l.Addr().String(),
		token: p.Token(t, accounts.Participant, accounts.ScopeSubmissionsRead, accounts.ScopeSubmissionsWrite)}
	s.team, err = p.Accounts.FoundTeam(t.Context(), p.Users[accounts.Participant], accounts.NewTeam{Name: "Kestrel"})
	require.NoError(t, err)
	return s
}

// incubator runs a command line against the server.
func (s *served) incubator(t *testing.T, args ...string) (code int, out, problems string) {
	t.Helper()
	t.Setenv("INCUBATOR_SERVER", s.url)
	t.Setenv("INCUBATOR_TOKEN", s.token)
	var stdout, stderr bytes.Buffer
	code = run(t.Context(), args, &Streams{Out: &stdout, Err: &stderr})
	return code, stdout.String(), stderr.String()
}

func write(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	return path
}

func TestSubmitStatusLeaderboard(t *testing.T) {
	s := serveAPI(t)
	s.StartJobs(t)
	file := write(t, "predictions.csv", webtest.Predictions)
	code, out, problems := s.incubator(t, "submit", "drifting-fleet", file, "--phase", "open", "--team", "kestrel", "--name", "first", "--wait", "--json")
	require.Zero(t, code, problems)
	require.Empty(t, problems, "no bar where there is no terminal")
	var detail api.SubmissionDetail
	require.NoError(t, json.Unmarshal([]byte(out), &detail))
	require.Equal(t, "scored", detail.State)
	require.Equal(t, "first", detail.Name)
	require.InDelta(t, .75, detail.Runs[0].Scores["roc_auc"], 1e-12)

	code, out, problems = s.incubator(t, "status", detail.ID, "--log")
	require.Zero(t, code, problems)
	require.Contains(t, out, "state        scored\n")
	require.Contains(t, out, "roc_auc      0.75\n")

	code, out, _ = s.incubator(t, "leaderboard", "drifting-fleet")
	require.Zero(t, code)
	require.Equal(t, "RANK  TEAM     ROC-AUC  SUBMISSIONS\n1     Kestrel  0.750    1\n", out)
	code, out, _ = s.incubator(t, "leaderboard", "drifting-fleet", "--phase", "open", "--csv")
	require.Zero(t, code)
	require.True(t, strings.HasPrefix(out, "rank,team,organization,submission,submitted_at,roc_auc\n1,Kestrel,,1,"), out)
	code, out, _ = s.incubator(t, "leaderboard", "drifting-fleet", "--json")
	require.Zero(t, code)
	var board scoring.Leaderboard
	require.NoError(t, json.Unmarshal([]byte(out), &board))
	require.Len(t, board.Rows, 1)
}

func TestAFailedRunIsExitCodeFive(t *testing.T) {
	s := serveAPI(t)
	s.StartJobs(t)
	code, out, problems := s.incubator(t, "submit", "drifting-fleet", write(t, "predictions.csv", "id,score\na,0.1\n"), "--wait")
	require.Equal(t, exitFailed, code, "%s %s", out, problems)
	require.Contains(t, out, "state        failed\ncause        bad_output: ")
}

func TestRefusalsSayWhy(t *testing.T) {
	s := serveAPI(t)
	file := write(t, "predictions.csv", webtest.Predictions)
	large := write(t, "metadata.yaml", strings.Repeat("#", 1<<20+1))
	for name, c := range map[string]struct {
		args []string
		code int
		text string
	}{
		"closed":       {[]string{"submit", "drifting-fleet", file, "--phase", "past"}, exitRefused, "phase past closed at"},
		"no challenge": {[]string{"submit", "elsewhere", file}, exitRefused, "there is no such challenge"},
		"no phase":     {[]string{"submit", "drifting-fleet", file, "--phase", "x"}, exitInvalid, "there are past, open, private"},
		"no team":      {[]string{"submit", "drifting-fleet", file, "--team", "Osprey"}, exitRefused, `you are in no team "Osprey"`},
		"no file":      {[]string{"submit", "drifting-fleet", "absent.csv"}, exitInvalid, "there is no file or folder"},
		"too large":    {[]string{"submit", "drifting-fleet", large, "--kind", "code"}, exitInvalid, "may have 1 MiB"},
		"columns":      {[]string{"submit", "drifting-fleet", write(t, "p.csv", "id,value\na,1\n")}, exitInvalid, "score"},
		"not mine":     {[]string{"status", "nothing"}, exitRefused, "there is no such submission"},
		"hidden board": {[]string{"leaderboard", "drifting-fleet", "--phase", "private"}, exitRefused, "not shown to participants"},
		"address":      {[]string{"status", "x", "--server", "localhost:80"}, exitInvalid, "is no server address"},
		"token":        {[]string{"status", "x", "--token", "wrong"}, exitRefused, "sign in"},
		"no server":    {[]string{"status", "x", "--server", "http://127.0.0.1:1"}, exitUnavailable, "does not answer"},
		"usage":        {[]string{"leaderboard", "x", "--json", "--csv"}, exitInvalid, "--json"},
	} {
		code, out, problems := s.incubator(t, c.args...)
		require.Equal(t, c.code, code, "%s: %s", name, problems)
		require.Contains(t, problems, c.text, name)
		require.Empty(t, out, name)
	}
}

func TestAFolderIsSentAsAnArchive(t *testing.T) {
	s := serveAPI(t)
	folder := filepath.Join(t.TempDir(), "program")
	require.NoError(t, os.Mkdir(folder, 0o700))
	require.NoError(t, os.WriteFile(filepath.Join(folder, "metadata.yaml"), []byte("command: python3 main.py\n"), 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(folder, "main.py"), []byte("pass\n"), 0o600))
	code, out, problems := s.incubator(t, "submit", "drifting-fleet", folder, "--json")
	require.Zero(t, code, problems)
	var sub api.Submission
	require.NoError(t, json.Unmarshal([]byte(out), &sub))
	require.Equal(t, "code", sub.Kind)
	require.Equal(t, "program.tar", sub.FileName)
}

// TestALostAnswerIsNoSecondSubmission puts a proxy before the server that loses
// the answer to the first upload after the server has done its work.
func TestALostAnswerIsNoSecondSubmission(t *testing.T) {
	s := serveAPI(t)
	target, err := url.Parse(s.url)
	require.NoError(t, err)
	var uploads atomic.Int32
	forward := httputil.NewSingleHostReverseProxy(target)
	forward.ModifyResponse = func(res *http.Response) error {
		if res.Request.Method == http.MethodPost && uploads.Add(1) == 1 {
			_, _ = io.Copy(io.Discard, res.Body)
			panic(http.ErrAbortHandler)
		}
		return nil
	}
	forward.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	proxy := httptest.NewServer(forward)
	defer proxy.Close()
	client, err := remoteFlags{Server: proxy.URL, Token: s.token}.client()
	require.NoError(t, err)
	client.pause = time.Millisecond
	file, err := newLocalFile(write(t, "predictions.csv", webtest.Predictions))
	require.NoError(t, err)
	var sub api.Submission
	path := "/challenges/drifting-fleet/phases/open/submissions?kind=results&file_name=predictions.csv"
	require.NoError(t, client.upload(t.Context(), path, file, newProgress(io.Discard), &sub))
	require.EqualValues(t, 2, uploads.Load())
	all, err := s.Scoring.Submissions(t.Context(), s.Users[accounts.Organiser], scoring.SubmissionFilter{ChallengeID: s.Challenge.ID, TeamID: s.team.ID})
	require.NoError(t, err)
	require.Len(t, all, 1)
	require.Equal(t, all[0].ID, sub.ID)
}
