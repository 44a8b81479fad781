package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"incubator/platform/errs"
	"incubator/web/api"
)

// StatusCmd shows a submission on a server.
type StatusCmd struct {
	remoteFlags
	ID   string `arg:"" help:"Id of the submission, as submit prints it."`
	Log  bool   `help:"Print the log of the newest run to standard error."`
	JSON bool   `name:"json" help:"Print one JSON object."`
}

// Help shows an example.
func (*StatusCmd) Help() string {
	return `Examples:
  incubator status 0197c0de-5eed-7000-8000-000000000018
  incubator status 0197c0de-5eed-7000-8000-000000000018 --log --json

The token needs the scope submissions:read.`
}

// Run asks for the submission and prints it.
func (c *StatusCmd) Run(ctx context.Context, streams *Streams) error {
	server, err := c.client()
	if err != nil {
		return err
	}
	detail, err := server.submission(ctx, c.ID)
	if err != nil {
		return err
	}
	if c.Log {
		if err := server.copyLog(ctx, c.ID, streams.Err); err != nil {
			return err
		}
	}
	if c.JSON {
		return printJSON(streams.Out, detail)
	}
	return printSubmission(streams.Out, detail)
}

func (r *remote) submission(ctx context.Context, id string) (api.SubmissionDetail, error) {
	var detail api.SubmissionDetail
	err := r.get(ctx, "/submissions/"+url.PathEscape(id), &detail)
	return detail, err
}

// copyLog writes the log; a submission without one has nothing to say.
func (r *remote) copyLog(ctx context.Context, id string, w io.Writer) error {
	res, err := r.send(ctx, request{method: http.MethodGet, path: "/submissions/" + url.PathEscape(id) + "/log"})
	if errs.Is(err, errs.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	defer res.Body.Close()
	_, err = io.Copy(w, res.Body)
	return err
}

func printSubmission(w io.Writer, d api.SubmissionDetail) error {
	var out strings.Builder
	fmt.Fprintf(&out, "submission   #%d %s\nchallenge    %s, phase %s\nstate        %s\n", d.Number, d.Name, d.Challenge, d.Phase, d.State)
	if len(d.Runs) > 0 {
		run := d.Runs[0]
		if run.Cause != "" {
			fmt.Fprintf(&out, "cause        %s: %s\n", run.Cause, run.Detail)
		}
		for _, key := range slices.Sorted(maps.Keys(run.Scores)) {
			fmt.Fprintf(&out, "%-12s %g\n", key, run.Scores[key])
		}
		for _, warning := range run.Usage.Warnings {
			fmt.Fprintf(&out, "warning      %s\n", warning)
		}
		if run.Usage.Runtime != "" {
			fmt.Fprintf(&out, "prediction   %.3f s, %.1f s CPU, peak memory %d MiB, %s\n", run.Usage.PredictionSeconds,
				run.Usage.CPUSeconds, run.Usage.PeakMemoryBytes>>20, run.Usage.Runtime)
		}
	}
	_, err := io.WriteString(w, out.String())
	return err
}

// pollPause is how often a submission is asked for while no event stream works.
const pollPause = 2 * time.Second

// wait follows the submission until nothing more will happen by itself. The event
// stream only says when to look; looking is what counts, so a lost event or a
// stream that a proxy swallows costs time and nothing else.
func (r *remote) wait(ctx context.Context, id string, bars *progress) (api.SubmissionDetail, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	changed := make(chan struct{}, 1)
	go r.follow(ctx, id, changed)
	poll := time.NewTicker(r.poll)
	defer poll.Stop()
	for {
		detail, err := r.submission(ctx, id)
		if err == nil && detail.Final {
			return detail, nil
		}
		if err != nil && !errs.Is(err, errs.Unavailable) || ctx.Err() != nil {
			return detail, err
		}
		if err == nil {
			bars.report(stepOf(detail), 0, 1)
		}
		select {
		case <-ctx.Done():
			return detail, errs.Wrap(ctx.Err(), errs.Unavailable, "stopped waiting; see how it goes with: incubator status %s", id)
		case <-changed:
		case <-poll.C:
		}
	}
}

func stepOf(d api.SubmissionDetail) string {
	if len(d.Runs) > 0 && d.Runs[0].Step != "" {
		return d.Runs[0].Step
	}
	return d.State
}

// follow reads the event stream once and signals each event. When it ends,
// polling alone goes on.
func (r *remote) follow(ctx context.Context, id string, changed chan<- struct{}) {
	res, err := r.send(ctx, request{method: http.MethodGet, path: "/events?topics=" + url.QueryEscape("submission/"+id)})
	if err != nil {
		return
	}
	defer res.Body.Close()
	lines := bufio.NewScanner(res.Body)
	for lines.Scan() {
		if !strings.HasPrefix(lines.Text(), "data:") {
			continue
		}
		select {
		case changed <- struct{}{}:
		default: // a look is due already
		}
	}
}
