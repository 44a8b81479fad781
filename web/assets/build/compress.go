package main

import (
	"bytes"
	"path/filepath"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/gzip"
)

// compressible tells text from formats that are compressed already.
func compressible(name string) bool {
	switch filepath.Ext(name) {
	case ".css", ".js", ".svg":
		return true
	}
	return false
}

// compress returns the brotli and gzip forms of body. Both encoders are pinned
// in go.mod: the standard library's gzip may change its output with the
// toolchain, which would break the byte-for-byte check of committed assets.
func compress(body []byte) (br, gz []byte, err error) {
	var b bytes.Buffer
	w := brotli.NewWriterLevel(&b, brotli.BestCompression)
	if _, err := w.Write(body); err != nil {
		return nil, nil, err
	}
	if err := w.Close(); err != nil {
		return nil, nil, err
	}
	var g bytes.Buffer
	z, err := gzip.NewWriterLevel(&g, gzip.BestCompression)
	if err != nil {
		return nil, nil, err
	}
	if _, err := z.Write(body); err != nil {
		return nil, nil, err
	}
	if err := z.Close(); err != nil {
		return nil, nil, err
	}
	return b.Bytes(), g.Bytes(), nil
}
