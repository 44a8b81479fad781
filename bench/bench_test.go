package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestFiguresAgainstTheirTargets(t *testing.T) {
	for name, c := range map[string]struct {
		figure  figure
		verdict string
		target  string
	}{
		"at most, kept":       {figure{Value: 1.2, AtMost: 1.2}, "met", "<= 1.2"},
		"at most, missed":     {figure{Value: 1.21, AtMost: 1.2}, "MISSED", "<= 1.2"},
		"at least, kept":      {figure{Value: 0.9, AtLeast: 0.9}, "met", ">= 0.9"},
		"at least, missed":    {figure{Value: 0.89, AtLeast: 0.9}, "MISSED", ">= 0.9"},
		"for the information": {figure{Value: 5}, "info", "none"},
	} {
		t.Run(name, func(t *testing.T) {
			require.Equal(t, c.verdict, c.figure.verdict(false))
			require.Equal(t, c.target, c.figure.target())
			require.Equal(t, c.verdict != "MISSED", c.figure.Met())
		})
	}
	require.Equal(t, "(miss)", figure{Value: 2, AtMost: 1}.verdict(true), "a quick run judges nothing")
}

func TestShownAsTextAndAsJSON(t *testing.T) {
	m := measure{name: "board", what: "boards"}
	figures := []figure{{Name: "over bare", Value: 0.5, Unit: "×", AtLeast: 0.8, Note: "two sides"}}
	var text, lines bytes.Buffer
	require.NoError(t, show(&text, m, figures, options{}))
	require.Contains(t, text.String(), "MISSED over bare")
	require.Contains(t, text.String(), ">= 0.8  (two sides)")
	require.NoError(t, show(&lines, m, figures, options{json: true}))
	var line figureLine
	require.NoError(t, json.Unmarshal(lines.Bytes(), &line))
	require.Equal(t, "board", line.Measure)
	require.False(t, line.Met)
	require.InDelta(t, 0.8, line.AtLeast, 0)
}

func TestAnUnknownMeasureIsAnError(t *testing.T) {
	_, err := report(context.Background(), options{only: "nothing"}, &bytes.Buffer{})
	require.ErrorContains(t, err, "nothing")
}

func TestTablesDifferAndAreAKilobyte(t *testing.T) {
	var a, b bytes.Buffer
	table(&a, 1)
	table(&b, 2)
	require.NotEqual(t, a.String(), b.String())
	require.InDelta(t, resultsBytes, a.Len(), 64)
}

// What is accepted must be what is stored: the check of the measurement itself
// finds a missing submission.
func TestAcceptedSubmissionsAreCounted(t *testing.T) {
	ctx := t.Context()
	p, err := openPlatform(ctx, wiring{})
	require.NoError(t, err)
	defer func() { require.NoError(t, p.close()) }()
	_, err = p.publish(ctx, nil)
	require.NoError(t, err)
	_, token, err := p.enrol(ctx)
	require.NoError(t, err)
	address, stop, err := p.serve()
	require.NoError(t, err)
	defer func() { require.NoError(t, stop()) }()
	result, err := submitters(ctx, []string{"http://" + address + phaseURL + "/submissions?kind=results&file_name=a.csv", token, "50ms"})
	require.NoError(t, err)
	done := result.(rate)
	require.Positive(t, done.Count)
	require.NoError(t, p.checkAccepted(ctx, done.Count))
	require.Error(t, p.checkAccepted(ctx, done.Count+1))
	_, err = submitters(ctx, []string{"http://" + address + phaseURL + "/submissions?kind=results", "wrong", "50ms"})
	require.ErrorContains(t, err, "401")
}

func TestTheBoardOfInsertedRows(t *testing.T) {
	ctx := t.Context()
	p, err := openPlatform(ctx, wiring{})
	require.NoError(t, err)
	defer func() { require.NoError(t, p.close()) }()
	challenge, err := p.publish(ctx, nil)
	require.NoError(t, err)
	by, _, err := p.enrol(ctx)
	require.NoError(t, err)
	b := &boardBench{p: p, by: by, phase: challenge.Phases[0]}
	require.NoError(t, b.addTeams(ctx))
	require.NoError(t, b.grow(ctx, teams+5))
	took, err := b.rebuild(ctx)
	require.NoError(t, err)
	require.Positive(t, took)
	board, err := p.scoring.Board(ctx, by, b.phase)
	require.NoError(t, err)
	require.Len(t, board.Rows, teams)
}

func TestBothSidesOfAMetricReadTheSameFiles(t *testing.T) {
	dir := t.TempDir()
	_, err := generateTables(t.Context(), []string{dir, "2000"})
	require.NoError(t, err)
	for _, c := range metricCases() {
		result, err := evaluateTables(t.Context(), []string{c.metric, dir + "/" + c.truth, dir + "/" + c.prediction})
		require.NoError(t, err, c.name)
		e := result.(evaluation)
		require.Greater(t, e.Value, 0.5, c.name)
		require.Less(t, e.Value, 1.0, c.name)
	}
}

func TestMemoryOfAProcess(t *testing.T) {
	peak, err := memoryMB("self", "VmHWM")
	require.NoError(t, err)
	require.Greater(t, peak, 1.0)
	_, err = memoryMB("self", "NoSuchField")
	require.Error(t, err)
}

func TestMedianAndRates(t *testing.T) {
	require.Equal(t, 2*time.Second, median([]time.Duration{9 * time.Second, time.Second, 2 * time.Second}))
	var r rate
	r.add(rate{10, 2})
	r.add(rate{20, 1})
	require.InDelta(t, 10, r.perSecond(), 0)
}

func TestAProfileIsWrittenAlsoWhenTheMeasureFails(t *testing.T) {
	file := t.TempDir() + "/cpu"
	_, err := profiled(file, func() (bool, error) { return false, errors.New("broken") })
	require.ErrorContains(t, err, "broken")
	require.FileExists(t, file)
}
