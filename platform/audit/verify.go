package audit

import (
	"bytes"
	"context"
)

// Verify walks the whole chain in constant memory and returns how many rows are
// in it and the place (seq) of the first link that is broken: a row that was
// changed, removed, inserted or moved, or one that differs from an anchor.
// 0 means that all is whole. An error says only that the record could not be read.
func (l *Log) Verify(ctx context.Context, anchors ...Anchor) (n, firstBroken int64, err error) {
	rows, err := l.db.Read().QueryContext(ctx, `SELECT `+columns+` FROM audit_log WHERE seq IS NOT NULL ORDER BY seq`)
	if err != nil {
		return 0, 0, failed(err, "read")
	}
	defer rows.Close()
	noted := map[int64][]byte{}
	for _, a := range anchors {
		noted[a.Seq] = a.Hash
	}
	previous := make([]byte, 32)
	for rows.Next() {
		s, err := scan(rows)
		if err != nil {
			return n, 0, err
		}
		n++
		// A gap makes the place of the missing row the broken one.
		ok, err := s.follows(n, previous, noted[n])
		if err != nil || !ok {
			return n, n, err
		}
		previous = s.hash
	}
	if err := rows.Err(); err != nil {
		return n, 0, failed(err, "read")
	}
	return n, missingEnd(n, anchors), nil
}

// follows reports whether the row is the n-th link after previous.
func (s stored) follows(n int64, previous, noted []byte) (bool, error) {
	hash, err := s.chainHash(previous)
	if err != nil || s.seq != n || !bytes.Equal(hash, s.hash) {
		return false, err
	}
	return noted == nil || bytes.Equal(noted, s.hash), nil
}

// missingEnd returns the first place after n when an anchor lies behind it.
func missingEnd(n int64, anchors []Anchor) int64 {
	for _, a := range anchors {
		if a.Seq > n {
			return n + 1
		}
	}
	return 0
}
