// Package archtest proves, by reading the source, the rules that
// docs/architecture.md states: who may import whom, and who writes which table.
package archtest
