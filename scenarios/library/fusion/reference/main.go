// Command fusion-reference is the reference solution of the data fusion
// challenge. It reads every partner's format, corrects the partners' clocks,
// scores candidate pairs on indicators, victim, attribution and time, and
// merges clusters while their average pair score stays positive.
//
// Usage: fusion-reference [INPUT_DIR OUTPUT_DIR], by default the folders of the
// run contract.
package main

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
)

func main() {
	input, output := "/app/input_data", "/app/output" // the run contract
	switch len(os.Args) {
	case 1:
	case 3:
		input, output = os.Args[1], os.Args[2]
	default:
		fmt.Fprintln(os.Stderr, "usage: fusion-reference [INPUT_DIR OUTPUT_DIR]")
		os.Exit(2)
	}
	if err := run(input, output); err != nil {
		fmt.Fprintln(os.Stderr, "fusion-reference:", err)
		os.Exit(1)
	}
}

func run(input, output string) error {
	names, err := readAliases(filepath.Join(input, "knowledge", "aliases.csv"))
	if err != nil {
		return err
	}
	reports, err := readReports(filepath.Join(input, "reports"))
	if err != nil {
		return err
	}
	for _, r := range reports {
		names.observe(r)
	}
	for _, r := range reports {
		names.resolve(r)
	}
	correctClocks(reports)
	m := newMatcher(reports)
	return write(filepath.Join(output, "clusters.csv"), reports, cluster(m))
}

func write(path string, reports []*report, label []int) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	w := bufio.NewWriter(file)
	fmt.Fprintln(w, "id,cluster")
	for i, r := range reports {
		fmt.Fprintf(w, "%s,%d\n", r.id, label[i])
	}
	if err := w.Flush(); err != nil {
		return err
	}
	return file.Close()
}
