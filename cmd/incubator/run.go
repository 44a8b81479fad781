package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"time"

	"incubator/platform/errs"
	"incubator/scenarios"
	"incubator/scoring"
)

// RunCmd runs and scores one submission without a server.
type RunCmd struct {
	Pack       string `arg:"" help:"Pack: a folder, an archive, or the name of a bundled one (awareness, fusion, mobile)."`
	Submission string `arg:"" help:"Submission: a file, or a folder with a program."`
	Phase      string `placeholder:"NAME" help:"Phase whose data and limits apply; by default the first."`
	Kind       string `placeholder:"KIND" enum:",results,code,image,document" default:"" help:"Kind of the submission, where it cannot be told from the file."`
	Log        bool   `help:"Print the log of the run to standard error."`
	JSON       bool   `name:"json" help:"Print one JSON object."`
	engineFlags
}

// Help shows examples.
func (*RunCmd) Help() string {
	return `Examples:
  incubator run fusion clusters.csv
  incubator run ./my-pack ./my-program --phase final --json

The same sandboxes and the same scoring as on a server. Prints state, cause,
scores, durations and peak memory. Exit codes: 0 scored, 5 the run failed.`
}

// Run builds the pack where needed, runs the submission and prints its end.
func (c *RunCmd) Run(ctx context.Context, streams *Streams) error {
	bars := newProgress(streams.Err)
	defer bars.done()
	p, cleanup, err := buildPack(ctx, c.Pack, bars)
	if err != nil {
		return err
	}
	defer cleanup()
	file, err := newLocalFile(c.Submission)
	if err != nil {
		return err
	}
	local, err := openLocal(ctx, c.engineFlags, slog.New(slog.NewTextHandler(streams.Err, &slog.HandlerOptions{Level: slog.LevelError})))
	if err != nil {
		return err
	}
	defer local.Close(ctx)
	local.images.Progress = bars.report
	challenge, err := local.publish(ctx, p)
	if err != nil {
		return err
	}
	phase, err := choosePhase(challenge, c.Phase)
	if err != nil {
		return err
	}
	kind := scenarios.Kind(c.Kind)
	if kind == "" {
		if kind, err = file.kind(ctx); err != nil {
			return err
		}
	}
	view, err := local.submit(ctx, phase, kind, file, func(step string) { bars.report(step, 0, 1) })
	if err != nil {
		return err
	}
	bars.done()
	if c.Log {
		if err := copyLog(ctx, local, view, streams.Err); err != nil {
			return err
		}
	}
	return c.print(streams.Out, view)
}

func choosePhase(c *scenarios.Challenge, name string) (scenarios.Phase, error) {
	if name == "" {
		return c.Phases[0], nil
	}
	phase, ok := c.Phase(name)
	if !ok {
		names := make([]string, len(c.Phases))
		for i, p := range c.Phases {
			names[i] = p.Name
		}
		return phase, errs.New(errs.Invalid, "there is no phase %q; there are %s", name, strings.Join(names, ", "))
	}
	return phase, nil
}

func copyLog(ctx context.Context, local *localPlatform, view *scoring.SubmissionView, w io.Writer) error {
	log, _, err := local.scoring.Open(ctx, local.user, view.ID, scoring.RunLog)
	if errs.Is(err, errs.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	defer log.Close()
	_, err = io.Copy(w, log)
	return err
}

// runOutput is the stable form of --json. Durations are in seconds, memory in bytes.
type runOutput struct {
	State      scoring.State      `json:"state"`
	Cause      scoring.Cause      `json:"cause,omitempty"`
	Detail     string             `json:"detail,omitempty"`
	Scores     map[string]float64 `json:"scores,omitempty"`
	Warnings   []string           `json:"warnings,omitempty"`
	Prediction float64            `json:"prediction_seconds"`
	Scoring    float64            `json:"scoring_seconds"`
	CPU        float64            `json:"cpu_seconds"`
	PeakMemory int64              `json:"peak_memory"`
	Runtime    string             `json:"runtime,omitempty"`
	Image      string             `json:"image,omitempty"`
}

func (c *RunCmd) print(w io.Writer, view *scoring.SubmissionView) error {
	out := runOutput{State: view.State}
	if len(view.Runs) > 0 {
		run := view.Runs[0]
		out = runOutput{
			State: run.State, Cause: run.Cause, Detail: run.Detail, Scores: run.Scores, Warnings: run.Usage.Warnings,
			Prediction: run.Usage.Prediction.Seconds(), Scoring: run.Usage.Scoring.Seconds(), CPU: run.Usage.CPU.Seconds(),
			PeakMemory: run.Usage.PeakMemory, Runtime: run.Usage.Runtime, Image: run.Usage.Image,
		}
	}
	if c.JSON {
		if err := json.NewEncoder(w).Encode(out); err != nil {
			return err
		}
	} else {
		out.write(w, view.Challenge.Spec.Grading)
	}
	if out.State == scoring.Failed {
		return errFailed
	}
	return nil
}

func (o runOutput) write(w io.Writer, grading scenarios.Grading) {
	fmt.Fprintf(w, "state        %s\n", o.State)
	if o.Cause != "" {
		fmt.Fprintf(w, "cause        %s: %s\n", o.Cause, o.Detail)
	}
	for _, metric := range grading.Metrics {
		if value, ok := o.Scores[metric.Key]; ok {
			fmt.Fprintf(w, "%-12s %.*f %s\n", metric.Key, metric.Precision, value, metric.Unit)
		}
	}
	for _, warning := range o.Warnings {
		fmt.Fprintf(w, "warning      %s\n", warning)
	}
	if o.Runtime != "" {
		took := time.Duration(o.Prediction * float64(time.Second)).Round(time.Millisecond)
		fmt.Fprintf(w, "prediction   %s, %.1f s CPU, peak memory %d MiB, %s\n", took, o.CPU, o.PeakMemory>>20, o.Runtime)
	}
	fmt.Fprintf(w, "scoring      %s\n", time.Duration(o.Scoring*float64(time.Second)).Round(time.Millisecond))
}
