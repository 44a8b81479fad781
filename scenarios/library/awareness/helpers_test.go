package awareness_test

import (
	"bufio"
	"context"
	"encoding/csv"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"incubator/scenarios/library/awareness"
)

// toFolder returns a Create that writes below a folder.
func toFolder(root string) func(string) (io.WriteCloser, error) {
	return func(name string) (io.WriteCloser, error) {
		path := filepath.Join(root, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return nil, err
		}
		return os.Create(path)
	}
}

// generated makes one data set in a temporary folder.
func generated(t *testing.T, seed uint64, scale float64, split awareness.Split) (string, awareness.Summary) {
	t.Helper()
	root := t.TempDir()
	sum, err := awareness.Generate(context.Background(), awareness.GenerateOptions{
		Seed: seed, Scale: scale, Split: split, Create: toFolder(root),
	})
	require.NoError(t, err)
	return root, sum
}

// eachLine calls visit with every record of a log.
func eachLine(t *testing.T, path string, visit func(record map[string]any)) {
	t.Helper()
	file, err := os.Open(path)
	require.NoError(t, err)
	defer file.Close()
	in := bufio.NewScanner(file)
	in.Buffer(nil, 1<<20)
	for in.Scan() {
		var r map[string]any
		require.NoError(t, json.Unmarshal(in.Bytes(), &r), "%s", in.Bytes())
		visit(r)
	}
	require.NoError(t, in.Err())
}

// table reads a CSV file without its header.
func table(t *testing.T, path string) [][]string {
	t.Helper()
	file, err := os.Open(path)
	require.NoError(t, err)
	defer file.Close()
	rows, err := csv.NewReader(file).ReadAll()
	require.NoError(t, err)
	require.NotEmpty(t, rows)
	return rows[1:]
}

// moment parses the time of a record of any log.
func moment(t *testing.T, r map[string]any) time.Time {
	t.Helper()
	if ts, ok := r["ts"].(float64); ok {
		return time.UnixMicro(int64(ts*1e6 + 0.5)).UTC()
	}
	at, err := time.Parse("2006-01-02 15:04:05.000", r["UtcTime"].(string))
	require.NoError(t, err)
	return at
}

var inputLogs = []string{"conn.log", "dns.log", "http.log", "ssl.log", "dhcp.log", "host.jsonl"}
