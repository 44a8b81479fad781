package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"incubator/platform/errs"
	"incubator/platform/files"
	"incubator/scoring"
	"incubator/web/api"
)

// SubmitCmd hands in a submission to a server.
type SubmitCmd struct {
	remoteFlags
	Challenge  string `arg:"" help:"Challenge, by the name in its address."`
	Submission string `arg:"" help:"Submission: a file, or a folder with a program."`
	Phase      string `placeholder:"NAME" help:"Phase; by default the one that is open."`
	Team       string `placeholder:"NAME" help:"Team that submits, by name or id; not needed by who is in one team."`
	Kind       string `placeholder:"KIND" enum:",results,code,image,document" default:"" help:"Kind of the submission, where it cannot be told from the file."`
	Name       string `placeholder:"TEXT" help:"What to call it; by default the name of the file."`
	Wait       bool   `help:"Wait until it is scored."`
	JSON       bool   `name:"json" help:"Print one JSON object."`
}

// Help shows examples.
func (*SubmitCmd) Help() string {
	return `Examples:
  export INCUBATOR_SERVER=https://incubator.example INCUBATOR_TOKEN=…
  incubator submit drifting-fleet predictions.csv
  incubator submit drifting-fleet ./my-program --team "Kestrel Labs" --wait

The token needs the scope submissions:write, and submissions:read to wait. A
request that got no answer is sent again and is never submitted twice.
Exit codes: 0 accepted (with --wait: scored), 5 the run failed.`
}

// Run sends the file and prints what became of it.
func (c *SubmitCmd) Run(ctx context.Context, streams *Streams) error {
	server, err := c.client()
	if err != nil {
		return err
	}
	file, err := newLocalFile(c.Submission)
	if err != nil {
		return err
	}
	bars := newProgress(streams.Err)
	defer bars.done()
	path, err := c.target(ctx, server, file)
	if err != nil {
		return err
	}
	var sub api.Submission
	if err := server.upload(ctx, path, file, bars, &sub); err != nil {
		return err
	}
	detail := api.SubmissionDetail{Submission: sub}
	if c.Wait {
		if detail, err = server.wait(ctx, sub.ID, bars); err != nil {
			return err
		}
	}
	bars.done()
	if err := c.print(streams.Out, detail); err != nil {
		return err
	}
	if c.Wait && (detail.State == string(scoring.Failed) || detail.State == string(scoring.Cancelled)) {
		return errFailed
	}
	return nil
}

func (c *SubmitCmd) print(w io.Writer, detail api.SubmissionDetail) error {
	switch {
	case c.JSON && c.Wait:
		return printJSON(w, detail)
	case c.JSON:
		return printJSON(w, detail.Submission)
	case c.Wait:
		return printSubmission(w, detail)
	}
	_, err := fmt.Fprintf(w, "accepted as #%d\nid        %s\nstate     %s\n", detail.Number, detail.ID, detail.State)
	return err
}

// target returns where to send the file. What the server would refuse anyway is
// refused before anything is sent.
func (c *SubmitCmd) target(ctx context.Context, server *remote, file *localFile) (string, error) {
	challenge, err := server.challenge(ctx, c.Challenge)
	if err != nil {
		return "", err
	}
	phase, err := c.phaseOf(challenge)
	if err != nil {
		return "", err
	}
	kind := c.Kind
	if kind == "" {
		guess, err := file.kind(ctx)
		if err != nil {
			return "", err
		}
		kind = string(guess)
	}
	if limit := challenge.Kinds[kind].MaxSize; limit > 0 && file.size() > limit {
		return "", errs.New(errs.Invalid, "%s has %s; a submission of the kind %s may have %s", file.path, files.FormatSize(file.size()), kind, files.FormatSize(limit))
	}
	team, err := server.teamID(ctx, c.Team)
	if err != nil {
		return "", err
	}
	query := url.Values{"kind": {kind}, "file_name": {file.name}}
	for name, value := range map[string]string{"team": team, "name": c.Name} {
		if value != "" {
			query.Set(name, value)
		}
	}
	return fmt.Sprintf("/challenges/%s/phases/%s/submissions?%s", url.PathEscape(challenge.Slug), url.PathEscape(phase), query.Encode()), nil
}

func (c *SubmitCmd) phaseOf(challenge api.ChallengeDetail) (string, error) {
	if c.Phase == "" {
		return challenge.Phase, nil
	}
	var names []string
	for _, phase := range challenge.Phases {
		names = append(names, phase.Name)
	}
	if !slices.Contains(names, c.Phase) {
		return "", errs.New(errs.Invalid, "there is no phase %q; there are %s", c.Phase, strings.Join(names, ", "))
	}
	return c.Phase, nil
}

func (r *remote) challenge(ctx context.Context, slug string) (api.ChallengeDetail, error) {
	var challenge api.ChallengeDetail
	err := r.get(ctx, "/challenges/"+url.PathEscape(slug), &challenge)
	return challenge, err
}

// teamID finds the caller's team by name or id; "" stays "".
func (r *remote) teamID(ctx context.Context, team string) (string, error) {
	if team == "" {
		return "", nil
	}
	var me api.Me
	if err := r.get(ctx, "/me", &me); err != nil {
		return "", err
	}
	for _, mine := range me.Teams {
		if mine.ID == team || strings.EqualFold(mine.Name, team) {
			return mine.ID, nil
		}
	}
	return "", errs.New(errs.NotFound, "you are in no team %q", team)
}

const (
	uploadTries = 5
	retryPause  = time.Second // doubled after each try
)

// upload sends the file until the server has answered. One key for all tries
// makes the server answer a repeated request without a second submission.
func (r *remote) upload(ctx context.Context, path string, file *localFile, bars *progress, into *api.Submission) error {
	q := request{method: http.MethodPost, path: path, size: file.size(), headers: map[string]string{"Idempotency-Key": rand.Text()},
		body: func() (io.ReadCloser, error) {
			body, err := file.open()
			if err != nil {
				return nil, err
			}
			return &counted{ReadCloser: body, report: func(n int64) { bars.report("sends "+file.name, n, file.size()) }}, nil
		}}
	for try := 1; ; try++ {
		res, err := r.send(ctx, q)
		if err == nil {
			defer res.Body.Close()
			return decode(res, into)
		}
		if !errs.Is(err, errs.Unavailable) || try == uploadTries || ctx.Err() != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(r.pause << (try - 1)):
		}
	}
}

// counted reports how much was read. The transport may read while a try ends.
type counted struct {
	io.ReadCloser
	n      atomic.Int64
	report func(n int64)
}

// Read reads on and reports.
func (c *counted) Read(p []byte) (int, error) {
	n, err := c.ReadCloser.Read(p)
	c.report(c.n.Add(int64(n)))
	return n, err
}

// size returns the length in bytes, -1 for a folder, whose archive is made while
// it is sent.
func (f *localFile) size() int64 {
	if f.folder {
		return -1
	}
	info, err := os.Stat(f.path)
	if err != nil {
		return -1
	}
	return info.Size()
}
