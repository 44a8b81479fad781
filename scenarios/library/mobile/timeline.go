package mobile

import (
	"bufio"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"regexp"

	"incubator/platform/errs"
)

var monthForm = regexp.MustCompile(`^\d{4}-\d{2}$`)

// ReadTimelines counts the training and the tested apps of a data set, from
// its labelled apps and its truth. Errors are Invalid and name file and line.
func ReadTimelines(data fs.FS) (train, test Timeline, err error) {
	if train, err = trainTimeline(data); err != nil {
		return nil, nil, err
	}
	test, err = truthTimeline(data)
	return train, test, err
}

// trainTimeline decodes record by record, since a data set may not fit in memory.
func trainTimeline(data fs.FS) (Timeline, error) {
	file, err := data.Open(TrainFile)
	if err != nil {
		return nil, errs.Wrap(err, errs.NotFound, "the data set has no %s", TrainFile)
	}
	defer file.Close()
	timeline := Timeline{}
	decoder := json.NewDecoder(bufio.NewReader(file))
	for number := 1; ; number++ {
		var app struct {
			FirstSeen string `json:"first_seen"`
			Label     *int   `json:"label"`
		}
		if err := decoder.Decode(&app); errors.Is(err, io.EOF) {
			return timeline, nil
		} else if err != nil {
			return nil, errs.Wrap(err, errs.Invalid, "%s: record %d is not valid JSON", TrainFile, number)
		}
		if app.Label == nil || *app.Label != 0 && *app.Label != 1 {
			return nil, errs.New(errs.Invalid, "%s: record %d: label must be 0 or 1", TrainFile, number)
		}
		timeline.Add(monthOf(app.FirstSeen), *app.Label == 1)
	}
}

func truthTimeline(data fs.FS) (Timeline, error) {
	file, err := data.Open(TruthFile)
	if err != nil {
		return nil, errs.Wrap(err, errs.NotFound, "the data set has no %s", TruthFile)
	}
	defer file.Close()
	reader := csv.NewReader(file)
	header, err := reader.Read()
	if err != nil || fmt.Sprint(header) != "[id label time]" {
		return nil, errs.New(errs.Invalid, "%s: line 1: the columns must be id,label,time", TruthFile)
	}
	timeline := Timeline{}
	for {
		row, err := reader.Read()
		if errors.Is(err, io.EOF) {
			return timeline, nil
		}
		line, _ := reader.FieldPos(0)
		if err != nil {
			return nil, errs.Wrap(err, errs.Invalid, "%s cannot be read: %v", TruthFile, err)
		}
		if row[1] != "0" && row[1] != "1" {
			return nil, errs.New(errs.Invalid, "%s: line %d: label must be 0 or 1", TruthFile, line)
		}
		timeline.Add(monthOf(row[2]), row[1] == "1")
	}
}

// monthOf returns the month of a date or a month, "" for anything else.
func monthOf(date string) string {
	if len(date) >= 7 && monthForm.MatchString(date[:7]) {
		return date[:7]
	}
	return ""
}
