package site

import (
	"path"
	"strings"

	"github.com/gofiber/fiber/v2"

	"incubator/platform/files"
	"incubator/web"
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

// sendFile answers with a blob as an attachment.
func (s *Site) sendFile(c *fiber.Ctx, blob files.Blob, name string) error {
	return web.SendFile(c, s.Files, web.Download{Blob: blob, Name: name, Type: mediaType(name)})
}
