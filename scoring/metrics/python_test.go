package metrics_test

import (
	"bufio"
	"encoding/json"
	"os"
	"os/exec"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// findPython returns an interpreter that has scikit-learn, "" when there is
// none. INCUBATOR_PYTHON names one; else the usual places are tried.
var findPython = sync.OnceValue(func() string {
	candidates := []string{os.Getenv("INCUBATOR_PYTHON"), "/usr/bin/python3", "python3"}
	for _, candidate := range candidates {
		if candidate != "" && exec.Command(candidate, "-c", "import sklearn, numpy").Run() == nil {
			return candidate
		}
	}
	return ""
})

// oracle is a running testdata/oracle.py: one JSON line in, one out.
type oracle struct {
	in  *json.Encoder
	out *json.Decoder
}

// oracleCase is one question; Guess holds labels, clusters or scores.
type oracleCase struct {
	Metric string            `json:"metric"`
	Params map[string]string `json:"params,omitempty"`
	Truth  []string          `json:"truth"`
	Guess  []string          `json:"guess"`
}

// startOracle starts the one Python process of a test, or skips the test.
func startOracle(t *testing.T) *oracle {
	python := findPython()
	if python == "" {
		t.Skip("scikit-learn is not installed (python3-sklearn); INCUBATOR_PYTHON can name an interpreter that has it")
	}
	cmd := exec.Command(python, "testdata/oracle.py")
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	require.NoError(t, err)
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	t.Cleanup(func() {
		require.NoError(t, in.Close())
		require.NoError(t, cmd.Wait())
	})
	return &oracle{json.NewEncoder(in), json.NewDecoder(bufio.NewReader(out))}
}

// ask returns the value, or the reason why scikit-learn has none.
func (o *oracle) ask(t *testing.T, c oracleCase) (value float64, refusal string) {
	require.NoError(t, o.in.Encode(c))
	var answer struct {
		Value float64 `json:"value"`
		Error string  `json:"error"`
	}
	require.NoError(t, o.out.Decode(&answer))
	return answer.Value, answer.Error
}
