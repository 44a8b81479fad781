package scoring

import (
	"bufio"
	"encoding/json"
	"io"
	"math"
	"strconv"
	"strings"

	"incubator/platform/errs"
	"incubator/scenarios"
	"incubator/scoring/metrics"
)

// maxScores bounds the file in which a scoring program leaves its scores.
const maxScores = 1 << 20

// readScores reads scores.json, else scores.txt ("key: value" lines). Keys that
// the pack does not name are ignored; a value that is no finite number is refused.
// What the errors say reaches the team, so it never quotes the file.
func readScores(output *upload, grading scenarios.Grading) (map[string]float64, error) {
	source, err := tarSource(output, "scores.json")
	parse := parseScoresJSON
	if errs.Is(err, errs.NotFound) {
		source, err = tarSource(output, "scores.txt")
		parse = parseScoresText
	}
	if err != nil {
		return nil, errs.New(errs.Invalid, "the scoring program left neither scores.json nor scores.txt")
	}
	all, err := readAll(source, parse)
	if err != nil {
		return nil, err
	}
	scores := map[string]float64{}
	for _, metric := range grading.Metrics {
		if value, ok := all[metric.Name]; ok {
			scores[metric.Key] = value
		}
	}
	if _, ok := scores[grading.PrimaryMetric().Key]; !ok {
		return nil, errs.New(errs.Invalid, "%s has no value %q, which ranks the board", source.Name, grading.PrimaryMetric().Name)
	}
	return scores, nil
}

func readAll(source metrics.Source, parse func([]byte) (map[string]float64, error)) (map[string]float64, error) {
	file, err := source.Open()
	if err != nil {
		return nil, err
	}
	defer file.Close()
	data, err := io.ReadAll(io.LimitReader(file, maxScores+1))
	if err != nil || len(data) > maxScores {
		return nil, errs.Wrap(err, errs.Invalid, "%s is larger than 1 MiB or cannot be read", source.Name)
	}
	return parse(data)
}

func parseScoresJSON(data []byte) (map[string]float64, error) {
	var all map[string]any
	if err := json.Unmarshal(data, &all); err != nil {
		return nil, errs.Wrap(err, errs.Invalid, "scores.json is not a JSON object of finite numbers (NaN and Infinity are no JSON numbers)")
	}
	scores := map[string]float64{}
	for key, value := range all {
		if number, ok := value.(float64); ok {
			scores[key] = number
		}
	}
	return scores, nil
}

func parseScoresText(data []byte) (map[string]float64, error) {
	scores := map[string]float64{}
	lines := bufio.NewScanner(strings.NewReader(string(data)))
	for n := 1; lines.Scan(); n++ {
		line := strings.TrimSpace(lines.Text())
		if line == "" {
			continue
		}
		key, text, found := strings.Cut(line, ":")
		value, err := strconv.ParseFloat(strings.TrimSpace(text), 64)
		if !found || err != nil || math.IsNaN(value) || math.IsInf(value, 0) {
			return nil, errs.New(errs.Invalid, "scores.txt line %d is not a key and a finite number", n)
		}
		scores[strings.TrimSpace(key)] = value
	}
	if err := lines.Err(); err != nil {
		return nil, errs.Wrap(err, errs.Invalid, "scores.txt has a line of more than 64 KiB")
	}
	return scores, nil
}
