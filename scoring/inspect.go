package scoring

import (
	"bufio"
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"io"
	"math"
	"path"
	"runtime"
	"slices"
	"strings"
	"unicode/utf8"

	"incubator/platform/errs"
	"incubator/platform/files"
	"incubator/platform/files/archive"
	"incubator/sandboxes/imagearchive"
	"incubator/scenarios"
	"incubator/scoring/metrics"
)

// inspect finds what is wrong with an upload before anything is stored of it, so
// that a mistake costs neither a run nor a submission.
func (s *Service) inspect(ctx context.Context, c *scenarios.Challenge, req SubmitRequest, u *upload) error {
	var err error
	switch req.Kind {
	case scenarios.Results:
		err = s.inspectResults(ctx, c.Spec, req.FileName, u)
	case scenarios.Code:
		err = inspectCode(ctx, c.Spec.Kinds[scenarios.Code], u)
	case scenarios.Image:
		err = s.inspectImage(ctx, u)
	case scenarios.Document:
		err = inspectDocument(u)
	}
	return asFileError(err)
}

// asFileError puts the message of a bad file at the form's file field.
func asFileError(err error) error {
	var e *errs.Error
	if errors.As(err, &e) && e.Code == errs.Invalid && e.Fields == nil {
		return &errs.Error{Code: errs.Invalid, Message: e.Message, Fields: map[string]string{"file": e.Message}, Err: err}
	}
	return err
}

// inspectResults checks a single table, or an archive with all of them.
func (s *Service) inspectResults(ctx context.Context, spec scenarios.Spec, name string, u *upload) error {
	if _, err := archive.Detect(u.at, u.blob.Size); err != nil {
		return inspectTable(ctx, spec, metrics.Source{Name: fileName(name), Size: u.blob.Size, Open: sectionOf(u)})
	}
	seen := map[string]bool{}
	_, err := archive.Walk(ctx, u.at, u.blob.Size, archive.DefaultLimits(), func(e archive.Entry, _ io.Reader) error {
		seen[e.Name] = true
		return nil
	})
	if err != nil {
		return err
	}
	for _, file := range spec.Kinds[scenarios.Results].Files {
		if !seen[file.Name] {
			return errs.New(errs.Invalid, "the archive holds no %s", file.Name)
		}
	}
	return nil
}

func sectionOf(u *upload) func() (io.ReadCloser, error) {
	return func() (io.ReadCloser, error) {
		return io.NopCloser(io.NewSectionReader(u.at, 0, u.blob.Size)), nil
	}
}

// inspectTable reads a prediction as the metrics will, or only its header where a
// scoring program of the pack decides.
func inspectTable(ctx context.Context, spec scenarios.Spec, source metrics.Source) error {
	wanted := spec.Kinds[scenarios.Results].Files
	if len(wanted) > 1 {
		return errs.New(errs.Invalid, "this challenge expects an archive with %d files", len(wanted))
	}
	if spec.Grading.Scoring == nil {
		limits := metrics.Limits{MaxRows: int(min(wanted[0].MaxRows, math.MaxInt32))}
		_, err := metrics.Check(ctx, source, metricSpecs(spec.Grading, nil), metrics.Columns{}, limits)
		return err
	}
	return inspectHeader(source, wanted[0])
}

func inspectHeader(source metrics.Source, wanted scenarios.FileSpec) error {
	if path.Ext(wanted.Name) != ".csv" {
		return nil
	}
	file, err := source.Open()
	if err != nil {
		return err
	}
	defer file.Close()
	header, err := csv.NewReader(io.LimitReader(file, 1<<20)).Read()
	if err != nil {
		return errs.Wrap(err, errs.Invalid, "%s line 1: a header is expected: %s", source.Name, strings.Join(wanted.Columns, ","))
	}
	for _, column := range wanted.Columns {
		if !slices.Contains(header, column) {
			return errs.New(errs.Invalid, "%s line 1: there is no column %q", source.Name, column)
		}
	}
	return nil
}

// metadataNames are what a program's description is called in the run contract.
var metadataNames = []string{"metadata.yaml", "metadata"}

// inspectCode walks the archive, reads the command that it declares, and checks
// that the program fits into its sandbox.
func inspectCode(ctx context.Context, kind scenarios.KindSpec, u *upload) error {
	_, err := commandOf(ctx, u.at, u.blob.Size, programLimits(kind))
	return err
}

// programLimits are what an archive with a program may hold.
func programLimits(kind scenarios.KindSpec) archive.Limits {
	limits := archive.DefaultLimits()
	limits.TotalBytes = programBytes(kind)
	limits.EntryBytes = limits.TotalBytes
	limits.Entries = programEntries
	return limits
}

// programEntries is how many files and folders a sandbox takes in one tree.
const programEntries = 20_000

// inspectImage reads the archive as the run will, without giving it to an engine.
// Before the first contact with the engine this machine's architecture stands in.
func (s *Service) inspectImage(ctx context.Context, u *upload) error {
	arch := s.Sandboxes.Health().Engine.Arch
	if arch == "" {
		arch = runtime.GOARCH
	}
	image, err := imagearchive.Open(ctx, io.NewSectionReader(u.at, 0, u.blob.Size), arch, imagearchive.Caps{})
	if err != nil {
		return err
	}
	return image.Close()
}

// inspectDocument accepts PDF and Markdown.
func inspectDocument(u *upload) error {
	head := make([]byte, min(u.blob.Size, 1024))
	if _, err := u.at.ReadAt(head, 0); err != nil && err != io.EOF {
		return errs.Wrap(err, errs.Internal, "the file cannot be read")
	}
	if bytes.HasPrefix(head, []byte("%PDF-")) {
		return inspectPDF(u)
	}
	reader := bufio.NewReader(io.NewSectionReader(u.at, 0, u.blob.Size))
	for line := 1; ; line++ {
		text, err := reader.ReadString('\n')
		if !utf8.ValidString(text) || strings.ContainsRune(text, 0) {
			return errs.New(errs.Invalid, "a document is a PDF, or Markdown in UTF-8; line %d is neither", line)
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return errs.Wrap(err, errs.Internal, "the file cannot be read")
		}
	}
}

// inspectPDF looks for the end marker, which a broken upload lacks.
func inspectPDF(u *upload) error {
	tail := make([]byte, min(u.blob.Size, 4096))
	if _, err := u.at.ReadAt(tail, u.blob.Size-int64(len(tail))); err != nil && err != io.EOF {
		return errs.Wrap(err, errs.Internal, "the file cannot be read")
	}
	if !bytes.Contains(tail, []byte("%%EOF")) {
		return errs.New(errs.Invalid, "the PDF is cut off: its end marker is missing (%s received)", files.FormatSize(u.blob.Size))
	}
	return nil
}
