package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"

	"incubator/scenarios/library/awareness"
	"incubator/scenarios/library/fusion"
	"incubator/scenarios/library/generate"
	"incubator/scenarios/library/mobile"
)

// DataCmd groups the commands for data sets.
type DataCmd struct {
	Import DataImportCmd `cmd:"" help:"Turn a public data set into the data of the matching challenge."`
}

// DataImportCmd imports one public data set.
type DataImportCmd struct {
	Kind string `arg:"" enum:"otrf,febrl,droidbench" help:"otrf (awareness), febrl (fusion) or droidbench (mobile)."`
	Path string `arg:"" help:"Folder with the data set."`
	Out  string `required:"" placeholder:"DIR" help:"Folder that gets input and truth; it must be empty or new."`
	JSON bool   `name:"json" help:"Print the report as one JSON object."`
}

// Help shows examples.
func (*DataImportCmd) Help() string {
	return `Examples:
  incubator data import otrf ./Security-Datasets --out ./data/otrf
  incubator data import febrl ./febrl --out ./data/febrl --json

Prints what was imported and every line that was not, with the reason.`
}

// Run imports and prints the report.
func (c *DataImportCmd) Run(ctx context.Context, streams *Streams) error {
	report, err := c.importer()(ctx, c.Path, generate.Layout(generate.Dir(c.Out)))
	if err != nil {
		return err
	}
	if c.JSON {
		return json.NewEncoder(streams.Out).Encode(report)
	}
	return printReport(streams.Out, report)
}

func (c *DataImportCmd) importer() func(ctx context.Context, src string, out generate.Out) (generate.Report, error) {
	switch c.Kind {
	case "otrf":
		return awareness.ImportOTRF
	case "febrl":
		return fusion.ImportFEBRL
	}
	return mobile.ImportDroidBench
}

func printReport(w io.Writer, r generate.Report) error {
	fmt.Fprintf(w, "imported %d records\n", r.Records)
	for _, name := range r.Files {
		fmt.Fprintf(w, "  %s\n", name)
	}
	for _, note := range r.Notes {
		fmt.Fprintf(w, "note: %s\n", note)
	}
	for _, skipped := range r.Skipped {
		fmt.Fprintf(w, "skipped %s:%d: %s\n", skipped.File, skipped.Line, skipped.Reason)
	}
	_, err := fmt.Fprintf(w, "skipped %d lines\n", len(r.Skipped))
	return err
}
