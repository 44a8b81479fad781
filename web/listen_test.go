package web_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/stretchr/testify/require"

	"incubator/web"
)

// dial opens a connection that is given up after ten seconds without an answer.
func dial(t *testing.T, base, text string) net.Conn {
	t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(base, "http://"))
	require.NoError(t, err)
	t.Cleanup(func() { _ = conn.Close() })
	require.NoError(t, conn.SetDeadline(time.Now().Add(10*time.Second)))
	_, err = io.WriteString(conn, text)
	require.NoError(t, err)
	return conn
}

// Browsers keep connections that have answered, open some ahead of need, and follow
// streams: none of these may hold a stop up.
func TestShutdownDoesNotWaitForThoseWhoOnlyListen(t *testing.T) {
	s := newStream(t, web.Config{})
	idle := dial(t, s.base, "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
	res, err := http.ReadResponse(bufio.NewReader(idle), nil)
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, res.StatusCode)
	s.open(t, "challenge/1")
	ahead := dial(t, s.base, "")
	// The server has accepted it once it answers one that came later.
	_ = dial(t, s.base, "GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")

	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	require.NoError(t, s.Shutdown(ctx))
	_, err = ahead.Read(make([]byte, 1))
	require.ErrorIs(t, err, io.EOF)
}

func TestSlowHeadersAreCutOffAndSlowUploadsAreNot(t *testing.T) {
	const patience = 300 * time.Millisecond
	echo := func(c *fiber.Ctx) error {
		if stream := c.Context().RequestBodyStream(); stream != nil {
			data, err := io.ReadAll(stream)
			if err != nil {
				return err
			}
			return c.Send(data)
		}
		return c.Send(c.Body())
	}
	upload := route("POST", "/things/:id/file", web.KindAPI, echo, web.Anyone)
	upload.Upload, upload.NoToken, upload.BodyLimit = true, true, 1<<20
	ordinary := route("POST", "/things/:id", web.KindAPI, echo, web.Anyone)
	ordinary.NoToken = true
	base := serve(t, web.Config{ReadTimeout: patience}, upload, ordinary)

	begun := time.Now()
	slow := dial(t, base, "GET /healthz HTTP/1.1\r\nHost: x\r\nX-Slow: ")
	_, err := io.Copy(io.Discard, slow)
	require.NoError(t, err, "the server ends the connection")
	require.GreaterOrEqual(t, time.Since(begun), patience)

	head := "POST /things/7%s HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\nContent-Length: 8\r\n\r\nhalf"
	slow = dial(t, base, fmt.Sprintf(head, ""))
	res, err := http.ReadResponse(bufio.NewReader(slow), nil)
	if err == nil {
		require.GreaterOrEqual(t, res.StatusCode, 400)
	}

	patient := dial(t, base, fmt.Sprintf(head, "/file"))
	// Another slow request that is cut off shows that the time is over.
	_, _ = io.Copy(io.Discard, dial(t, base, "GET / HTTP/1.1\r\n"))
	_, err = io.WriteString(patient, "done")
	require.NoError(t, err)
	res, err = http.ReadResponse(bufio.NewReader(patient), nil)
	require.NoError(t, err)
	body, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	require.Equal(t, "halfdone", string(body))
}
