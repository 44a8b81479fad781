package scoring

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"

	"incubator/platform/db"
	"incubator/platform/errs"
	"incubator/platform/files"
	"incubator/platform/files/archive"
	"incubator/sandboxes"
	"incubator/sandboxes/imagearchive"
	"incubator/scenarios"
)

// task is one run together with everything it needs.
type task struct {
	service    *Service
	run        *Run
	submission *Submission
	challenge  *scenarios.Challenge
	phase      scenarios.Phase
	data       scenarios.DataSet
	log        bytes.Buffer // of the submission, shown by policy
	scorerLog  bytes.Buffer // of the scoring program, for organisers
	usage      Usage
	output     *upload // closed with the task
}

// close gives back what the task holds open.
func (t *task) close() { t.output.Close() }

// outcome is how a run ended, before it is written down.
type outcome struct {
	state  State
	cause  Cause
	detail string
	scores map[string]float64
	output *upload // nil where nothing is kept
}

// load reads what the run works with: the challenge as it is now, whose version
// the run keeps.
func (t *task) load(ctx context.Context) (err error) {
	s := t.service
	t.usage.Waited = max(0, s.Now().Sub(t.run.QueuedAt))
	if t.submission, err = findSubmission(ctx, s.DB.Read(), t.run.SubmissionID); err != nil {
		return err
	}
	if t.challenge, err = s.challenge(ctx, t.submission.ChallengeID); err != nil {
		return err
	}
	t.run.ChallengeVersion = t.challenge.Version
	if t.phase, err = s.Challenge.Phase(ctx, t.submission.PhaseID); err != nil {
		return err
	}
	var known bool
	if t.data, known = t.challenge.DataSet(t.phase.Spec.DataSet); !known {
		return errs.New(errs.Internal, "phase %s has no data set", t.phase.Name)
	}
	return nil
}

// perform runs the submission and scores what it left. Its error is a fault of
// the platform; what is the submission's own fault is an outcome.
func (t *task) perform(ctx context.Context) (outcome, error) {
	output, failed, err := t.predict(ctx)
	if err != nil {
		return outcome{}, err
	}
	t.output = output
	if failed != nil {
		return *failed, nil
	}
	t.service.point(ctx, "collected")
	if err := t.enter(ctx, Scoring, ""); err != nil {
		return outcome{}, err
	}
	t.service.point(ctx, "scoring")
	started := t.service.Now()
	out, err := t.score(ctx, output)
	t.usage.Scoring = t.service.Now().Sub(started)
	out.output = output
	return out, err
}

// enter records that the run has come to a state or a step of it.
func (t *task) enter(ctx context.Context, state State, step string) error {
	if t.run.State == state && t.run.Step == step {
		return nil
	}
	next := *t.run
	next.State, next.Step = state, step
	err := t.service.DB.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		t.service.announceRun(tx, t.submission, &next)
		return advanceRun(ctx, tx, &next, t.service.owner, t.service.Now())
	})
	if err == nil {
		t.run.State, t.run.Step = state, step
	}
	return err
}

// predict returns the output of the submission: what a sandbox produced, what an
// earlier run did, or the submission itself. The returned outcome is not nil
// where the submission failed.
func (t *task) predict(ctx context.Context) (*upload, *outcome, error) {
	if t.run.OutputFrom != "" {
		output, err := t.earlierOutput(ctx)
		return output, nil, err
	}
	switch t.submission.Kind {
	case scenarios.Code:
		return t.predictByCode(ctx)
	case scenarios.Image:
		return t.predictByImage(ctx)
	default:
		output, err := t.submittedResults(ctx)
		return output, nil, err
	}
}

func (t *task) earlierOutput(ctx context.Context) (*upload, error) {
	earlier, err := findRun(ctx, t.service.DB.Read(), t.run.OutputFrom)
	if err != nil {
		return nil, err
	}
	// The output's own story stays with it: without its log a rescore would hide it.
	t.run.Log = earlier.Log
	waited := t.usage.Waited
	t.usage = earlier.Usage
	t.usage.Waited, t.usage.Scoring, t.usage.Warnings = waited, 0, nil
	return t.service.open(ctx, earlier.Output)
}

// open returns a stored blob as an upload that need not be stored again.
func (s *Service) open(ctx context.Context, blob files.Blob) (*upload, error) {
	file, size, err := s.Files.Open(ctx, blob.SHA256)
	if err != nil {
		return nil, err
	}
	return &upload{blob: files.Blob{SHA256: blob.SHA256, Size: size}, at: file, file: file}, nil
}

func (t *task) predictByCode(ctx context.Context) (*upload, *outcome, error) {
	code, err := t.service.open(ctx, t.submission.File)
	if err != nil {
		return nil, nil, err
	}
	defer code.Close()
	command, err := commandOf(ctx, code.at, code.blob.Size, archive.DefaultLimits())
	if err != nil {
		return nil, nil, err
	}
	if command == "" { // by the run contract, a submission without a command is its own output
		output, err := t.submittedResults(ctx)
		return output, nil, err
	}
	argv, err := expand(command, predictionPaths)
	if err != nil {
		return nil, nil, err
	}
	if err := t.enter(ctx, Preparing, "makes the runtime image ready"); err != nil {
		return nil, nil, err
	}
	image, err := t.service.Images(ctx, t.challenge.Spec.Kinds[scenarios.Code].Runtime)
	if err != nil {
		return nil, nil, err
	}
	spec := t.codeSpec(image)
	spec.Command, spec.Files[0].Open = argv, tarOf(code)
	return t.runSandbox(ctx, spec)
}

