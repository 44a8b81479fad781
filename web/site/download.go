package site

import (
	"io"
	"mime"
	"path"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"incubator/platform/files"
)

// mediaTypes are those that the system's table may lack or get wrong. What is not
// known is sent as bytes: no browser may run what a stranger uploaded.
var mediaTypes = map[string]string{
	".gz": "application/gzip", ".tgz": "application/gzip", ".tar": "application/x-tar", ".zip": "application/zip",
	".csv": "text/csv; charset=utf-8", ".txt": "text/plain; charset=utf-8", ".log": "text/plain; charset=utf-8",
	".md": "text/markdown; charset=utf-8", ".pdf": "application/pdf", ".json": "application/json",
}

func mediaType(name string) string {
	if known, ok := mediaTypes[strings.ToLower(path.Ext(name))]; ok {
		return known
	}
	return fiber.MIMEOctetStream
}

// sendFile answers with a blob as an attachment. The bytes under a hash never
// change, so the hash is the entity tag. One range is served; anything else that
// RFC 9110 allows in a Range header is answered with the whole file.
func (s *Site) sendFile(c *fiber.Ctx, blob files.Blob, name string) error {
	tag := `"` + blob.SHA256 + `"`
	c.Set(fiber.HeaderETag, tag)
	c.Set(fiber.HeaderCacheControl, "private, no-cache")
	c.Set(fiber.HeaderAcceptRanges, "bytes")
	if noneMatch := c.Get(fiber.HeaderIfNoneMatch); noneMatch == "*" || strings.Contains(noneMatch, tag) {
		return c.SendStatus(fiber.StatusNotModified)
	}
	file, size, err := s.Files.Open(c.UserContext(), blob.SHA256)
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderContentType, mediaType(name))
	c.Set(fiber.HeaderContentDisposition, mime.FormatMediaType("attachment", map[string]string{"filename": name}))
	first, last, kind := byteRange(c, tag, size)
	switch kind {
	case rangeBeyond:
		c.Set(fiber.HeaderContentRange, "bytes */"+strconv.FormatInt(size, 10))
		_ = file.Close() // opened for reading: nothing can be lost
		return c.SendStatus(fiber.StatusRequestedRangeNotSatisfiable)
	case rangePart:
		c.Set(fiber.HeaderContentRange, "bytes "+strconv.FormatInt(first, 10)+"-"+strconv.FormatInt(last, 10)+"/"+strconv.FormatInt(size, 10))
		c.Status(fiber.StatusPartialContent)
	}
	length := last - first + 1
	return c.SendStream(section{io.NewSectionReader(file, first, length), file}, int(length))
}

// section is a part of an open file; the server closes it after the last byte.
type section struct {
	io.Reader
	io.Closer
}

type rangeKind int

const (
	rangeWhole rangeKind = iota
	rangePart
	rangeBeyond // no byte of the file is asked for
)

// byteRange returns the first and the last byte to send.
func byteRange(c *fiber.Ctx, tag string, size int64) (first, last int64, kind rangeKind) {
	spec, found := strings.CutPrefix(c.Get(fiber.HeaderRange), "bytes=")
	if condition := c.Get(fiber.HeaderIfRange); !found || (condition != "" && condition != tag) {
		return 0, size - 1, rangeWhole
	}
	from, to, dash := strings.Cut(strings.TrimSpace(spec), "-")
	start, startErr := strconv.ParseInt(from, 10, 64)
	end, endErr := strconv.ParseInt(to, 10, 64)
	switch {
	case !dash || strings.ContainsAny(spec, ",+") || strings.Contains(to, "-"):
		return 0, size - 1, rangeWhole
	case from == "" && endErr == nil: // the last bytes
		start, end = max(0, size-end), size-1
	case startErr != nil || (to != "" && (endErr != nil || end < start)):
		return 0, size - 1, rangeWhole
	case to == "":
		end = size - 1
	}
	if start >= size || start > end {
		return 0, size - 1, rangeBeyond
	}
	return start, min(end, size-1), rangePart
}
