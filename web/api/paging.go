package api

import (
	"encoding/base64"
	"net/url"
	"strconv"
	"time"

	"incubator/platform/errs"
)

// Page is one page of a list. Next is the cursor of the page after it, which is
// also in the Link header; it is missing on the last page.
type Page[T any] struct {
	Items []T    `json:"items" doc:"The entries of this page"`
	Next  string `json:"next,omitempty" doc:"Cursor of the next page; missing on the last"`
}

func (p Page[T]) nextCursor() string { return p.Next }

// Paging holds the query parameters of every list that is cut into pages.
type Paging struct {
	Cursor string `query:"cursor" maxLength:"200" doc:"Where to go on: next of the page before. Opaque; it holds for the same filters."`
	Limit  int    `query:"limit" minimum:"1" maximum:"200" default:"50" doc:"Entries of a page"`
}

// The position in a cursor is text that only the list understands.
func encodeCursor(position string) string {
	return base64.RawURLEncoding.EncodeToString([]byte("1:" + position))
}

// position returns what encodeCursor was given; "" starts at the beginning.
func (p Paging) position() (string, error) {
	if p.Cursor == "" {
		return "", nil
	}
	raw, err := base64.RawURLEncoding.DecodeString(p.Cursor)
	if err != nil || len(raw) < 3 || string(raw[:2]) != "1:" {
		return "", badCursor()
	}
	return string(raw[2:]), nil
}

// number is position for lists that go by a positive number.
func (p Paging) number() (int64, error) {
	position, err := p.position()
	if err != nil || position == "" {
		return 0, err
	}
	n, err := strconv.ParseInt(position, 10, 64)
	if err != nil || n <= 0 {
		return 0, badCursor()
	}
	return n, nil
}

func badCursor() error {
	return errs.Field("cursor", "This is no cursor of this list; begin again without one.")
}

// pageOf cuts a list that was asked for one entry more than the limit.
func pageOf[S, T any](all []S, limit int, show func(S) T, position func(S) string) Page[T] {
	page := Page[T]{Items: make([]T, 0, min(len(all), limit))}
	for i, entry := range all {
		if i == limit {
			page.Next = encodeCursor(position(all[limit-1]))
			break
		}
		page.Items = append(page.Items, show(entry))
	}
	return page
}

func nextLink(self, cursor string) string {
	u, err := url.Parse(self)
	if err != nil { // the router has read it before us
		return ""
	}
	query := u.Query()
	query.Set("cursor", cursor)
	return "<" + u.Path + "?" + query.Encode() + `>; rel="next"`
}

// moment returns a time for JSON, nil where there is none.
func moment(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC()
	return &t
}
