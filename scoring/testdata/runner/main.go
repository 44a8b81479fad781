// Command runner is what the tests' images run: a submission and a scoring
// program, by the name it is called with.
package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

func main() {
	if filepath.Base(os.Args[0]) == "score" {
		score()
		return
	}
	predict()
}

// predict answers with the values of its input. It prints BREACH where it finds
// what a submission must never see.
func predict() {
	_ = filepath.WalkDir("/app", func(path string, _ os.DirEntry, _ error) error {
		if strings.Contains(path, "truth") || strings.Contains(path, "secret") || strings.Contains(path, "/ref") {
			fmt.Println("BREACH:", path)
		}
		return nil
	})
	rows, err := os.ReadFile("/app/input_data/rows.csv")
	must(err)
	fmt.Println("predicting", len(rows))
	answer := strings.Replace(string(rows), "id,value", "id,score", 1)
	if len(os.Args) > 1 && os.Args[1] == "nan" {
		answer = strings.ReplaceAll(answer, "0.9", "NaN")
	}
	must(os.WriteFile("/app/output/prediction.csv", []byte(answer), 0o600))
	must(os.WriteFile("/app/output/scores.json", []byte(`{"score": 0.75, "ignored": 3}`), 0o600))
}

// score believes the submission, and needs the reference.
func score() {
	_, err := os.ReadFile("/app/input/ref/secret.txt")
	must(err)
	scores, err := os.ReadFile("/app/input/res/scores.json")
	must(err)
	if strings.Contains(string(scores), "ask for NaN") {
		scores = []byte(`{"score": NaN}`)
	}
	must(os.WriteFile("/app/output/scores.json", scores, 0o600))
}

func must(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(9)
	}
}
