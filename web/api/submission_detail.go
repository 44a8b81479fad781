package api

import (
	"time"

	"incubator/scoring"
)

// SubmissionDetail is a submission with what became of it.
type SubmissionDetail struct {
	Submission
	Team    string      `json:"team" doc:"Name of the team"`
	Runs    []Run       `json:"runs" doc:"The newest first"`
	History []Step      `json:"history" doc:"Of the newest run, the oldest first"`
	May     Permissions `json:"may"`
}

// Run is one execution and scoring of a submission.
type Run struct {
	ID        string             `json:"id"`
	Attempt   int                `json:"attempt"`
	Reason    string             `json:"reason" enum:"submit,carry,rerun,rescore"`
	State     string             `json:"state" enum:"queued,preparing,running,scoring,scored,failed,cancelled"`
	Step      string             `json:"step,omitempty" doc:"What it does just now, in words"`
	Cause     string             `json:"cause,omitempty" enum:"timeout,out_of_memory,output_too_large,bad_output,nonzero_exit,image,scorer,platform" doc:"Why it failed"`
	Detail    string             `json:"detail,omitempty" doc:"The same in a sentence"`
	Version   int                `json:"challenge_version"`
	QueuedAt  time.Time          `json:"queued_at"`
	StartedAt *time.Time         `json:"started_at,omitempty"`
	EndedAt   *time.Time         `json:"ended_at,omitempty"`
	Scores    map[string]float64 `json:"scores,omitempty" doc:"By metric key"`
	Usage     Usage              `json:"usage"`
	Log       *File              `json:"log,omitempty"`
	ScorerLog *File              `json:"scorer_log,omitempty" doc:"For organisers"`
	Output    *File              `json:"output,omitempty" doc:"Tar archive"`
}

// Usage is what a run consumed.
type Usage struct {
	WaitedSeconds     float64  `json:"waited_seconds" doc:"In the queue"`
	PredictionSeconds float64  `json:"prediction_seconds" doc:"Of the submission itself"`
	ScoringSeconds    float64  `json:"scoring_seconds"`
	CPUSeconds        float64  `json:"cpu_seconds"`
	PeakMemoryBytes   int64    `json:"peak_memory_bytes"`
	Runtime           string   `json:"runtime,omitempty" doc:"runc, or runsc for gVisor"`
	Image             string   `json:"image,omitempty" doc:"Digest"`
	Warnings          []string `json:"warnings,omitempty"`
}

// Step is one entry of a run's history.
type Step struct {
	At    time.Time `json:"at"`
	State string    `json:"state"`
	Step  string    `json:"step,omitempty"`
}

// Permissions say what the caller may do with the submission.
type Permissions struct {
	SeeScores bool `json:"see_scores"`
	SeeLog    bool `json:"see_log"`
	SeeOutput bool `json:"see_output"`
	Download  bool `json:"download"`
	Cancel    bool `json:"cancel"`
	Rerun     bool `json:"rerun"`
}

func showSubmissionDetail(v *scoring.SubmissionView) SubmissionDetail {
	out := SubmissionDetail{Submission: showSubmission(v.Submission, v.Challenge.Slug, v.Phase.Name),
		Team: v.TeamName, Runs: []Run{}, History: []Step{}, May: Permissions(v.May)}
	for _, run := range v.Runs {
		out.Runs = append(out.Runs, showRun(run))
	}
	for _, e := range v.History {
		out.History = append(out.History, Step{At: e.At.UTC(), State: string(e.State), Step: e.Step})
	}
	return out
}

func showRun(r *scoring.Run) Run {
	return Run{ID: r.ID, Attempt: r.Attempt, Reason: string(r.Reason), State: string(r.State), Step: r.Step,
		Cause: string(r.Cause), Detail: r.Detail, Version: r.ChallengeVersion,
		QueuedAt: r.QueuedAt.UTC(), StartedAt: moment(r.StartedAt), EndedAt: moment(r.EndedAt), Scores: r.Scores,
		Log: fileOf(r.Log), ScorerLog: fileOf(r.ScorerLog), Output: fileOf(r.Output),
		Usage: Usage{WaitedSeconds: r.Usage.Waited.Seconds(), PredictionSeconds: r.Usage.Prediction.Seconds(),
			ScoringSeconds: r.Usage.Scoring.Seconds(), CPUSeconds: r.Usage.CPU.Seconds(), PeakMemoryBytes: r.Usage.PeakMemory,
			Runtime: r.Usage.Runtime, Image: r.Usage.Image, Warnings: r.Usage.Warnings}}
}
