// Command mobile-reference is the reference solution of the mobile security
// challenge: gradient boosted trees over permissions, calls, components and
// what is declared but not used, with recent training apps weighing more.
//
// Usage: mobile-reference [INPUT_DIR OUTPUT_DIR], by default the folders of the
// run contract.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
)

func main() {
	input, output := "/app/input_data", "/app/output" // the run contract
	switch len(os.Args) {
	case 1:
	case 3:
		input, output = os.Args[1], os.Args[2]
	default:
		fmt.Fprintln(os.Stderr, "usage: mobile-reference [INPUT_DIR OUTPUT_DIR]")
		os.Exit(2)
	}
	if err := run(input, output); err != nil {
		fmt.Fprintln(os.Stderr, "mobile-reference:", err)
		os.Exit(1)
	}
}

func run(input, output string) error {
	set, err := load(filepath.Join(input, "train", "apps.jsonl"))
	if err != nil {
		return err
	}
	model := fit(set)
	if err := os.MkdirAll(output, 0o755); err != nil {
		return err
	}
	file, err := os.Create(filepath.Join(output, "scores.csv"))
	if err != nil {
		return err
	}
	w := bufio.NewWriter(file)
	fmt.Fprintln(w, "id,score")
	err = each(filepath.Join(input, "test", "apps.jsonl"), func(a *app) {
		score := model.probability(set.vocabulary.known(a))
		fmt.Fprintf(w, "%s,%s\n", a.ID, strconv.FormatFloat(score, 'g', -1, 64))
	})
	if err != nil {
		return err
	}
	if err := w.Flush(); err != nil {
		return err
	}
	return file.Close()
}

// each decodes the apps of a file one after the other.
func each(path string, visit func(*app)) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	decoder := json.NewDecoder(bufio.NewReaderSize(file, 1<<20))
	for number := 1; ; number++ {
		var a app
		if err := decoder.Decode(&a); err == io.EOF {
			return nil
		} else if err != nil {
			return fmt.Errorf("%s: record %d: %w", path, number, err)
		}
		visit(&a)
	}
}
