package scoring_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"incubator/platform/accounts"
	"incubator/platform/db"
	"incubator/platform/db/dbtest"
	"incubator/platform/errs"
	"incubator/platform/files"
	"incubator/scenarios"
	"incubator/scoring"
)

func TestWhatIsRefusedBeforeTheUploadIsRead(t *testing.T) {
	r := newRig(t, dbtest.New(t), "scored")
	team := r.team("Team")
	stranger := r.user("stranger", accounts.Participant)
	cases := []struct {
		name   string
		by     accounts.Principal
		change func(*scoring.SubmitRequest)
		code   errs.Code
		want   string
	}{
		{"somebody else's team", stranger, func(*scoring.SubmitRequest) {}, errs.Forbidden, "you are not a member of this team"},
		{"no team", r.captain, func(q *scoring.SubmitRequest) { q.TeamID = "" }, errs.Invalid, "choose the team that submits"},
		{"no such team", r.captain, func(q *scoring.SubmitRequest) { q.TeamID = "none" }, errs.Forbidden, "you are not a member of this team"},
		{"no such phase", r.captain, func(q *scoring.SubmitRequest) { q.PhaseID = "none" }, errs.NotFound, "there is no such phase"},
		{"a phase that is not open yet", r.captain, func(q *scoring.SubmitRequest) { q.PhaseID = r.phase("two").ID }, errs.Conflict, "phase Two opens at Sat, 14 Mar 2026 12:00:00 UTC"},
		{"an unknown kind", r.captain, func(q *scoring.SubmitRequest) { q.Kind = "answer" }, errs.Invalid, `phase One does not take submissions of the kind "answer"`},
		{"a long name", r.captain, func(q *scoring.SubmitRequest) { q.Name = strings.Repeat("é", 101) }, errs.Invalid, "a name has at most 100 characters"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			req := r.request(team, "{}")
			c.change(&req)
			body := &counting{Reader: req.Body}
			req.Body = body
			_, err := r.Submit(t.Context(), c.by, req)
			require.Equal(t, c.code, errs.CodeOf(err))
			require.Equal(t, c.want, errs.MessageOf(err))
			require.Zero(t, body.read, "a refusal that could be given at once")
		})
	}
}

type counting struct {
	io.Reader
	read int
}

func (c *counting) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	c.read += n
	return n, err
}

func TestTheSecondAPhaseCloses(t *testing.T) {
	r := newRig(t, dbtest.New(t), "scored")
	team := r.team("Team")
	closes := r.phase("one").Window.Closes
	r.clock.now = closes.Add(-time.Microsecond)
	last := r.submit(team, `{"score": 1}`)
	require.Equal(t, closes.Add(-time.Microsecond), last.CreatedAt)
	r.clock.now = closes
	_, err := r.Submit(t.Context(), r.captain, r.request(team, `{"score": 2}`))
	require.Equal(t, errs.Conflict, errs.CodeOf(err))
	require.Contains(t, errs.MessageOf(err), "phase One closed at")

	r.clock.now = closes.Add(-time.Second)
	req := r.request(team, `{"score": 3}`)
	req.Body = io.MultiReader(req.Body, readerFunc(func([]byte) (int, error) { // the upload ends after the phase has
		r.clock.now = closes
		return 0, io.EOF
	}))
	_, err = r.Submit(t.Context(), r.captain, req)
	require.Equal(t, errs.Conflict, errs.CodeOf(err))
	r.drain()
	require.Equal(t, scoring.Scored, r.view(r.captain, last.ID).State, "what was in time is run after the phase")
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

func TestLimitsHoldUnderParallelSubmissions(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := newRig(t, d, "scored", func(s *scenarios.Spec) { s.Phases[0].Limits = scenarios.PhaseLimits{PerDay: 5, Total: 7} })
		team, other := r.team("Team"), r.team("Other")
		accepted, refused := r.flood(team, 50, "day one")
		require.Len(t, accepted, 5)
		for _, err := range refused {
			require.Equal(t, errs.TooMany, errs.CodeOf(err), err)
		}
		require.Equal(t, "your team has used all 5 submissions of today; the next day begins at 00:00 UTC", errs.MessageOf(refused[0]))
		left, err := r.Left(t.Context(), r.phase("one"), team)
		require.NoError(t, err)
		require.Equal(t, scoring.Left{Today: 0, Total: 2}, left)

		r.clock.now = time.Date(2026, 3, 5, 0, 0, 0, 0, time.UTC)
		accepted, refused = r.flood(team, 50, "day two")
		require.Len(t, accepted, 2)
		require.Equal(t, "your team has used all 7 submissions of phase One", errs.MessageOf(refused[0]))
		r.submit(other, `{"score": 1}`) // another team has its own limits
		left, err = r.Left(t.Context(), r.phase("one"), other)
		require.NoError(t, err)
		require.Equal(t, scoring.Left{Today: 4, Total: 6}, left)
	})
}

// flood submits n different files at once.
func (r *rig) flood(team string, n int, salt string) (accepted []*scoring.Submission, refused []error) {
	var (
		wait sync.WaitGroup
		mu   sync.Mutex
	)
	for i := range n {
		wait.Go(func() {
			sub, err := r.Submit(context.Background(), r.captain, r.request(team, fmt.Sprintf(`{"score": 1, "salt": "%s %d"}`, salt, i)))
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				refused = append(refused, err)
			} else {
				accepted = append(accepted, sub)
			}
		})
	}
	wait.Wait()
	return accepted, refused
}

