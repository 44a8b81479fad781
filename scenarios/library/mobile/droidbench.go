package mobile

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"

	"incubator/platform/errs"
	"incubator/scenarios/library/generate"
)

// Report says what an import read, wrote and left out.
type Report = generate.Report

// droidBenchKey keys the ids of imported apps, so that they are stable and do
// not show the category that the name of the app file carries.
const droidBenchKey = "incubator/mobile/droidbench/1"

// noTime stands in the truth where no time is known: one window numbered 0, so
// that measures over time refuse to be computed instead of inventing a course.
const noTime = "0"

// The caps on what is read from a source that may be anything.
const maxLine = 16 << 20

// fleetApp is an app in the challenge's form.
type fleetApp struct {
	ID          string           `json:"id"`
	Package     string           `json:"package"`
	FirstSeen   string           `json:"first_seen"`
	Certificate string           `json:"certificate"`
	MinSDK      int              `json:"min_sdk"`
	TargetSDK   int              `json:"target_sdk"`
	SizeBytes   int64            `json:"size_bytes"`
	Permissions []string         `json:"permissions"`
	Activities  []fleetComponent `json:"activities"`
	Services    []fleetComponent `json:"services"`
	Receivers   []fleetComponent `json:"receivers"`
	Providers   []fleetComponent `json:"providers"`
	Calls       map[string]int   `json:"calls"`
	Label       *int             `json:"label,omitempty"`
}

type fleetComponent struct {
	Name     string `json:"name"`
	Exported bool   `json:"exported"`
}

// droidBenchApp is one line of features.jsonl.
type droidBenchApp struct {
	APK         string         `json:"apk"`
	Package     string         `json:"package"`
	Permissions []string       `json:"permissions"`
	Activities  []string       `json:"activities"`
	Services    []string       `json:"services"`
	Receivers   []string       `json:"receivers"`
	Providers   []string       `json:"providers"`
	MinSDK      string         `json:"min_sdk"`
	TargetSDK   string         `json:"target_sdk"`
	SizeBytes   int64          `json:"size_bytes"`
	Calls       map[string]int `json:"calls"`
}

// ImportDroidBench turns facts about DroidBench's apps (features.jsonl and
// truth.csv in the folder src) into the data of this challenge below out. An
// app with at least one annotated leak has label 1. Every other app of each
// class, in the order of the new ids, becomes training data; the rest is
// tested. Facts that DroidBench does not have (time, certificate, exported
// flags) are left empty or false. The report's groups count apps, leaking,
// train and test; its notes name every TESSERACT rule that does not hold.
func ImportDroidBench(ctx context.Context, src string, out generate.Out) (Report, error) {
	report := Report{Groups: map[string]int{}, Skipped: []generate.Skipped{}, Notes: []string{
		"The label says that an app leaks private data by DroidBench's annotation, not that it is malware.",
		"DroidBench has no certificates and no exported flags: certificate is empty, exported is false."}}
	leaks, err := readLeaks(filepath.Join(src, "truth.csv"), &report)
	if err != nil {
		return report, err
	}
	apps, err := readDroidBench(ctx, filepath.Join(src, "features.jsonl"), leaks, &report)
	if err != nil {
		return report, err
	}
	files := generate.NewFiles(out)
	train, test, err := writeDroidBench(files, apps, &report)
	if closeErr := files.Close(); err == nil {
		err = closeErr
	}
	report.Files = files.Names()
	for _, v := range CheckTESSERACT(train, test) {
		report.Notes = append(report.Notes, "TESSERACT "+string(v.Rule)+": "+v.Message+".")
	}
	return report, err
}

// readLeaks returns the label of each app file.
func readLeaks(path string, report *Report) (map[string]int, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, errs.Wrap(err, errs.NotFound, "%s does not exist or cannot be read", path)
	}
	defer file.Close()
	reader := csv.NewReader(file)
	reader.FieldsPerRecord = -1
	header, err := reader.Read()
	if err != nil || !slices.Equal(header, []string{"apk", "category", "leaks"}) {
		return nil, errs.New(errs.Invalid, "truth.csv: line 1: expected the columns apk, category, leaks")
	}
	labels := map[string]int{}
	for {
		row, err := reader.Read()
		var syntax *csv.ParseError
		switch {
		case errors.Is(err, io.EOF):
			return labels, nil
		case errors.As(err, &syntax):
			report.Skip("truth.csv", syntax.Line, syntax.Err.Error())
			continue
		case err != nil:
			return nil, errs.Wrap(err, errs.Unavailable, "truth.csv cannot be read to its end")
		}
		line, _ := reader.FieldPos(0)
		if reason := addLeak(labels, row); reason != "" {
			report.Skip("truth.csv", line, reason)
		}
	}
}

