package scoring

import (
	"archive/tar"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"path"
	"strings"

	"incubator/platform/errs"
	"incubator/platform/files"
	"incubator/platform/files/archive"
	"incubator/sandboxes"
	"incubator/scenarios"
	"incubator/scoring/metrics"
)

// score turns an output into scores, with built-in metrics or with the pack's own
// scoring program.
func (t *task) score(ctx context.Context, output *upload) (outcome, error) {
	if t.challenge.Spec.Grading.Scoring != nil {
		return t.scoreByProgram(ctx, output)
	}
	truth, err := t.service.open(ctx, t.data.Truth)
	if err != nil {
		return outcome{}, err
	}
	defer truth.Close()
	facts, err := readFacts(truth)
	if err != nil {
		return outcome{}, err
	}
	grading := t.challenge.Spec.Grading
	if err := needsFacts(grading, facts); err != nil {
		return outcome{}, err
	}
	truthSource, err := tarSource(truth, grading.Truth)
	if err != nil {
		return outcome{}, errs.Wrap(err, errs.Internal, "the truth has no %s", grading.Truth)
	}
	truthSource.Name = "truth/" + truthSource.Name // which no prediction is called
	prediction, err := predictionSource(output, grading.Prediction)
	if err != nil {
		return outcome{state: Failed, cause: BadOutput, detail: errs.MessageOf(err)}, nil
	}
	result, err := metrics.Evaluate(ctx, metrics.Request{
		Metrics: metricSpecs(grading, facts), Truth: truthSource, Prediction: prediction,
	})
	if errs.Is(err, errs.Invalid) {
		return refused(err, truthSource.Name, prediction.Name)
	}
	if err != nil {
		return outcome{}, err
	}
	scores := map[string]float64{}
	for i, metric := range grading.Metrics {
		scores[metric.Key] = result.Values[i].Value
	}
	for _, w := range result.Warnings {
		t.usage.Warnings = append(t.usage.Warnings, w.Message)
	}
	return outcome{state: Scored, scores: scores}, nil
}

// refused is the end of a run whose tables do not fit together. A message never
// says where in the truth something stands, and what is wrong with the truth itself
// is not the team's fault.
func refused(err error, truth, prediction string) (outcome, error) {
	detail := errs.MessageOf(err)
	var row *metrics.RowError
	if errors.As(err, &row) && row.File == truth {
		rest, missing := strings.CutPrefix(row.Reason, "has no row in "+prediction)
		if !missing {
			return outcome{}, errs.Wrap(err, errs.Internal, "the truth cannot be read")
		}
		detail = fmt.Sprintf("%s has no row for %s %q%s", prediction, row.Column, row.Value, rest)
	}
	return outcome{state: Failed, cause: BadOutput, detail: detail}, nil
}

// factsFile holds facts about a data set that metrics take as parameters, such as
// the number of raw events. A pack refers to one as "$name".
const factsFile = "truth.json"

