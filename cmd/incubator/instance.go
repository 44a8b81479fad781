package main

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// instanceID names this installation on the engine, so that several of them can
// share one engine and each cleans up its own sandboxes alone. It is made once
// and kept in the data folder.
func instanceID(dataDir string) (string, error) {
	path := filepath.Join(dataDir, "instance")
	data, err := os.ReadFile(path)
	if err == nil {
		if id := strings.TrimSpace(string(data)); len(id) >= 8 {
			return id, nil
		}
		return "", fmt.Errorf("%s does not hold an instance id; restore it from a backup", path)
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("the instance id cannot be read: %w", err)
	}
	id := strings.ToLower(rand.Text())[:16]
	if err := os.WriteFile(path, []byte(id+"\n"), 0o600); err != nil {
		return "", fmt.Errorf("the instance id cannot be kept: %w", err)
	}
	return id, nil
}

// newSecret returns 32 random bytes.
func newSecret() []byte {
	secret := make([]byte, 32)
	_, _ = rand.Read(secret) // never fails, by its contract
	return secret
}
