package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strings"

	"golang.org/x/term"

	"incubator/sandboxes/docker/setup"
)

// EngineCmd finds, starts and stops the Docker Engine.
type EngineCmd struct {
	Start EngineStartCmd `cmd:"" help:"Find an engine; install and start the distribution's where none answers."`
	Stop  EngineStopCmd  `cmd:"" help:"Stop the engine that start has started by hand."`
}

// EngineStartCmd finds or starts an engine.
type EngineStartCmd struct {
	DataDir string `env:"INCUBATOR_DATA_DIR" default:"./var" help:"Folder below which an engine started by hand keeps its data."`
	Yes     bool   `help:"Do not ask before installing."`
	JSON    bool   `name:"json" help:"Print one JSON object: host, started."`
}

// Help shows examples.
func (*EngineStartCmd) Help() string {
	return `Examples:
  incubator engine start
  export DOCKER_HOST="$(incubator engine start --yes)"

Prints the engine's address. Where one answers, nothing is installed or started.`
}

// Run prints the address of an engine that answers.
func (c *EngineStartCmd) Run(ctx context.Context, streams *Streams) error {
	s := newSetup(c.DataDir, c.Yes, streams)
	found, err := s.Find(ctx, "")
	started := err != nil
	if started {
		if found, err = s.Ensure(ctx, ""); err != nil {
			return err
		}
	}
	if c.JSON {
		return json.NewEncoder(streams.Out).Encode(engineOutput{Host: found.Host, Started: started})
	}
	_, err = fmt.Fprintln(streams.Out, found.Host)
	return err
}

// engineOutput is the stable form of --json.
type engineOutput struct {
	Host    string `json:"host"`
	Started bool   `json:"started"`
}

// EngineStopCmd stops an engine that was started by hand.
type EngineStopCmd struct {
	DataDir string `env:"INCUBATOR_DATA_DIR" default:"./var" help:"Folder given to start."`
}

// Help shows an example.
func (*EngineStopCmd) Help() string { return "Example:\n  incubator engine stop" }

// Run stops the engine; one that the system started is left alone.
func (c *EngineStopCmd) Run(ctx context.Context, streams *Streams) error {
	return newSetup(c.DataDir, true, streams).Stop(ctx)
}

func newSetup(dataDir string, yes bool, streams *Streams) *setup.Setup {
	s := setup.New(dataDir)
	s.Yes = yes
	s.Say = func(line string) { fmt.Fprintln(streams.Err, line) }
	if term.IsTerminal(int(os.Stdin.Fd())) {
		s.Ask = func(question string) (bool, error) {
			fmt.Fprint(streams.Err, question, " [y/N] ")
			answer, err := bufio.NewReader(os.Stdin).ReadString('\n')
			return strings.HasPrefix(strings.ToLower(strings.TrimSpace(answer)), "y"), err
		}
	}
	return s
}
