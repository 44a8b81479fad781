package pack

import (
	"compress/gzip"
	"context"
	"errors"
	"io"
	"io/fs"

	"incubator/platform/audit"
	"incubator/platform/errs"
	"incubator/platform/files"
	"incubator/scenarios"
)

// maxArchive bounds one archive of a pack, in bytes.
const maxArchive = 64 << 30

// Publisher turns packs into published challenges.
type Publisher struct {
	Challenges *scenarios.Service
	Files      *files.Store
}

// Publish stores every file that the challenge needs and then publishes it in one
// transaction. Publishing the same pack again makes a new version of the same
// content.
func (p *Publisher) Publish(ctx context.Context, actor audit.Actor, pk *Pack) (*scenarios.Challenge, error) {
	publication := scenarios.Publication{Spec: pk.Spec}
	for _, spec := range pk.Spec.DataSets {
		set, err := p.dataSet(ctx, pk, spec)
		if err != nil {
			return nil, err
		}
		publication.DataSets = append(publication.DataSets, set)
		if folder := downloadable(spec); folder != "" {
			attachment, err := p.attach(ctx, pk, folder)
			if err != nil {
				return nil, err
			}
			attachment.Kind, attachment.Title, attachment.Licence = scenarios.DataAttachment, spec.Title, spec.Licence
			attachment.Name = pk.Spec.Slug + "-" + spec.Name + ".tar.gz"
			publication.Attachments = append(publication.Attachments, attachment)
		}
	}
	if err := scorable(publication); err != nil {
		return nil, err
	}
	if pk.Spec.Starter != "" {
		attachment, err := p.attach(ctx, pk, pk.Spec.Starter)
		if err != nil {
			return nil, err
		}
		attachment.Kind, attachment.Title = scenarios.StarterAttachment, "Starter kit"
		attachment.Name = pk.Spec.Slug + "-starter.tar.gz"
		publication.Attachments = append(publication.Attachments, attachment)
	}
	if scoring := pk.Spec.Grading.Scoring; scoring != nil {
		var err error
		if publication.Scorer, err = p.store(ctx, pk.Root, scoring.Program); err != nil {
			return nil, err
		}
	}
	return p.Challenges.Publish(ctx, actor, publication)
}

// scorable refuses phases whose runs nothing could score.
func scorable(p scenarios.Publication) error {
	for _, phase := range p.Spec.Phases {
		for _, set := range p.DataSets {
			if set.Name == phase.DataSet && set.Truth.SHA256 == "" {
				return errs.New(errs.Invalid, "phase %s is scored against data set %s, which has no files in %s",
					phase.Name, set.Name, TruthFolder(set.Name))
			}
		}
	}
	return nil
}

// downloadable returns the folder of a data set that participants may have, or "".
func downloadable(spec scenarios.DataSetSpec) string {
	switch spec.Visibility {
	case scenarios.Public:
		return "data/" + spec.Name
	case scenarios.Inputs:
		return InputFolder(spec.Name)
	}
	return ""
}

func (p *Publisher) dataSet(ctx context.Context, pk *Pack, spec scenarios.DataSetSpec) (scenarios.DataSet, error) {
	set := scenarios.DataSet{
		Name: spec.Name, Title: spec.Title, Visibility: spec.Visibility, Licence: spec.Licence, Source: spec.Source,
	}
	if spec.SHA256 != "" {
		sum, err := HashFolder(ctx, pk.Root, "data/"+spec.Name)
		if err != nil {
			return set, err
		}
		if sum != spec.SHA256 {
			return set, errs.New(errs.Invalid, "data set %s has the hash %s, not %s as the pack says", spec.Name, sum, spec.SHA256)
		}
	}
	var err error
	if set.Input, err = p.store(ctx, pk.Root, InputFolder(spec.Name)); err != nil {
		return set, err
	}
	_, err = fs.Stat(pk.Root, TruthFolder(spec.Name))
	if errors.Is(err, fs.ErrNotExist) {
		return set, nil // a data set without truth: nothing is scored against it
	}
	if err != nil {
		return set, errs.Wrap(err, errs.Invalid, "%s cannot be read", TruthFolder(spec.Name))
	}
	set.Truth, err = p.store(ctx, pk.Root, TruthFolder(spec.Name))
	return set, err
}

// store keeps the canonical archive of a folder.
func (p *Publisher) store(ctx context.Context, root fs.FS, folder string) (files.Blob, error) {
	return p.put(ctx, func(w io.Writer) error { return WriteFolder(ctx, w, root, folder) })
}

// attach keeps a compressed archive of a folder for people to download.
func (p *Publisher) attach(ctx context.Context, pk *Pack, folder string) (scenarios.Attachment, error) {
	blob, err := p.put(ctx, func(w io.Writer) error {
		zip := gzip.NewWriter(w)
		if err := WriteFolder(ctx, zip, pk.Root, folder); err != nil {
			return err
		}
		return zip.Close()
	})
	return scenarios.Attachment{Blob: blob}, err
}

func (p *Publisher) put(ctx context.Context, write func(io.Writer) error) (files.Blob, error) {
	reader, writer := io.Pipe()
	done := make(chan error, 1)
	go func() {
		err := write(writer)
		writer.CloseWithError(err)
		done <- err
	}()
	blob, err := p.Files.Put(ctx, reader, maxArchive)
	reader.CloseWithError(io.ErrClosedPipe)
	if writeErr := <-done; writeErr != nil && err == nil {
		return files.Blob{}, writeErr
	}
	return blob, err
}
