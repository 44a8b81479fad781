package scoring

import (
	"archive/tar"
	"context"
	"io"
	"path"
	"strings"

	"incubator/platform/files/archive"
	"incubator/scenarios"
)

// submittedResults returns a results submission as an output archive.
func (t *task) submittedResults(ctx context.Context) (*upload, error) {
	file, err := t.service.open(ctx, t.submission.File)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	reader, writer := io.Pipe()
	go func() { writer.CloseWithError(t.writeResults(ctx, writer, file)) }()
	output, err := t.service.receive(ctx, reader, file.blob.Size*200+64<<20)
	reader.CloseWithError(io.ErrClosedPipe)
	return output, err
}

func (t *task) writeResults(ctx context.Context, w io.Writer, file *upload) error {
	if _, err := archive.Detect(file.at, file.blob.Size); err == nil {
		_, err := archive.ToTar(ctx, file.at, file.blob.Size, archive.DefaultLimits(), w)
		return err
	}
	out := tar.NewWriter(w)
	header := &tar.Header{Typeflag: tar.TypeReg, Name: t.resultName(), Size: file.blob.Size, Mode: 0o444, Format: tar.FormatPAX}
	if err := out.WriteHeader(header); err != nil {
		return err
	}
	if _, err := io.Copy(out, io.NewSectionReader(file.at, 0, file.blob.Size)); err != nil {
		return err
	}
	return out.Close()
}

// resultName is what a single results file is called in the output, whatever the
// team called it. A JSON Lines table keeps its ending, which tells its format.
func (t *task) resultName() string {
	name := t.challenge.Spec.Grading.Prediction
	if name == "" {
		name = t.challenge.Spec.Kinds[scenarios.Results].Files[0].Name
	}
	if ext := path.Ext(t.submission.FileName); ext == ".jsonl" || ext == ".ndjson" {
		name = strings.TrimSuffix(name, path.Ext(name)) + ext
	}
	return name
}

// tarOf rewrites an archive of any accepted kind as the tar stream of a sandbox.
func tarOf(u *upload) func(ctx context.Context) (io.ReadCloser, error) {
	return func(ctx context.Context) (io.ReadCloser, error) {
		reader, writer := io.Pipe()
		go func() {
			_, err := archive.ToTar(ctx, u.at, u.blob.Size, archive.DefaultLimits(), writer)
			writer.CloseWithError(err)
		}()
		return reader, nil
	}
}
