package awareness_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"flag"
	"fmt"
	"hash"
	"io"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"incubator/platform/errs"
	"incubator/scenarios/library/awareness"
)

var update = flag.Bool("update", false, "renew the golden files")

// hashes collects a SHA-256 per file instead of the files.
type hashes map[string]hash.Hash

type hashWriter struct{ hash.Hash }

func (hashWriter) Close() error { return nil }

func (h hashes) create(name string) (io.WriteCloser, error) {
	h[name] = sha256.New()
	return hashWriter{h[name]}, nil
}

func (h hashes) String() string {
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(h)) {
		fmt.Fprintf(&b, "%s  %s\n", hex.EncodeToString(h[name].Sum(nil)), name)
	}
	return b.String()
}

func digest(t *testing.T, o awareness.GenerateOptions) string {
	t.Helper()
	h := hashes{}
	o.Create = h.create
	_, err := awareness.Generate(context.Background(), o)
	require.NoError(t, err)
	return h.String()
}

func TestGenerateGivesTheSameBytesForTheSameParameters(t *testing.T) {
	for _, split := range []awareness.Split{awareness.Train, awareness.Test} {
		o := awareness.GenerateOptions{Seed: 7, Scale: 0.15, Split: split}
		got := digest(t, o)
		require.Equal(t, got, digest(t, o))
		golden := filepath.Join("testdata", "golden", string(split)+".sha256")
		if *update {
			require.NoError(t, os.MkdirAll(filepath.Dir(golden), 0o755))
			require.NoError(t, os.WriteFile(golden, []byte(got), 0o644))
		}
		want, err := os.ReadFile(golden)
		require.NoError(t, err)
		require.Equal(t, string(want), got, "the bytes changed: published data would change with them; -update when that is meant")
	}
}

func TestGenerateDependsOnEveryParameter(t *testing.T) {
	base := awareness.GenerateOptions{Seed: 7, Scale: 0.2, Split: awareness.Train}
	seed, scale, split, start := base, base, base, base
	seed.Seed, scale.Scale, split.Split = 8, 0.3, awareness.Test
	start.Start = time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)
	seen := map[string]string{}
	for name, o := range map[string]awareness.GenerateOptions{"base": base, "seed": seed, "scale": scale, "split": split, "start": start} {
		d := digest(t, o)
		require.Empty(t, seen[d], "%s gives the bytes of %s", name, seen[d])
		seen[d] = name
	}
}

func TestGenerateStreamsAMillionRecordsInBoundedMemory(t *testing.T) {
	var peak atomic.Uint64
	var lines atomic.Int64
	sample := func() {
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		peak.Store(max(peak.Load(), m.HeapAlloc))
	}
	runtime.GC()
	var before runtime.MemStats
	runtime.ReadMemStats(&before)
	sum, err := awareness.Generate(context.Background(), awareness.GenerateOptions{
		Seed: 7, Scale: 1.6, Split: awareness.Train,
		Create: func(string) (io.WriteCloser, error) { return &sampler{lines: &lines, sample: sample}, nil },
	})
	require.NoError(t, err)
	require.GreaterOrEqual(t, sum.Records, int64(1_000_000))
	grown := (int64(peak.Load()) - int64(before.HeapAlloc)) >> 20
	t.Logf("%d records, %d MiB of logs, heap grew by at most %d MiB", sum.Records, sum.Bytes>>20, grown)
	require.Greater(t, sum.Bytes>>20, int64(300), "the bound below means nothing on a small data set")
	require.Less(t, grown, int64(32))
}

// sampler discards what is written and samples the heap now and then.
type sampler struct {
	lines  *atomic.Int64
	sample func()
}

func (s *sampler) Write(p []byte) (int, error) {
	if s.lines.Add(1)%64 == 0 { // a write is a full buffer of 64 KiB
		s.sample()
	}
	return len(p), nil
}

func (*sampler) Close() error { return nil }

func TestGenerateRefusesBadOptions(t *testing.T) {
	good := awareness.GenerateOptions{Seed: 1, Scale: 0.1, Split: awareness.Train, Create: hashes{}.create}
	for name, spoil := range map[string]func(*awareness.GenerateOptions){
		"no split":    func(o *awareness.GenerateOptions) { o.Split = "" },
		"other split": func(o *awareness.GenerateOptions) { o.Split = "validation" },
		"no scale":    func(o *awareness.GenerateOptions) { o.Scale = 0 },
		"huge scale":  func(o *awareness.GenerateOptions) { o.Scale = 1e9 },
		"no place":    func(o *awareness.GenerateOptions) { o.Create = nil },
	} {
		o := good
		spoil(&o)
		_, err := awareness.Generate(context.Background(), o)
		require.True(t, errs.Is(err, errs.Invalid), "%s: %v", name, err)
	}
}

func TestGenerateStopsWhenAskedOrWhenWritingFails(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err := awareness.Generate(ctx, awareness.GenerateOptions{Seed: 1, Scale: 0.2, Split: awareness.Train, Create: hashes{}.create})
	require.ErrorIs(t, err, context.Canceled)

	full := errors.New("no space left on device")
	closed := 0
	_, err = awareness.Generate(context.Background(), awareness.GenerateOptions{
		Seed: 1, Scale: 0.2, Split: awareness.Train,
		Create: func(string) (io.WriteCloser, error) { return &failing{after: 3, err: full, closed: &closed}, nil },
	})
	require.ErrorIs(t, err, full)
	require.Equal(t, 6, closed, "every opened log is closed")
}

type failing struct {
	after  int
	err    error
	closed *int
}

func (f *failing) Write(p []byte) (int, error) {
	if f.after--; f.after < 0 {
		return 0, f.err
	}
	return len(p), nil
}

func (f *failing) Close() error {
	*f.closed++
	return nil
}
