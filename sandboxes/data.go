package sandboxes

import (
	"archive/tar"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"sync"

	"incubator/platform/errs"
	"incubator/sandboxes/tree"
	"incubator/sandboxes/wire"
)

// dataCaps bound a data set. They only keep a broken stream from going on for ever.
var dataCaps = tree.Caps{Bytes: 1 << 40, Files: 5_000_000, Depth: 32, Path: 1024}

// EnsureData puts a data set on the engine as a read-only volume. The id must
// name the content, such as its SHA-256; open is called only when the engine
// does not have it yet, and streams a tar of files and folders with at least
// one file. A tar with anything else in it is errs.Invalid.
func (m *Manager) EnsureData(ctx context.Context, id string, open func(ctx context.Context) (io.ReadCloser, error)) error {
	_, err := m.ensureVolume(ctx, m.dataKey(id), purposeData, func(ctx context.Context) (io.ReadCloser, error) {
		source, err := open(ctx)
		if err != nil {
			return nil, err
		}
		return cleaned(source), nil
	})
	return err
}

// RemoveData removes a data set from the engine. One that a sandbox still uses
// is errs.Conflict.
func (m *Manager) RemoveData(ctx context.Context, id string) error {
	key := m.dataKey(id)
	unlock := m.fills.lock(key)
	defer unlock()
	m.mu.Lock()
	delete(m.volumes, key)
	m.mu.Unlock()
	return m.engine.RemoveVolume(ctx, key)
}

// cleaned passes on only files and folders, owned by root, with plain modes.
func cleaned(source io.ReadCloser) io.ReadCloser {
	r, w := io.Pipe()
	go func() {
		totals, err := tree.Copy(w, source, dataCaps)
		if err == nil && totals.Files == 0 {
			err = errs.New(errs.Invalid, "The data set holds no file.")
		}
		if err == nil {
			// A source may find its fault, such as a wrong hash, after the archive's end.
			_, err = io.Copy(io.Discard, source)
		}
		source.Close()
		w.CloseWithError(asInvalid(err, "The data set cannot be used"))
	}()
	return r
}

// mounts resolves the init program and the data sets to volumes.
func (m *Manager) mounts(ctx context.Context, arch string, data []DataMount) ([]Mount, error) {
	program, err := m.ensureInit(ctx, arch)
	if err != nil {
		return nil, err
	}
	mounts := []Mount{{Volume: program, Path: wire.InitDir}}
	for _, d := range data {
		volume, err := m.ensureVolume(ctx, m.dataKey(d.DataID), purposeData, func(context.Context) (io.ReadCloser, error) {
			return nil, errs.New(errs.NotFound, "The data set %s is not on the engine.", d.DataID)
		})
		if err != nil {
			return nil, err
		}
		mounts = append(mounts, Mount{Volume: volume, Path: d.Path})
	}
	return mounts, nil
}

func (m *Manager) ensureInit(ctx context.Context, arch string) (string, error) {
	program, err := m.opts.Init(arch)
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(program)
	key := m.name("init-" + hex.EncodeToString(sum[:8]))
	return m.ensureVolume(ctx, key, purposeInit, func(context.Context) (io.ReadCloser, error) {
		var content bytes.Buffer
		w := tar.NewWriter(&content)
		if err := w.WriteHeader(&tar.Header{Name: "init", Typeflag: tar.TypeReg, Mode: 0o755, Size: int64(len(program))}); err != nil {
			return nil, err
		}
		if _, err := w.Write(program); err != nil {
			return nil, err
		}
		return io.NopCloser(&content), w.Close()
	})
}

// ensureVolume asks the engine once for each key; callers of one key wait for
// the first.
func (m *Manager) ensureVolume(ctx context.Context, key, purpose string, fill func(context.Context) (io.ReadCloser, error)) (string, error) {
	unlock := m.fills.lock(key)
	defer unlock()
	m.mu.Lock()
	name, known := m.volumes[key]
	m.mu.Unlock()
	if known {
		return name, nil
	}
	labels := m.labels(key, "", purpose, m.opts.Now().AddDate(100, 0, 0))
	name, err := m.engine.EnsureVolume(ctx, VolumeSpec{Key: key, Labels: labels, Fill: fill})
	if err != nil {
		return "", err
	}
	m.mu.Lock()
	m.volumes[key] = name
	m.mu.Unlock()
	return name, nil
}

// dataKey hashes the id, which may hold what a name on the engine may not.
func (m *Manager) dataKey(id string) string {
	sum := sha256.Sum256([]byte(id))
	return m.name("data-" + hex.EncodeToString(sum[:12]))
}

// keyedMutex is one mutex for each key in use.
type keyedMutex struct {
	mu    sync.Mutex
	locks map[string]*keyLock
}

type keyLock struct {
	sync.Mutex
	users int
}

func (k *keyedMutex) lock(key string) (unlock func()) {
	k.mu.Lock()
	if k.locks == nil {
		k.locks = map[string]*keyLock{}
	}
	l := k.locks[key]
	if l == nil {
		l = &keyLock{}
		k.locks[key] = l
	}
	l.users++
	k.mu.Unlock()
	l.Lock()
	return func() {
		l.Unlock()
		k.mu.Lock()
		if l.users--; l.users == 0 {
			delete(k.locks, key)
		}
		k.mu.Unlock()
	}
}

// busy reports whether somebody holds or awaits the key.
func (k *keyedMutex) busy(key string) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.locks[key] != nil
}