// addLeak says why a row cannot be used, or nothing.
func addLeak(labels map[string]int, row []string) (reason string) {
	if len(row) != 3 {
		return "the number of fields is not 3"
	}
	leaks, err := strconv.Atoi(row[2])
	if err != nil || leaks < 0 {
		return "leaks is not a count"
	}
	if _, twice := labels[row[0]]; twice {
		return "this apk was listed before"
	}
	labels[row[0]] = min(leaks, 1)
	return ""
}

// readDroidBench returns the apps that have a label, in the order of their ids.
func readDroidBench(ctx context.Context, path string, labels map[string]int, report *Report) ([]fleetApp, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, errs.Wrap(err, errs.NotFound, "%s does not exist or cannot be read", path)
	}
	defer file.Close()
	var apps []fleetApp
	seen := map[string]bool{}
	scanner := bufio.NewScanner(file)
	scanner.Buffer(nil, maxLine)
	for line := 1; scanner.Scan(); line++ {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		var in droidBenchApp
		if err := json.Unmarshal(bytes.TrimSpace(scanner.Bytes()), &in); err != nil {
			report.Skip("features.jsonl", line, "not a JSON object of the expected form")
			continue
		}
		label, known := labels[in.APK]
		if !known || seen[in.APK] {
			report.Skip("features.jsonl", line, "the apk has no line in truth.csv or was seen before")
			continue
		}
		seen[in.APK] = true
		apps = append(apps, in.fleet(label))
	}
	if err := scanner.Err(); err != nil {
		return nil, errs.Wrap(err, errs.Invalid, "features.jsonl cannot be read: a line is longer than %d MiB or the file is damaged", maxLine>>20)
	}
	if len(apps) == 0 {
		return nil, errs.New(errs.Invalid, "features.jsonl holds no app that truth.csv lists")
	}
	slices.SortFunc(apps, func(a, b fleetApp) int { return cmp.Compare(a.ID, b.ID) })
	return apps, nil
}

// fleet leaves a level that is not a number at 0, for unknown.
func (in droidBenchApp) fleet(label int) fleetApp {
	mac := hmac.New(sha256.New, []byte(droidBenchKey))
	mac.Write([]byte(in.APK))
	level := func(s string) int {
		n, err := strconv.Atoi(s)
		if err != nil {
			return 0
		}
		return n
	}
	components := func(names []string) []fleetComponent {
		list := make([]fleetComponent, 0, len(names))
		for _, name := range names {
			list = append(list, fleetComponent{Name: name})
		}
		return list
	}
	calls := in.Calls
	if calls == nil {
		calls = map[string]int{}
	}
	return fleetApp{ID: hex.EncodeToString(mac.Sum(nil)[:16]), Package: in.Package, MinSDK: level(in.MinSDK),
		TargetSDK: level(in.TargetSDK), SizeBytes: in.SizeBytes, Permissions: append([]string{}, in.Permissions...),
		Activities: components(in.Activities), Services: components(in.Services),
		Receivers: components(in.Receivers), Providers: components(in.Providers), Calls: calls, Label: &label}
}

// writeDroidBench deals the apps of each class in turn to testing and training.
func writeDroidBench(files *generate.Files, apps []fleetApp, report *Report) (train, test Timeline, err error) {
	train, test = Timeline{}, Timeline{}
	files.WriteLine(TruthFile, "id", "label", "time")
	var dealt [2]int
	for _, app := range apps {
		label := *app.Label
		dealt[label]++
		report.Groups["apps"]++
		report.Groups["leaking"] += label
		target, part := TrainFile, train
		if dealt[label]%2 == 1 {
			target, part, app.Label = TestFile, test, nil
			files.WriteLine(TruthFile, app.ID, strconv.Itoa(label), noTime)
			report.Records++
		}
		part.Add("", label == 1)
		line, err := json.Marshal(app)
		if err != nil {
			return nil, nil, errs.Wrap(err, errs.Internal, "an app cannot be encoded")
		}
		files.Write(target, append(line, '\n'))
	}
	report.Groups["test"], report.Groups["train"] = report.Records, len(apps)-report.Records
	return train, test, files.Err()
}
