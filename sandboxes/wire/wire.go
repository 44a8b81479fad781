// Package wire is the language between the platform and the init program that
// is process 1 of every run sandbox: frames over the standard streams that the
// engine attaches. It imports the standard library only, since the init
// program is built from it.
//
// The platform sends Job, then for each input tree TreeBegin, Data…, TreeEnd,
// then Go, and keeps the stream open: its end means that the platform is gone.
// The init program sends Hello, Step…, Log…, Output… and exactly one Trailer,
// and exits.
package wire

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"sync"
)

// Kind says what a frame carries.
type Kind byte

// The kinds of frame. The first group goes to the sandbox, the second comes from it.
const (
	KindJob       Kind = 'J' // JSON Job
	KindTreeBegin Kind = 'T' // JSON TreeHead
	KindData      Kind = 'D' // a piece of the tree's tar stream
	KindTreeEnd   Kind = 'E' // empty
	KindGo        Kind = 'G' // empty: nothing more follows

	KindHello   Kind = 'H' // empty: ready for a job
	KindStep    Kind = 'S' // the name of the step that begins now
	KindLog     Kind = 'L' // a piece of what the command printed
	KindOutput  Kind = 'O' // a piece of the output's tar stream
	KindTrailer Kind = 'X' // JSON Trailer
)

const (
	headerBytes = 5
	// ChunkBytes is the payload size that writers of streams use.
	ChunkBytes = 64 << 10
	// MaxPayload bounds a frame; a longer one is an error, never an allocation.
	MaxPayload = 1 << 20
)

// Writer writes frames. It is safe for concurrent use, and each frame is one
// Write to the stream below.
type Writer struct {
	mu  sync.Mutex
	out io.Writer
	buf []byte
}

// NewWriter returns a Writer on out.
func NewWriter(out io.Writer) *Writer {
	return &Writer{out: out, buf: make([]byte, 0, headerBytes+ChunkBytes)}
}

// Frame writes one frame. The payload is at most MaxPayload bytes.
func (w *Writer) Frame(kind Kind, payload []byte) error {
	if len(payload) > MaxPayload {
		return fmt.Errorf("wire: a frame of %d bytes is over the limit", len(payload))
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.buf = append(w.buf[:0], byte(kind), 0, 0, 0, 0)
	binary.BigEndian.PutUint32(w.buf[1:], uint32(len(payload)))
	w.buf = append(w.buf, payload...)
	_, err := w.out.Write(w.buf)
	return err
}

// JSON writes one frame with v as JSON.
func (w *Writer) JSON(kind Kind, v any) error {
	payload, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return w.Frame(kind, payload)
}

// Stream returns a writer whose bytes go out as frames of the kind.
func (w *Writer) Stream(kind Kind) io.Writer { return stream{w, kind} }

type stream struct {
	w    *Writer
	kind Kind
}

func (s stream) Write(p []byte) (int, error) {
	done := 0
	for done < len(p) {
		n := min(len(p)-done, ChunkBytes)
		if err := s.w.Frame(s.kind, p[done:done+n]); err != nil {
			return done, err
		}
		done += n
	}
	return done, nil
}

// Reader reads frames.
type Reader struct {
	in  io.Reader
	buf []byte
}

// NewReader returns a Reader on in.
func NewReader(in io.Reader) *Reader { return &Reader{in: in} }

// Next returns the next frame. The payload is valid until the following call.
// The error is io.EOF at a clean end of the stream.
func (r *Reader) Next() (Kind, []byte, error) {
	var head [headerBytes]byte
	if _, err := io.ReadFull(r.in, head[:]); err != nil {
		return 0, nil, err
	}
	size := binary.BigEndian.Uint32(head[1:])
	if size > MaxPayload {
		return 0, nil, fmt.Errorf("wire: a frame of %d bytes is over the limit", size)
	}
	if cap(r.buf) < int(size) {
		r.buf = make([]byte, size)
	}
	payload := r.buf[:size]
	if _, err := io.ReadFull(r.in, payload); err != nil {
		return 0, nil, io.ErrUnexpectedEOF
	}
	return Kind(head[0]), payload, nil
}
