package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
)

// tables writes the files that metrics are measured on: binary scores with one
// positive in ten, and clusters of about four items of which 15 % are misplaced.
type tables struct {
	dir    string
	rows   int
	random *rand.Rand
}

// generateTables writes all files. Arguments: folder, number of rows.
func generateTables(_ context.Context, args []string) (any, error) {
	rows, err := strconv.Atoi(args[1])
	if err != nil {
		return nil, err
	}
	t := &tables{dir: args[0], rows: rows, random: rand.New(rand.NewPCG(1, 2))}
	order := t.random.Perm(rows)
	return rows, errors.Join(
		t.write("labels.csv", "id,label", func(w *bufio.Writer, row int) {
			w.WriteString(strconv.Itoa(row))
			w.WriteString([]string{",0\n", ",1\n"}[bit(positive(row))])
		}),
		t.write("scores.csv", "id,score", t.score),
		t.write("shuffled.csv", "id,score", func(w *bufio.Writer, row int) { t.score(w, order[row]) }),
		t.write("clusters.csv", "id,cluster", func(w *bufio.Writer, row int) { fmt.Fprintf(w, "%d,c%d\n", row, t.cluster(row)) }),
		t.write("groups.csv", "id,cluster", func(w *bufio.Writer, row int) { fmt.Fprintf(w, "%d,k%d\n", row, t.group(row)) }))
}

func (t *tables) write(name, header string, line func(w *bufio.Writer, row int)) error {
	file, err := os.Create(filepath.Join(t.dir, name))
	if err != nil {
		return err
	}
	w := bufio.NewWriterSize(file, 1<<20)
	fmt.Fprintln(w, header)
	for row := range t.rows {
		line(w, row)
	}
	return errors.Join(w.Flush(), file.Close()) // a buffered writer keeps its first error
}

func (t *tables) score(w *bufio.Writer, row int) {
	value := t.random.Float64()
	if positive(row) {
		value = (value + t.random.Float64()) / 2 * 1.2
	}
	w.WriteString(strconv.Itoa(row) + "," + strconv.FormatFloat(value, 'g', -1, 64) + "\n")
}

func (t *tables) cluster(row int) int { return row * 7919 % t.rows / 4 }

func (t *tables) group(row int) int {
	if t.random.Float64() < 0.15 {
		return t.random.IntN(t.rows / 4)
	}
	return t.cluster(row)
}

func positive(row int) bool { return row%10 == 3 }

func bit(b bool) int {
	if b {
		return 1
	}
	return 0
}
