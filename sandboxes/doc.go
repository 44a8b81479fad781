// Package sandboxes runs code that nobody trusts. A Manager turns a RunSpec into
// one container with the fixed sandbox profile, has it do one job, and answers
// with what came out and why it ended; an Engine makes the containers.
//
// Process 1 of every run sandbox is our own static program (images/init), which
// comes in a read-only volume and so works in any image. The job and the input
// trees go in over the attached standard input, the log, the output and an
// account of the run come back over standard output (package wire). Nothing of
// the host is mounted, so the engine may be on another machine. Large inputs
// that many runs share are read-only volumes named by their content.
//
// A sandbox from the pool is one that was started and has not got its job yet:
// cold and warm runs take the same way. When the attached connection ends, so
// does the sandbox, which is what makes a killed platform leave nothing running.
//
//	requested → starting → ready → stopping → stopped, or failed, or expired
//
// The row is written first. Reconcile compares rows, live sandboxes and what the
// engine lists by label, and removes what has no counterpart.
package sandboxes
