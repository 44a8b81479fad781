// Package scenarios owns what a programme publishes: innovation challenges with
// their phases, data sets, rules of grading and rubrics, and later training
// scenarios. A pack (package pack) is read into a Spec; publishing a Spec writes
// the rows that submissions, leaderboards and reviews refer to.
package scenarios
