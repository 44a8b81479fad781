package main

import (
	"archive/tar"
	"bytes"
	"context"
	"errors"
	"io"
	"strings"

	"incubator/platform/accounts"
	"incubator/platform/errs"
	"incubator/scenarios/pack"
)

// demoTeam is one of the teams that the demo plays.
type demoTeam struct {
	name, organization string
	kind               accounts.Kind
	captain, email     string
	work               []demoWork
}

// demoWork is a program of a pack with a few words changed, as a team would have
// changed the starter that it was given.
type demoWork struct {
	pack, program, name string
	edits               []string // old, new, old, new …
}

// demoTeams returns the teams in the order in which they submit. Their programs
// are the packs' own baselines and reference solutions, so the boards show real
// differences of real runs.
func demoTeams() []demoTeam {
	const (
		common  = "COMMON = 3"
		tooMany = "TOO_COMMON = 12"
		smooth  = "[permission] + 1) / (total[k] + 2)"
	)
	return []demoTeam{
		{"Kestrel Labs", "Kestrel Labs", accounts.SME, "Ines Halvorsen", "ines@kestrel.example", []demoWork{
			{"awareness", "baseline", "watchfloor-0.1", nil},
			{"awareness", "reference", "watchfloor-0.2", nil},
			{"fusion", "baseline", "merge-0.1", []string{tooMany, "TOO_COMMON = 6"}},
			{"mobile", "baseline", "sift-0.1", nil},
		}},
		{"TU Varde", "Technical University of Varde", accounts.Academic, "Marek Dvorak", "marek@varde.example", []demoWork{
			{"awareness", "baseline", "netsense", []string{common, "COMMON = 2"}},
			{"fusion", "baseline", "record-linkage-1", nil},
			{"fusion", "reference", "record-linkage-2", nil},
			{"mobile", "baseline", "bayes-smooth", []string{smooth, "[permission] + 20) / (total[k] + 40)"}},
		}},
		{"Norrsken AI", "Norrsken AI", accounts.SME, "Elsa Lindqvist", "elsa@norrsken.example", []demoWork{
			{"awareness", "baseline", "aurora", []string{common, "COMMON = 6"}},
			{"fusion", "baseline", "aurora-fuse", []string{tooMany, "TOO_COMMON = 20"}},
			{"mobile", "baseline", "aurora-mobile-1", nil},
			{"mobile", "reference", "aurora-mobile-2", nil},
		}},
		{"Blue Fjord", "Blue Fjord Security", accounts.SME, "Jonas Berg", "jonas@bluefjord.example", []demoWork{
			{"awareness", "baseline", "fjordwatch", []string{common, "COMMON = 10"}},
			{"fusion", "baseline", "fjordmerge", []string{tooMany, "TOO_COMMON = 4"}},
		}},
		{"Ostmark CERT Lab", "University of Ostmark", accounts.Academic, "Clara Weiss", "clara@ostmark.example", []demoWork{
			{"fusion", "baseline", "onepic", []string{tooMany, "TOO_COMMON = 8"}},
			{"mobile", "baseline", "permlab", []string{smooth, "[permission] + 0.1) / (total[k] + 0.2)"}},
		}},
		{"Hollow Oak", "Hollow Oak", accounts.SME, "Rui Teixeira", "rui@hollowoak.example", []demoWork{
			{"awareness", "baseline", "oak-sensor", []string{common, "COMMON = 1"}},
			{"mobile", "starter", "oak-mobile", nil},
		}},
	}
}

// archive returns the program's folder as a tar archive, edited.
func (w demoWork) archive(ctx context.Context, p *pack.Pack) (io.Reader, error) {
	var original, edited bytes.Buffer
	if err := pack.WriteFolder(ctx, &original, p.Root, w.program); err != nil {
		return nil, err
	}
	in, out := tar.NewReader(&original), tar.NewWriter(&edited)
	used := 0
	for {
		header, err := in.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, errs.Wrap(err, errs.Internal, "the program of %s cannot be read", w.name)
		}
		data, err := io.ReadAll(in)
		if err != nil {
			return nil, errs.Wrap(err, errs.Internal, "the program of %s cannot be read", w.name)
		}
		for i := 0; i+1 < len(w.edits); i += 2 {
			used += bytes.Count(data, []byte(w.edits[i]))
		}
		if strings.HasSuffix(header.Name, ".py") {
			data = []byte(strings.NewReplacer(w.edits...).Replace(string(data)))
		}
		header.Size = int64(len(data))
		if err := writeEntry(out, header, data); err != nil {
			return nil, err
		}
	}
	if used == 0 && len(w.edits) > 0 {
		return nil, errs.New(errs.Internal, "the program of %s no longer has %q", w.name, w.edits[0])
	}
	return &edited, out.Close()
}

func writeEntry(out *tar.Writer, header *tar.Header, data []byte) error {
	if err := out.WriteHeader(header); err != nil {
		return errs.Wrap(err, errs.Internal, "an archive cannot be written")
	}
	if _, err := out.Write(data); err != nil {
		return errs.Wrap(err, errs.Internal, "an archive cannot be written")
	}
	return nil
}
