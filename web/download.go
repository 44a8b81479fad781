package web

import (
	"fmt"
	"io"
	"mime"
	"net/http"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"incubator/platform/files"
)

// Download is a blob to send as a file. It is always an attachment: no browser may
// run what a stranger uploaded.
type Download struct {
	Blob files.Blob
	Name string
	Type string // media type
}

// SendFile streams a blob, or the range of it that was asked for. Its hash is its
// tag: what has this tag never changes.
func SendFile(c *fiber.Ctx, store *files.Store, d Download) error {
	tag := `"` + d.Blob.SHA256 + `"`
	c.Set(fiber.HeaderETag, tag)
	c.Set(fiber.HeaderCacheControl, "private, no-cache")
	c.Set(fiber.HeaderAcceptRanges, "bytes")
	if MatchesTag(c.Get(fiber.HeaderIfNoneMatch), tag) {
		return c.SendStatus(fiber.StatusNotModified)
	}
	file, size, err := store.Open(c.UserContext(), d.Blob.SHA256)
	if err != nil {
		return err
	}
	part, partial, ok := requestedRange(c, tag, size)
	if !ok {
		c.Set(fiber.HeaderContentRange, "bytes */"+strconv.FormatInt(size, 10))
		_ = file.Close() // opened for reading: nothing can be lost
		return fiber.NewError(http.StatusRequestedRangeNotSatisfiable, "The file has "+strconv.FormatInt(size, 10)+" bytes.")
	}
	c.Set(fiber.HeaderContentType, d.Type)
	c.Set(fiber.HeaderContentDisposition, mime.FormatMediaType("attachment", map[string]string{"filename": d.Name}))
	if partial {
		c.Status(http.StatusPartialContent)
		c.Set(fiber.HeaderContentRange, fmt.Sprintf("bytes %d-%d/%d", part.from, part.from+part.length-1, size))
	}
	// The server closes the stream when it was sent, or could not be.
	return c.SendStream(&section{io.NewSectionReader(file, part.from, part.length), file}, int(part.length))
}

// section is a part of an open file.
type section struct {
	io.Reader
	io.Closer
}

type byteRange struct{ from, length int64 }

// requestedRange reads a Range header with one range (RFC 9110, section 14). Other
// forms are ignored, as the standard allows; ok is false for a range outside of
// the file.
func requestedRange(c *fiber.Ctx, tag string, size int64) (r byteRange, partial, ok bool) {
	whole := byteRange{0, size}
	header := c.Get(fiber.HeaderRange)
	if condition := c.Get(fiber.HeaderIfRange); header == "" || (condition != "" && condition != tag) {
		return whole, false, true
	}
	spec, isBytes := strings.CutPrefix(header, "bytes=")
	first, last, isRange := strings.Cut(strings.TrimSpace(spec), "-")
	if !isBytes || !isRange || strings.Contains(spec, ",") {
		return whole, false, true
	}
	if first == "" {
		n, err := strconv.ParseInt(last, 10, 64)
		if err != nil {
			return whole, false, true
		}
		n = min(n, size)
		return byteRange{size - n, n}, true, n > 0
	}
	from, err := strconv.ParseInt(first, 10, 64)
	to, endErr := strconv.ParseInt(last, 10, 64)
	if last == "" {
		to, endErr = size-1, nil
	}
	if err != nil || endErr != nil || from < 0 || to < from && last != "" {
		return whole, false, true
	}
	to = min(to, size-1)
	return byteRange{from, to - from + 1}, true, from < size
}
