// Command awareness-reference is the reference solution of "Find the intrusion". It
// learns what is common, then reads the logs as one stream in time order. It
// keeps state per host, process and destination, never per record.
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
)

func main() {
	input := flag.String("input", "/app/input_data", "folder with the logs and assets.csv")
	output := flag.String("output", "/app/output", "folder for alerts.csv")
	flag.Parse()
	if err := run(*input, *output); err != nil {
		fmt.Fprintln(os.Stderr, "awareness-reference:", err)
		os.Exit(1)
	}
}

func run(input, output string) error {
	assets, err := readAssets(filepath.Join(input, "assets.csv"))
	if err != nil {
		return err
	}
	file, err := os.Create(filepath.Join(output, "alerts.csv"))
	if err != nil {
		return err
	}
	defer file.Close()
	alerts := newAlerts(file)
	normal, err := learn(input)
	if err != nil {
		return err
	}
	stream, err := openStream(input, logs...)
	if err != nil {
		return err
	}
	defer stream.close()
	analyst := newAnalyst(assets, normal, alerts)
	for {
		r, err := stream.next()
		if err != nil {
			return err
		}
		if r == nil {
			break
		}
		analyst.see(r)
	}
	if err := alerts.close(); err != nil {
		return err
	}
	fmt.Printf("%d alerts from %d records\n", alerts.written, stream.read)
	return file.Close()
}
