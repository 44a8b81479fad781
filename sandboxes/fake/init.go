package fake

import (
	"archive/tar"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"

	"incubator/sandboxes/wire"
)

// Job is a run as the command sees it.
type Job struct {
	wire.Job
	Inputs  map[string]map[string]string // files of each input tree, by path and name
	Volumes map[string]map[string]string
	Log     io.Writer
	// Output takes the files that the command leaves in the output folder.
	Output map[string]string
	// Process is the way to misbehave beyond what a command can do.
	Process Process
	// Trailer may be changed by the command before it is sent.
	Trailer *wire.Trailer
}

// Init returns a program that speaks the manager's protocol as the real init
// program does, and runs the function as the command. The exit code of the
// container is 0 when the job was answered.
func Init(command func(ctx context.Context, job *Job) int) Program {
	return func(ctx context.Context, p Process) int {
		in, out := wire.NewReader(p.Stdin), wire.NewWriter(p.Stdout)
		if out.Frame(wire.KindHello, nil) != nil {
			return wire.ExitAlone
		}
		job, err := readJob(in)
		if err != nil {
			return wire.ExitAlone
		}
		lost, cancel := context.WithCancel(ctx)
		defer cancel()
		go func() {
			_, _, _ = in.Next()
			cancel()
		}()
		job.Process, job.Volumes = p, p.Volumes
		return job.answer(lost, out, command)
	}
}

func (j *Job) answer(ctx context.Context, out *wire.Writer, command func(context.Context, *Job) int) int {
	_ = out.Frame(wire.KindStep, []byte(wire.StepRun))
	j.Log = out.Stream(wire.KindLog)
	j.Trailer = &wire.Trailer{Nonce: j.Nonce, PeakMemory: 1 << 20}
	code := command(ctx, j)
	if ctx.Err() != nil {
		return wire.ExitAlone
	}
	j.Trailer.ExitCode = code
	if code == 0 && j.Job.Output != "" {
		_ = out.Frame(wire.KindStep, []byte(wire.StepCollect))
		archive, size := j.archive()
		_, _ = out.Stream(wire.KindOutput).Write(archive)
		j.Trailer.Files += len(j.Output)
		j.Trailer.Bytes += size
	}
	_ = out.JSON(wire.KindTrailer, j.Trailer)
	return 0
}

func (j *Job) archive() (archive []byte, size int64) {
	var buf bytes.Buffer
	w := tar.NewWriter(&buf)
	names := make([]string, 0, len(j.Output))
	for name := range j.Output {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		content := j.Output[name]
		size += int64(len(content))
		_ = w.WriteHeader(&tar.Header{Name: name, Typeflag: tar.TypeReg, Mode: 0o644, Size: int64(len(content))})
		_, _ = io.WriteString(w, content)
	}
	_ = w.Close()
	return buf.Bytes(), size
}

func readJob(in *wire.Reader) (*Job, error) {
	job := &Job{Inputs: map[string]map[string]string{}, Output: map[string]string{}}
	var head wire.TreeHead
	var body bytes.Buffer
	for {
		kind, payload, err := in.Next()
		if err != nil {
			return nil, err
		}
		switch kind {
		case wire.KindJob:
			err = json.Unmarshal(payload, &job.Job)
		case wire.KindTreeBegin:
			body.Reset()
			err = json.Unmarshal(payload, &head)
		case wire.KindData:
			body.Write(payload)
		case wire.KindTreeEnd:
			job.Inputs[head.Path], err = readTar(&body)
		case wire.KindGo:
			return job, nil
		default:
			err = fmt.Errorf("an unexpected frame %q", kind)
		}
		if err != nil {
			return nil, err
		}
	}
}
