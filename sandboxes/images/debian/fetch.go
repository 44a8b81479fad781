package debian

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"time"

	"incubator/platform/errs"
)

// Limits of one request. A mirror that sends nothing for stallTimeout counts as
// gone; a slow one that keeps sending does not.
const (
	attempts     = 3
	stallTimeout = 30 * time.Second
	maxRelease   = 4 << 20 // bytes of an InRelease file
)

// statusError is an answer other than 200 or 206.
type statusError struct{ Code int }

func (e *statusError) Error() string { return fmt.Sprintf("HTTP status %d", e.Code) }

// fetcher gets files from a mirror.
type fetcher struct {
	client  *http.Client
	store   Store
	backoff time.Duration // before the second attempt; doubled before the third
	onBytes func(n int64) // called for bytes that arrive or were there already
}

// get returns a small file that no index describes, such as InRelease.
func (f *fetcher) get(ctx context.Context, url string) (body []byte, err error) {
	err = f.retry(ctx, url, func() error {
		stream, _, err := f.open(ctx, url, 0)
		if err != nil {
			return err
		}
		defer stream.Close()
		body, err = io.ReadAll(io.LimitReader(stream, maxRelease))
		return err
	})
	return body, err
}

// file returns the path of a file in the store, and downloads it first if the
// store lacks it. A download that broke off is resumed where it stopped.
func (f *fetcher) file(ctx context.Context, url string, ref fileRef) (string, error) {
	path, found, err := f.store.verified(ref)
	if err != nil {
		return "", fmt.Errorf("package store: %w", err)
	}
	if found {
		f.report(ref.Size)
		return path, nil
	}
	err = f.retry(ctx, url, func() error {
		path, err = f.download(ctx, url, ref)
		return err
	})
	return path, err
}

func (f *fetcher) download(ctx context.Context, url string, ref fileRef) (string, error) {
	part, offset, err := f.store.part(ref.SHA256)
	if err != nil {
		return "", err
	}
	defer part.Close()
	if offset < ref.Size {
		err = f.resume(ctx, url, part, offset, ref.Size)
	}
	if err != nil {
		return "", err
	}
	path, err := f.store.commit(part, ref)
	if err == nil {
		f.report(ref.Size)
	}
	return path, err
}

// resume appends the missing bytes to part. A mirror without range requests
// sends the file from its start, and so the part starts again too.
func (f *fetcher) resume(ctx context.Context, url string, part *os.File, offset, size int64) error {
	stream, from, err := f.open(ctx, url, offset)
	if err != nil {
		return err
	}
	defer stream.Close()
	if err := part.Truncate(from); err != nil {
		return err
	}
	if _, err := part.Seek(from, io.SeekStart); err != nil {
		return err
	}
	n, err := io.Copy(part, io.LimitReader(stream, size-from))
	if err == nil && from+n < size {
		err = io.ErrUnexpectedEOF
	}
	return err
}

// open starts a request and returns the body and the offset it starts at.
func (f *fetcher) open(ctx context.Context, url string, offset int64) (io.ReadCloser, int64, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	watchdog := time.AfterFunc(stallTimeout, func() {
		cancel(fmt.Errorf("nothing arrived for %s", stallTimeout))
	})
	body := &stallReader{ctx: ctx, watchdog: watchdog, cancel: cancel}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, 0, errors.Join(err, body.Close())
	}
	if offset > 0 {
		request.Header.Set("Range", fmt.Sprintf("bytes=%d-", offset))
	}
	response, err := f.client.Do(request)
	if err != nil {
		return nil, 0, errors.Join(err, context.Cause(ctx), body.Close())
	}
	body.source = response.Body
	switch response.StatusCode {
	case http.StatusOK:
		return body, 0, nil
	case http.StatusPartialContent:
		return body, offset, nil
	}
	return nil, 0, errors.Join(&statusError{Code: response.StatusCode}, body.Close())
}

// stallReader ends the request when no byte arrives for stallTimeout.
type stallReader struct {
	ctx      context.Context
	source   io.ReadCloser
	watchdog *time.Timer
	cancel   context.CancelCauseFunc
}

func (r *stallReader) Read(p []byte) (int, error) {
	r.watchdog.Reset(stallTimeout)
	n, err := r.source.Read(p)
	if err != nil && err != io.EOF && context.Cause(r.ctx) != nil {
		err = context.Cause(r.ctx)
	}
	return n, err
}

func (r *stallReader) Close() error {
	r.watchdog.Stop()
	r.cancel(context.Canceled)
	if r.source == nil {
		return nil
	}
	return r.source.Close()
}

// retry runs try up to the number of attempts. An answer such as "not found"
// will not change, and wrong content is tried once more from the start only.
func (f *fetcher) retry(ctx context.Context, url string, try func() error) error {
	wait := f.backoff
	for attempt := 1; ; attempt++ {
		err := try()
		if err == nil || ctx.Err() != nil {
			return errors.Join(err, ctx.Err())
		}
		if attempt == attempts || !transient(err) {
			return mirrorError(err, url)
		}
		select {
		case <-time.After(wait):
		case <-ctx.Done():
		}
		wait *= 2
	}
}

// transient reports whether the same request may succeed a moment later.
func transient(err error) bool {
	var status *statusError
	if errors.As(err, &status) {
		return status.Code >= 500 || status.Code == http.StatusTooManyRequests
	}
	var disk *os.PathError
	return !errors.As(err, &disk)
}

// mirrorError says what the operator can do about a failed download.
func mirrorError(err error, url string) error {
	var sum *checksumError
	var status *statusError
	var disk *os.PathError
	switch {
	case errors.As(err, &disk):
		return errs.Wrap(err, errs.Unavailable, "A downloaded package cannot be written to the cache folder")
	case errors.As(err, &sum):
		return errs.Wrap(err, errs.Unavailable, "The mirror sent a damaged or altered file for %s. Use another mirror", url)
	case errors.As(err, &status):
		return errs.Wrap(err, errs.Unavailable, "The mirror answered %d for %s. Check the mirror's address; it must end where the folder \"dists\" starts", status.Code, url)
	}
	return errs.Wrap(err, errs.Unavailable, "The Debian mirror cannot be reached at %s. Check the network, set http_proxy "+
		"if this machine needs a proxy, or name another mirror; once built, images need no network", url)
}

func (f *fetcher) report(n int64) {
	if f.onBytes != nil {
		f.onBytes(n)
	}
}
