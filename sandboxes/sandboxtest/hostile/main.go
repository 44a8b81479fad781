// Command hostile does in a sandbox what a submission must not do, one thing
// for each name. It prints what it managed to do and ends with 0 unless the
// deed itself ends it.
package main

import (
	"fmt"
	"os"
)

func main() {
	if len(os.Args) < 2 {
		return
	}
	deed, ok := deeds[os.Args[1]]
	if !ok {
		fmt.Fprintln(os.Stderr, "there is no deed", os.Args[1])
		os.Exit(64)
	}
	deed()
}

const output = "/app/output/"

var deeds = map[string]func(){
	"noop":     func() {},
	"copy":     copyInputs,
	"fail":     fail,
	"echo":     echo,
	"read":     readRows,
	"env":      printEnvironment,
	"forks":    forkBomb,
	"memory":   eatMemory,
	"scratch":  func() { fillDisk("/tmp/") },
	"output":   func() { fillDisk(output) },
	"inodes":   func() { floodInodes(output) },
	"shm":      func() { fillDisk("/dev/shm/") },
	"print":    printForEver,
	"forever":  sleepForEver,
	"stubborn": ignoreSignals,
	"daemon":   leaveDaemon,
	"symlink":  func() { must(os.Symlink("/etc/passwd", output+"link")) },
	"fifo":     makeFifo,
	"device":   makeDevice,
	"socket":   makeSocket,
	"hardlink": makeHardLink,
	"sparse":   makeSparse,
	"deep":     makeDeep,
	"names":    makeNames,
	"trace":    tracePlatform,
	"network":  tryNetwork,
	"readonly": writeReadOnly,
	"killall":  killPlatform,
	"forge":    forgeAnswer,
	"hide":     hideOutput,
	"volumes":  measureVolumes,
	"status":   printStatus,
}

func fail() {
	fmt.Fprintln(os.Stderr, "failing")
	os.Exit(3)
}

func must(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(65)
	}
}

// attempt prints a forbidden success, so that the test finds it in the log.
func attempt(what string, err error) {
	if err == nil {
		fmt.Println("BREACH:", what)
		return
	}
	fmt.Println("refused:", what)
}
