// Package scoring owns what becomes of a team's work: submissions, their runs in
// sandboxes, scores and leaderboards.
//
// A submission is accepted in one transaction that also enqueues its first run. A
// run goes queued → preparing → running → scoring → scored, or ends as failed with
// a typed cause, or as cancelled. No state is endless: a run is leased by the
// process that works on it, and a run whose lease has lapsed starts again.
package scoring
