package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"syscall"
	"time"

	"incubator/sandboxes/tree"
	"incubator/sandboxes/wire"
)

// receive reads the job and its input trees up to Go. A trailer comes back when
// the job ends already here; the error is one of the conversation itself. The
// idle timer stops with the first frame.
func receive(in *wire.Reader, out *wire.Writer, idle *time.Timer) (*wire.Job, *wire.Trailer, error) {
	kind, payload, err := in.Next()
	if err != nil {
		return nil, nil, err
	}
	idle.Stop()
	job := new(wire.Job)
	if kind != wire.KindJob {
		return nil, nil, fmt.Errorf("a job was expected, not %q", kind)
	}
	if err := json.Unmarshal(payload, job); err != nil {
		return nil, nil, err
	}
	trailer, err := receiveTrees(in, out)
	return job, trailer, err
}

func receiveTrees(in *wire.Reader, out *wire.Writer) (*wire.Trailer, error) {
	var trailer *wire.Trailer
	for announced := false; ; {
		kind, payload, err := in.Next()
		if err != nil {
			return nil, err
		}
		switch kind {
		case wire.KindGo:
			return trailer, nil
		case wire.KindTreeBegin:
		default:
			return nil, fmt.Errorf("an input tree was expected, not %q", kind)
		}
		var head wire.TreeHead
		if err := json.Unmarshal(payload, &head); err != nil {
			return nil, err
		}
		if !announced {
			announced = true
			if err := out.Frame(wire.KindStep, []byte(wire.StepUnpack)); err != nil {
				return nil, err
			}
		}
		refusal, err := receiveTree(in, head)
		if err != nil {
			return nil, err
		}
		if refusal != nil && trailer == nil {
			trailer = &wire.Trailer{InputPath: head.Path, Input: refusal}
		}
	}
}

// receiveTree unpacks one tree, and reads its frames to the end even when the
// tree is refused, so that the conversation stays in step.
func receiveTree(in *wire.Reader, head wire.TreeHead) (*tree.Refusal, error) {
	body := &treeBody{in: in}
	_, err := tree.Unpack(body, head.Path, head.Caps)
	if _, drainErr := io.Copy(io.Discard, body); drainErr != nil {
		return nil, drainErr
	}
	return asRefusal(err), nil
}

func asRefusal(err error) *tree.Refusal {
	var refusal *tree.Refusal
	switch {
	case err == nil:
		return nil
	case errors.As(err, &refusal):
		return refusal
	case errors.Is(err, syscall.ENOSPC):
		return &tree.Refusal{Kind: tree.TooLarge, Path: ".", Reason: "the files do not fit", Count: 1}
	}
	return &tree.Refusal{Kind: tree.Bad, Path: ".", Reason: err.Error(), Count: 1}
}

// treeBody reads the Data frames of one tree; its end is the TreeEnd frame.
type treeBody struct {
	in   *wire.Reader
	rest []byte
	end  bool
}

func (b *treeBody) Read(p []byte) (int, error) {
	for len(b.rest) == 0 {
		if b.end {
			return 0, io.EOF
		}
		kind, payload, err := b.in.Next()
		switch {
		case err != nil:
			return 0, err
		case kind == wire.KindTreeEnd:
			b.end = true
		case kind == wire.KindData:
			b.rest = payload
		default:
			return 0, fmt.Errorf("a piece of a tree was expected, not %q", kind)
		}
	}
	n := copy(p, b.rest)
	b.rest = b.rest[n:]
	return n, nil
}