// readFacts returns the facts of a truth archive; none where it has no such file.
func readFacts(truth *upload) (map[string]any, error) {
	source, err := tarSource(truth, factsFile)
	if errs.Is(err, errs.NotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	file, err := source.Open()
	if err != nil {
		return nil, err
	}
	defer file.Close()
	facts := map[string]any{}
	if err := json.NewDecoder(io.LimitReader(file, 1<<20)).Decode(&facts); err != nil {
		return nil, errs.Wrap(err, errs.Internal, "%s of the truth is not valid", factsFile)
	}
	return facts, nil
}

// metricSpecs returns what to ask of the metrics package, in the order of the pack.
func metricSpecs(grading scenarios.Grading, facts map[string]any) []metrics.Spec {
	specs := make([]metrics.Spec, len(grading.Metrics))
	for i, metric := range grading.Metrics {
		specs[i] = metrics.Spec{Name: metric.Name, Params: parameters(metric.Params, facts)}
	}
	return specs
}

// needsFacts reports a fact that a metric refers to and the truth does not hold.
func needsFacts(grading scenarios.Grading, facts map[string]any) error {
	for _, metric := range grading.Metrics {
		for _, value := range metric.Params {
			name, isFact := strings.CutPrefix(fmt.Sprint(value), "$")
			if _, known := facts[name]; isFact && !known {
				return errs.New(errs.Internal, "metric %s needs the fact %q, which %s of the truth does not hold", metric.Key, name, factsFile)
			}
		}
	}
	return nil
}

func parameters(given map[string]any, facts map[string]any) map[string]string {
	params := map[string]string{}
	for name, value := range given {
		if fact, isFact := strings.CutPrefix(plain(value), "$"); isFact {
			known, ok := facts[fact]
			if !ok {
				continue // the early check has no facts; the metric's default stands in
			}
			value = known
		}
		params[name] = plain(value)
	}
	return params
}

// plain writes a value of JSON without an exponent where it is a whole number.
func plain(value any) string {
	if number, isNumber := value.(float64); isNumber && number == math.Trunc(number) {
		return fmt.Sprintf("%.0f", number)
	}
	return fmt.Sprint(value)
}

// predictionSource finds the table of predictions, which may be JSON Lines where
// the pack says CSV.
func predictionSource(output *upload, name string) (metrics.Source, error) {
	stem := strings.TrimSuffix(name, path.Ext(name))
	for _, candidate := range []string{name, stem + ".csv", stem + ".jsonl", stem + ".ndjson"} {
		source, err := tarSource(output, candidate)
		if !errs.Is(err, errs.NotFound) {
			return source, err
		}
	}
	return metrics.Source{}, errs.New(errs.Invalid, "the output holds no %s; a program leaves it in the folder $output", name)
}

// tarSource returns a regular file of a tar archive without unpacking it.
func tarSource(archive *upload, name string) (metrics.Source, error) {
	if archive == nil {
		return metrics.Source{}, errs.New(errs.NotFound, "there is no output")
	}
	section := io.NewSectionReader(archive.at, 0, archive.blob.Size)
	reader := tar.NewReader(section)
	for {
		header, err := reader.Next()
		if errors.Is(err, io.EOF) {
			return metrics.Source{}, errs.New(errs.NotFound, "there is no %s", name)
		}
		if err != nil {
			return metrics.Source{}, errs.Wrap(err, errs.Internal, "the archive cannot be read")
		}
		if header.Typeflag != tar.TypeReg || strings.TrimPrefix(header.Name, "./") != name {
			continue
		}
		offset, err := section.Seek(0, io.SeekCurrent)
		if err != nil {
			return metrics.Source{}, errs.Wrap(err, errs.Internal, "the archive cannot be read")
		}
		open := func() (io.ReadCloser, error) {
			return io.NopCloser(io.NewSectionReader(archive.at, offset, header.Size)), nil
		}
		return metrics.Source{Name: name, Size: header.Size, Open: open}, nil
	}
}

// scoreByProgram runs the pack's scoring program in a container of its own, which
// sees the reference data and never runs a participant's code.
func (t *task) scoreByProgram(ctx context.Context, output *upload) (outcome, error) {
	if detail, err := badOutput(ctx, output); err != nil || detail != "" {
		return outcome{state: Failed, cause: BadOutput, detail: detail}, err
	}
	spec, err := t.scoringSpec(ctx, output)
	if err != nil {
		return outcome{}, err
	}
	var written *upload
	defer func() { written.Close() }()
	result, err := t.service.Sandboxes.Run(ctx, spec, sandboxes.RunIO{
		Log: &t.scorerLog,
		Output: func(ctx context.Context, r io.Reader) (err error) {
			written, err = t.service.receive(ctx, r, tarSize(spec.Limits))
			return err
		},
	})
	if err != nil {
		return outcome{}, err
	}
	if result.Cause == sandboxes.CausePlatform {
		return outcome{}, errs.New(errs.Internal, "the scoring sandbox failed: %s", result.Detail)
	}
	if result.Cause != sandboxes.CauseNone {
		return scorerFailed("The scoring program ended with: " + string(result.Cause)), nil
	}
	scores, err := readScores(written, t.challenge.Spec.Grading)
	if err != nil {
		return scorerFailed(errs.MessageOf(err)), nil
	}
	return outcome{state: Scored, scores: scores}, nil
}

// badOutput says what makes an output unfit for any scoring program, such as that
// there is none; "" where nothing does.
func badOutput(ctx context.Context, output *upload) (detail string, err error) {
	if output == nil {
		return "", nil
	}
	files := 0
	_, err = archive.Walk(ctx, output.at, output.blob.Size, archive.DefaultLimits(), func(e archive.Entry, _ io.Reader) error {
		if !e.Dir {
			files++
		}
		return nil
	})
	switch {
	case errs.Is(err, errs.Invalid) && files == 0:
		return "the output is empty; a program leaves its files in the folder $output", nil
	case errs.Is(err, errs.Invalid):
		return "the output cannot be scored: " + errs.MessageOf(err), nil
	}
	return "", err
}

func scorerFailed(detail string) outcome {
	return outcome{state: Failed, cause: ScorerFault,
		detail: detail + ". The organisers can see the program's log; this run does not count against your limits."}
}

func (t *task) scoringSpec(ctx context.Context, output *upload) (sandboxes.RunSpec, error) {
	var submitted []sandboxes.Tree
	program := int64(64 << 20)
	if output != nil {
		submitted = []sandboxes.Tree{{Path: resDir, Open: tarOf(output)}}
		program = max(program, 2*output.blob.Size)
	}
	scoring := t.challenge.Spec.Grading.Scoring
	image, err := t.service.Images(ctx, scoring.Runtime)
	if err != nil {
		return sandboxes.RunSpec{}, err
	}
	argv, err := expand(scoring.Command, scoringPaths)
	if err != nil {
		return sandboxes.RunSpec{}, err
	}
	for _, blob := range []files.Blob{t.data.Truth, t.challenge.Scorer} {
		if err := t.service.ensureData(ctx, blob); err != nil {
			return sandboxes.RunSpec{}, err
		}
	}
	return sandboxes.RunSpec{
		RunID: t.run.ID, Purpose: sandboxes.PurposeScoring, Image: image, Command: argv, WorkDir: programDir,
		Data: []sandboxes.DataMount{
			{Path: programDir, DataID: t.challenge.Scorer.SHA256},
			{Path: refDir, DataID: t.data.Truth.SHA256},
		},
		Files:     submitted,
		OutputDir: outputDir,
		Limits: sandboxes.Limits{
			CPUs: t.challenge.Spec.Run.CPUs, MemoryBytes: int64(scoring.Memory), Time: scoring.Time.Std(),
			OutputBytes: 16 << 20, ProgramBytes: program,
		},
	}, nil
}
