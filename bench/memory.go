package main

import (
	"archive/tar"
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"time"

	"incubator/scenarios"
)

const (
	serverBinary = "bin/incubator" // make bench builds it
	uploadBytes  = 1 << 30
	startLimit   = time.Minute
	settleTime   = 5 * time.Second
)

// measureMemory starts the server itself: once on an empty folder, where it only
// waits, and once with a challenge that takes an archive of 1 GiB. It has no
// engine then, so that the upload alone counts and no run.
func measureMemory(ctx context.Context, o options) ([]figure, error) {
	idle, err := idleMemory(ctx)
	if err != nil {
		return nil, err
	}
	size := int64(uploadBytes)
	if o.quick {
		size >>= 4
	}
	peak, took, err := uploadMemory(ctx, size)
	if err != nil {
		return nil, err
	}
	return []figure{
		{Name: "serve, idle: resident", Value: idle, Unit: "MB", AtMost: 60},
		{Name: fmt.Sprintf("serve, upload of %d MiB: peak resident", size>>20), Value: peak, Unit: "MB", AtMost: 100,
			Note: fmt.Sprintf("%.0f MB/s", float64(size)/1e6/took.Seconds())},
	}, nil
}

func idleMemory(ctx context.Context) (float64, error) {
	dir, err := os.MkdirTemp("", "incubator-bench-")
	if err != nil {
		return 0, err
	}
	defer os.RemoveAll(dir)
	s, err := startServer(ctx, dir)
	if err != nil {
		return 0, err
	}
	defer s.stop()
	select {
	case <-time.After(settleTime):
	case <-ctx.Done():
		return 0, ctx.Err()
	}
	return memoryMB(s.pid(), "VmRSS")
}

// uploadMemory returns the peak from the beginning of the upload on.
func uploadMemory(ctx context.Context, size int64) (peak float64, took time.Duration, err error) {
	p, err := openPlatform(ctx, wiring{})
	if err != nil {
		return 0, 0, err
	}
	defer p.close()
	_, err = p.publish(ctx, func(publication *scenarios.Publication) {
		publication.Spec.Kinds[scenarios.Code] = scenarios.KindSpec{MaxSize: 2 << 30, Runtime: "static"}
	})
	if err != nil {
		return 0, 0, err
	}
	_, token, err := p.enrol(ctx)
	if err != nil {
		return 0, 0, err
	}
	if err := p.db.Close(); err != nil {
		return 0, 0, err
	}
	s, err := startServer(ctx, p.dir, "--max-upload", "2GiB", "--engine-host", "tcp://127.0.0.1:1")
	if err != nil {
		return 0, 0, err
	}
	defer s.stop()
	// 5 resets the peak to the present size (proc(5)).
	if err := os.WriteFile("/proc/"+s.pid()+"/clear_refs", []byte("5"), 0); err != nil {
		return 0, 0, err
	}
	begin := time.Now()
	if err := s.upload(ctx, token, size); err != nil {
		return 0, 0, err
	}
	took = time.Since(begin)
	peak, err = memoryMB(s.pid(), "VmHWM")
	return peak, took, err
}

// server is the product as a process.
type server struct {
	cmd     *exec.Cmd
	address string
}

func startServer(ctx context.Context, dir string, flags ...string) (*server, error) {
	address, err := freeAddress()
	if err != nil {
		return nil, err
	}
	args := append([]string{"serve", "--data-dir", dir, "--listen", address, "--log-level", "warn"}, flags...)
	s := &server{cmd: exec.CommandContext(ctx, serverBinary, args...), address: address}
	out, err := s.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := s.cmd.Start(); err != nil {
		return nil, fmt.Errorf("%s cannot be started; make build makes it: %w", serverBinary, err)
	}
	return s, s.ready(out)
}

// freeAddress is a loopback port that was free a moment ago.
func freeAddress() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return l.Addr().String(), l.Close()
}

// ready waits for the line in which the server says where it listens.
func (s *server) ready(out io.Reader) error {
	said := make(chan error, 1)
	go func() {
		_, err := bufio.NewReader(out).ReadString('\n')
		said <- err
		_, _ = io.Copy(io.Discard, out)
	}()
	select {
	case err := <-said:
		return err
	case <-time.After(startLimit):
		s.stop()
		return errors.New("the server did not start in time")
	}
}

func (s *server) pid() string { return strconv.Itoa(s.cmd.Process.Pid) }

func (s *server) stop() {
	_ = s.cmd.Process.Signal(os.Interrupt)
	_ = s.cmd.Wait()
}

// upload hands in an archive with a program and a file of random bytes.
func (s *server) upload(ctx context.Context, token string, size int64) error {
	reader, writer := io.Pipe()
	go func() { writer.CloseWithError(writeProgram(writer, size)) }()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost,
		"http://"+s.address+phaseURL+"/submissions?kind="+string(scenarios.Code)+"&file_name=big.tar", reader)
	if err != nil {
		return err
	}
	request.Header.Set("Authorization", "Bearer "+token)
	request.Header.Set("Content-Type", "application/octet-stream")
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err == nil && (answer.StatusCode != http.StatusCreated || !strings.Contains(string(text), `"state":"queued"`)) {
		err = fmt.Errorf("the upload is answered with %d: %s", answer.StatusCode, text)
	}
	return err
}

func writeProgram(w io.Writer, size int64) error {
	archive := tar.NewWriter(w)
	description := "command: /noop predict\n"
	var random rand.ChaCha8
	for _, file := range []struct {
		name    string
		size    int64
		content io.Reader
	}{{"metadata.yaml", int64(len(description)), strings.NewReader(description)}, {"weights.bin", size, io.LimitReader(&random, size)}} {
		if err := archive.WriteHeader(&tar.Header{Name: file.name, Typeflag: tar.TypeReg, Mode: 0o644, Size: file.size}); err != nil {
			return err
		}
		if _, err := io.Copy(archive, file.content); err != nil {
			return err
		}
	}
	return archive.Close()
}
