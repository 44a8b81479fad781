// Package metrics turns a truth file and a prediction file into numbers.
//
// A metric is an entry of the registry ([All], [Lookup]): a name in snake case
// (scikit-learn's where it has one), a definition with its source, the columns
// it reads and its parameters. [Evaluate] reads both files once, whatever the
// number of metrics, and [Check] reads a submission before any run.
//
// There are two families. Row metrics join both files on an id column: every id
// of the truth must occur exactly once in the prediction. Event metrics match
// alerts with the steps of intrusion chains by host, technique and time.
//
// Nothing is corrected in silence. Input that makes a value meaningless is an
// errs.Invalid whose cause is a [RowError] where one row is at fault; a value
// that is still defined by convention comes with a named [Warning].
package metrics
