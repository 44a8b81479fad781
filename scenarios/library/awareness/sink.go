package awareness

import (
	"bufio"
	"cmp"
	"io"
	"slices"
)

// Times inside the generator are microseconds since the start of the day.
const (
	millisecond int64 = 1000
	second            = 1000 * millisecond
	minute            = 60 * second
	hour              = 60 * minute
	day               = 24 * hour
)

// logKind numbers the log files.
type logKind uint8

const (
	connLog logKind = iota
	dnsLog
	httpLog
	sslLog
	dhcpLog
	hostLog
	logKinds
)

// logNames are the file names of the logs in the folder InputFolder, by kind.
var logNames = [logKinds]string{"conn.log", "dns.log", "http.log", "ssl.log", "dhcp.log", "host.jsonl"}

// entry is one finished record inside a bucket's buffer.
type entry struct {
	at       int64
	from, to uint32
	log      logKind
}

// bucket holds the records of one minute until that minute is written.
type bucket struct {
	buf     []byte
	entries []entry
}

// sink puts records into time order. Records may be added for any later minute of
// the day; a minute is sorted and written once nothing can be added to it any more.
// Memory is therefore one minute of traffic plus what running activities have ahead.
type sink struct {
	start   int64 // Unix microseconds of the day's start
	out     [logKinds]*bufio.Writer
	counts  [logKinds]int64
	bytes   int64
	buckets []*bucket
	free    []*bucket
	flushed int64 // the minute written last
	enc     encoder
	step    *truthStep // the intrusion step whose records are being added, if any
	err     error
}

func newSink(start int64, out [logKinds]io.Writer) *sink {
	s := &sink{start: start, buckets: make([]*bucket, day/minute)}
	for i, w := range out {
		s.out[i] = bufio.NewWriterSize(w, 64<<10)
	}
	return s
}

// begin opens a record; the caller appends its fields to the encoder and calls end.
// A record past the end of the day is encoded and dropped.
func (s *sink) begin() *encoder {
	s.enc.reset()
	return &s.enc
}

// end closes the record that begin opened.
func (s *sink) end(at int64, log logKind) {
	if at < 0 || at >= day {
		return
	}
	s.step.note(at, log)
	b := s.bucket(at / minute)
	from := len(b.buf)
	b.buf = append(b.buf, s.enc.finish()...)
	b.entries = append(b.entries, entry{at: at, from: uint32(from), to: uint32(len(b.buf)), log: log})
}

func (s *sink) bucket(i int64) *bucket {
	if s.buckets[i] == nil {
		s.buckets[i] = &bucket{}
		// Only a minute that fills now gets a large used buffer; one far ahead holds a
		// few records and would keep the buffer for hours.
		if n := len(s.free); n > 0 && i <= s.flushed+3 {
			s.buckets[i], s.free = s.free[n-1], s.free[:n-1]
		}
	}
	return s.buckets[i]
}

// flush writes one minute in time order and recycles its buffer.
func (s *sink) flush(i int64) error {
	b := s.buckets[i]
	s.buckets[i], s.flushed = nil, i
	if b == nil {
		return s.err
	}
	// Stable: records of one instant keep the order in which they were added.
	slices.SortStableFunc(b.entries, func(x, y entry) int { return cmp.Compare(x.at, y.at) })
	for _, e := range b.entries {
		s.write(e.log, b.buf[e.from:e.to])
	}
	b.buf, b.entries = b.buf[:0], b.entries[:0]
	if len(s.free) < 4 {
		s.free = append(s.free, b)
	}
	return s.err
}

func (s *sink) write(log logKind, line []byte) {
	if s.err != nil {
		return
	}
	s.counts[log]++
	s.bytes += int64(len(line))
	_, s.err = s.out[log].Write(line)
}

// close flushes the writers' buffers.
func (s *sink) close() error {
	for _, w := range s.out {
		if err := w.Flush(); err != nil && s.err == nil {
			s.err = err
		}
	}
	return s.err
}
