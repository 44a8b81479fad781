package main

import (
	"context"
	"log/slog"
	"time"

	"incubator/platform/files"
)

const (
	// blobSweepEvery is also how long a blob that nothing refers to can still be
	// taken back: one sweep sets it aside and the next removes it.
	blobSweepEvery = 24 * time.Hour
	// blobAge is far more than lies between the arrival of an upload's last byte
	// and the commit of the row that refers to it.
	blobAge = 24 * time.Hour
)

// sweepBlobs removes what uploads that were refused and packs that were replaced
// have left in the file store.
func (p *platform) sweepBlobs(ctx context.Context) error {
	before := time.Now().Add(-blobAge)
	keep, err := p.referenced(ctx)
	if err != nil {
		return err
	}
	swept, err := p.files.Sweep(ctx, keep, before)
	if swept != (files.Swept{}) {
		p.log.Info("files that nothing refers to were swept", slog.Int("set_aside", swept.Trashed),
			slog.Int("removed", swept.Removed), slog.Int("restored", swept.Restored), slog.Int64("bytes", swept.Bytes))
	}
	return err
}

// referenced reads once what rows refer to. A row that is written later refers to
// a blob that was put, and so became young again, after that.
func (p *platform) referenced(ctx context.Context) (files.Keep, error) {
	kept := map[string]bool{}
	add := func(sha string) { kept[sha] = true }
	if err := p.scenarios.Blobs(ctx, add); err != nil {
		return nil, err
	}
	if err := p.scoring.Blobs(ctx, add); err != nil {
		return nil, err
	}
	return func(_ context.Context, sha string) (bool, error) { return kept[sha], nil }, nil
}
