package awareness

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"
)

func TestX(t *testing.T) {
	for _, sp := range []Split{Train, Test} {
		dir := "/tmp/aw/" + string(sp)
		os.RemoveAll(dir)
		st := time.Now()
		sum, err := Generate(context.Background(), GenerateOptions{Seed: 7, Scale: 0.5, Split: sp, Create: func(n string) (io.WriteCloser, error) {
			p := filepath.Join(dir, n)
			os.MkdirAll(filepath.Dir(p), 0o755)
			return os.Create(p)
		}})
		t.Log(sum, err, time.Since(st))
	}
}