func TestNumbersHaveNoGapsAndNoTwins(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := newRig(t, d, "scored")
		accepted, refused := r.flood(r.team("Team"), 30, "")
		require.Empty(t, refused)
		numbers := []int{}
		for _, sub := range accepted {
			numbers = append(numbers, sub.Number)
		}
		slices.Sort(numbers)
		for i, number := range numbers {
			require.Equal(t, i+1, number)
		}
	})
}

func TestTheSameFileTwiceAtOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := newRig(t, d, "scored")
		team, other := r.team("Team"), r.team("Other")
		var wait sync.WaitGroup
		failures := make([]error, 8)
		for i := range failures {
			wait.Go(func() {
				_, failures[i] = r.Submit(context.Background(), r.captain, r.request(team, `{"score": 1}`))
			})
		}
		wait.Wait()
		accepted := slices.DeleteFunc(slices.Clone(failures), func(err error) bool { return err != nil })
		require.Len(t, accepted, 1)
		for _, err := range failures {
			if err != nil {
				require.Equal(t, errs.Conflict, errs.CodeOf(err))
				require.Equal(t, "the same file is being scored already, as submission #1", errs.MessageOf(err))
			}
		}
		r.submit(other, `{"score": 1}`) // the same file of another team is no twin
		r.drain()
		require.Equal(t, 3, r.submit(team, `{"score": 1}`).Number, "a settled one may be handed in again")
	})
}

func TestFilesOfEverySize(t *testing.T) {
	r := newRig(t, dbtest.New(t), "scored")
	team := r.team("Team")
	document := func(size int) (*scoring.Submission, error) {
		req := r.request(team, "")
		req.Kind, req.FileName, req.Body = scenarios.Document, "proposal.md", bytes.NewReader(bytes.Repeat([]byte("a"), size))
		return r.Submit(t.Context(), r.captain, req)
	}
	for _, size := range []int{1, files.SmallLimit, files.SmallLimit + 1, 64 << 10} {
		sub, err := document(size)
		require.NoError(t, err, size)
		require.Equal(t, scoring.Received, sub.State)
		content, n, err := r.Open(t.Context(), r.captain, sub.ID, scoring.SubmittedFile)
		require.NoError(t, err)
		require.Equal(t, int64(size), n)
		data, err := io.ReadAll(content)
		require.NoError(t, err)
		require.Len(t, data, size)
		require.NoError(t, content.Close())
	}
	_, err := document(64<<10 + 1)
	require.Equal(t, "the file is larger than the limit of 64 KiB", errs.MessageOf(err))
	_, err = document(0)
	require.Equal(t, "the file is empty", errs.MessageOf(err))
	var known *errs.Error
	require.ErrorAs(t, err, &known)
	require.Contains(t, known.Fields, "file")
	all, err := r.Submissions(t.Context(), r.captain, scoring.SubmissionFilter{ChallengeID: r.challenge.ID, TeamID: team})
	require.NoError(t, err)
	require.Len(t, all, 4, "what is refused leaves nothing")
}

func TestNames(t *testing.T) {
	r := newRig(t, dbtest.New(t), "scored")
	team := r.team("Team")
	for i, c := range []struct{ name, file, wantName, wantFile string }{
		{"", "scores.json", "scores.json", "scores.json"},
		{"  Our best ", "scores.json", "Our best", "scores.json"},
		{"", `C:\work\scores.json`, "scores.json", "scores.json"},
		{"", "../../etc/passwd", "passwd", "passwd"},
		{"", "..", "submission", "submission"},
		{"", "", "submission", "submission"},
		{"line\nbreak\u202e", "a\r\nSet-Cookie: b", "linebreak", "aSet-Cookie: b"},
		{"", "\xff.json", "?.json", "?.json"},
		{"", strings.Repeat("é", 150), strings.Repeat("é", 100), strings.Repeat("é", 100)},
	} {
		req := r.request(team, fmt.Sprintf(`{"score": %d}`, i))
		req.Name, req.FileName = c.name, c.file
		sub, err := r.Submit(t.Context(), r.captain, req)
		require.NoError(t, err)
		require.Equal(t, c.wantName, sub.Name)
		require.Equal(t, c.wantFile, sub.FileName)
	}
}

func TestAnUploadThatBreaksOffLeavesNothing(t *testing.T) {
	r := newRig(t, dbtest.New(t), "scored")
	team := r.team("Team")
	for _, size := range []int{100, 40 << 10} {
		req := r.request(team, "")
		req.Kind = scenarios.Document
		req.Body = io.MultiReader(bytes.NewReader(make([]byte, size)), readerFunc(func([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }))
		_, err := r.Submit(t.Context(), r.captain, req)
		require.Equal(t, errs.Invalid, errs.CodeOf(err))
		require.Equal(t, "the upload ended before it was complete", errs.MessageOf(err))
	}
}

func TestARemovedMemberSubmitsNoMore(t *testing.T) {
	r := newRig(t, dbtest.New(t), "scored")
	team := r.team("Team")
	stale := r.user("gone", accounts.Participant)
	stale.Teams = r.captain.Teams // as a session of a moment ago believes
	_, err := r.Submit(t.Context(), stale, r.request(team, "{}"))
	require.Equal(t, errs.Forbidden, errs.CodeOf(err))
}
