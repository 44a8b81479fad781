package main

import "io"

// Streams are the outputs of a command: results go to Out, everything else to Err.
type Streams struct {
	Out io.Writer
	Err io.Writer
}
