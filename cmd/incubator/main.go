// Command incubator is the platform: the server, the local runner, and the tools
// that organisers and participants use.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"

	"incubator/platform/config"
	"incubator/platform/errs"
)

// version is set by the build.
var version = "unknown"

// cli is the whole command line. Names, flags and --json outputs are stable.
type cli struct {
	Serve       ServeCmd       `cmd:"" help:"Run the platform."`
	Demo        DemoCmd        `cmd:"" help:"Run the platform with three challenges, six teams and scored submissions."`
	Migrate     MigrateCmd     `cmd:"" help:"Bring the database up to date and exit."`
	User        UserCmd        `cmd:"" help:"Manage accounts from the platform's own machine."`
	Pack        PackCmd        `cmd:"" help:"Check, build and publish packs."`
	Run         RunCmd         `cmd:"" help:"Run and score a submission here, in the same sandboxes, without a server."`
	Data        DataCmd        `cmd:"" help:"Turn public data sets into the data of a challenge."`
	Score       ScoreCmd       `cmd:"" help:"Compute a metric on two files."`
	Submit      SubmitCmd      `cmd:"" help:"Hand in a submission to a server."`
	Status      StatusCmd      `cmd:"" help:"Show a submission on a server."`
	Leaderboard LeaderboardCmd `cmd:"" help:"Show a leaderboard on a server."`
	Images      ImagesCmd      `cmd:"" help:"Build the sandbox images."`
	Engine      EngineCmd      `cmd:"" help:"Find, start or stop the Docker Engine."`
	Version     VersionCmd     `cmd:"" help:"Print the version."`
}

// The exit codes, for scripts.
const (
	exitOK          = 0
	exitFault       = 1 // a fault of the platform or of this machine
	exitInvalid     = 2 // wrong usage, or input that is not valid
	exitRefused     = 3 // not allowed: no such thing, not yours, closed, or a limit
	exitUnavailable = 4 // the server, the engine or the database does not answer
	exitFailed      = 5 // the run failed, or the pack does not do what it says
)

const description = `The platform of a cyber defence innovation programme: challenges, sandboxes, scores.

Exit codes: 0 done, 1 fault, 2 wrong usage or invalid input, 3 refused,
4 not available, 5 the run failed or the pack does not hold what it says.`

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], &Streams{Out: os.Stdout, Err: os.Stderr}))
}

// run executes one command line and returns its exit code.
func run(ctx context.Context, args []string, streams *Streams) (code int) {
	exited := -1
	parser, err := kong.New(&cli{}, append(config.Options(),
		kong.Name("incubator"), kong.Description(description), kong.UsageOnError(),
		kong.Writers(streams.Out, streams.Err), kong.Exit(func(c int) { exited = c }),
		kong.BindTo(ctx, (*context.Context)(nil)), kong.Bind(streams),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true}))...)
	if err != nil {
		fmt.Fprintln(streams.Err, "incubator:", err)
		return exitFault
	}
	parsed, err := parser.Parse(args)
	if exited >= 0 { // --help
		return exited
	}
	if err != nil {
		fmt.Fprintf(streams.Err, "incubator: %s\nTry `incubator --help`.\n", err)
		return exitInvalid
	}
	return exitCode(parsed.Run(), streams.Err)
}

// exitCode prints the error in words and returns its code.
func exitCode(err error, w io.Writer) int {
	if err == nil {
		return exitOK
	}
	var known *errs.Error
	message := err.Error()
	if errors.As(err, &known) && known.Message != "" {
		message = known.Message
		if known.Code == errs.Internal && known.Err != nil {
			message += " (" + known.Err.Error() + ")"
		}
	}
	if !errors.Is(err, errSilent) {
		fmt.Fprintln(w, "incubator:", message)
	}
	switch errs.CodeOf(err) {
	case errs.Invalid:
		return exitInvalid
	case errs.Unauthorized, errs.Forbidden, errs.NotFound, errs.Conflict, errs.TooMany:
		return exitRefused
	case errs.Unavailable:
		return exitUnavailable
	}
	if errors.Is(err, errFailed) {
		return exitFailed
	}
	return exitFault
}

// errFailed ends a command with exitFailed after it has said why; errSilent
// marks it as said.
var (
	errSilent = errors.New("said already")
	errFailed = fmt.Errorf("the run failed: %w", errSilent)
)

// VersionCmd prints the version.
type VersionCmd struct{}

// Help shows an example.
func (*VersionCmd) Help() string { return "Example:\n  incubator version" }

// Run prints the version.
func (*VersionCmd) Run(streams *Streams) error {
	_, err := fmt.Fprintln(streams.Out, "incubator", version)
	return err
}
