// Command screenshots takes the pictures of the documents from a running demo: of
// its pages, with real runs behind them, in a real browser.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
)

func main() {
	address := flag.String("url", "", "a demo that runs already; without it, one is started on a free port")
	data := flag.String("data-dir", "./var/demo", "the demo's data, which hold the passwords of its accounts")
	program := flag.String("program", "bin/incubator", "what is started")
	out := flag.String("out", "docs/images", "where the pictures go")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, *address, *data, *program, *out); err != nil {
		fmt.Fprintln(os.Stderr, "screenshots:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, address, data, program, out string) error {
	if address == "" {
		demo, err := startDemo(ctx, program, data)
		if err != nil {
			return err
		}
		defer demo.stop()
		address = demo.address
	}
	people, err := readAccounts(data)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(out, 0o755); err != nil {
		return err
	}
	b, err := startBrowser(ctx, address, out)
	if err != nil {
		return err
	}
	defer b.stop()
	for _, who := range []string{"", "participant", "organiser"} {
		if err := b.takeAs(who, people); err != nil {
			return err
		}
	}
	return nil
}