// codeSpec is the sandbox of a program, still without the program.
func (t *task) codeSpec(image string) sandboxes.RunSpec {
	spec := t.predictionSpec(image)
	spec.Command, spec.WorkDir = []string{"true"}, programDir
	spec.Files = []sandboxes.Tree{{Path: programDir}}
	return spec
}

func (t *task) predictByImage(ctx context.Context) (*upload, *outcome, error) {
	file, err := t.service.open(ctx, t.submission.File)
	if err != nil {
		return nil, nil, err
	}
	defer file.Close()
	if err := t.enter(ctx, Preparing, "loads the image"); err != nil {
		return nil, nil, err
	}
	image, err := t.service.Sandboxes.LoadImage(ctx, io.NewSectionReader(file.at, 0, file.blob.Size), imagearchive.Caps{})
	if errs.Is(err, errs.Invalid) {
		return nil, &outcome{state: Failed, cause: BadImage, detail: errs.MessageOf(err)}, nil
	}
	if err != nil {
		return nil, nil, err
	}
	return t.runSandbox(ctx, t.predictionSpec(image.ID))
}

func (t *task) predictionSpec(image string) sandboxes.RunSpec {
	run := t.challenge.Spec.Run
	return sandboxes.RunSpec{
		TeamID: t.submission.TeamID, RunID: t.run.ID, Purpose: sandboxes.PurposePrediction, Image: image,
		Data:      []sandboxes.DataMount{{Path: inputDir, DataID: t.data.Input.SHA256}},
		OutputDir: outputDir,
		Limits: sandboxes.Limits{
			CPUs: run.CPUs, MemoryBytes: int64(run.Memory), Time: run.Time.Std(), OutputBytes: int64(run.Output),
			ProgramBytes: programBytes(t.challenge.Spec.Kinds[scenarios.Code]),
		},
	}
}

// programBytes allows a program four times the size of its archive.
func programBytes(kind scenarios.KindSpec) int64 { return max(64<<20, 4*int64(kind.MaxSize)) }

// runSandbox runs the spec and receives its output. A failed run has no output.
func (t *task) runSandbox(ctx context.Context, spec sandboxes.RunSpec) (*upload, *outcome, error) {
	if err := t.service.ensureData(ctx, t.data.Input); err != nil {
		return nil, nil, err
	}
	var output *upload
	result, err := t.service.Sandboxes.Run(ctx, spec, sandboxes.RunIO{
		Log: &t.log,
		Output: func(ctx context.Context, r io.Reader) (err error) {
			output, err = t.service.receive(ctx, r, tarSize(spec.Limits))
			return err
		},
		Step: func(step string) { t.step(ctx, step) },
	})
	if err == nil {
		t.note(result)
		if result.Cause == sandboxes.CauseNone {
			return output, nil, nil
		}
	}
	output.Close()
	switch {
	case unusable(err):
		return nil, &outcome{state: Failed, cause: BadImage, detail: errs.MessageOf(err)}, nil
	case err != nil:
		return nil, nil, err
	case result.Cause == sandboxes.CausePlatform:
		return nil, nil, errs.New(errs.Internal, "the sandbox failed: %s", result.Detail)
	}
	return nil, &outcome{state: Failed, cause: Cause(result.Cause), detail: result.Detail}, nil
}

// unusable reports that the submission's program or image is not what a sandbox
// takes. A refusal of a field is the pack's fault, which is ours.
func unusable(err error) bool {
	var known *errs.Error
	return errors.As(err, &known) && known.Code == errs.Invalid && known.Fields == nil
}

// tarSize bounds the archive of an output by what its files may hold.
func tarSize(l sandboxes.Limits) int64 { return l.OutputBytes*2 + 64<<20 }

// step shows what the sandbox does. That the display lags is no reason to fail.
func (t *task) step(ctx context.Context, step string) {
	state := Running
	if step == sandboxes.StepPreparing {
		state = Preparing
	}
	if err := t.enter(ctx, state, step); err != nil {
		t.service.Log.Warn("a step could not be recorded", slog.String("run", t.run.ID), slog.Any("error", err))
	}
	t.service.point(ctx, "sandbox "+step)
}

func (t *task) note(r sandboxes.RunResult) {
	t.usage.Prediction = r.Usage.Ended.Sub(r.Usage.Started)
	t.usage.CPU, t.usage.PeakMemory = r.Usage.CPU, r.Usage.PeakMemoryBytes
	t.usage.Runtime, t.usage.Image = r.Runtime, r.ImageID
}

// ensureData makes a data archive available to sandboxes, once for each engine.
func (s *Service) ensureData(ctx context.Context, blob files.Blob) error {
	return s.Sandboxes.EnsureData(ctx, blob.SHA256, s.openBlob(blob.SHA256))
}

func (s *Service) openBlob(sha string) func(context.Context) (io.ReadCloser, error) {
	return func(ctx context.Context) (io.ReadCloser, error) {
		file, _, err := s.Files.Open(ctx, sha)
		return file, err
	}
}
