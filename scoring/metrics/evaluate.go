package metrics

import (
	"context"
	"math"
	"slices"

	"golang.org/x/sync/errgroup"

	"incubator/platform/errs"
)

// Spec asks for one metric. A metric may be asked for more than once with
// different parameters.
type Spec struct {
	Name   string            `json:"name"`
	Params map[string]string `json:"params,omitempty"`
}

// Request is one evaluation of a prediction.
type Request struct {
	Metrics           []Spec
	Truth, Prediction Source
	Columns           Columns
	Limits            Limits
	// AllowExtra ignores predictions whose id the truth does not have, with the
	// warning unknown_ids: for a phase that scores a part of the data.
	AllowExtra bool
}

// Value is the outcome of one Spec.
type Value struct {
	Metric string            `json:"metric"`
	Params map[string]string `json:"params,omitempty"` // as given
	Value  float64           `json:"value"`            // always finite
}

// Counts says how much was read.
type Counts struct {
	Truth      int `json:"truth"`      // data rows of the truth file
	Prediction int `json:"prediction"` // data rows of the prediction file
	Ignored    int `json:"ignored"`    // prediction rows outside the truth
}

// Result holds one Value for each Spec, in the same order.
type Result struct {
	Values   []Value   `json:"values"`
	Warnings []Warning `json:"warnings"`
	Counts   Counts    `json:"counts"`
}

// call is a Spec that was found in the registry and checked.
type call struct {
	spec   Spec
	metric Metric
	args   args
}

// Evaluate reads truth and prediction once, both at the same time, and computes
// every metric of the request. Errors: Invalid for a request or a file that is
// wrong, the reader's own error for a source that fails, the context's when it ends.
func Evaluate(ctx context.Context, req Request) (Result, error) {
	calls, err := bind(req.Metrics, complete)
	if err != nil {
		return Result{}, err
	}
	if calls[0].metric.events != nil {
		return evaluateEvents(ctx, req, calls)
	}
	return evaluateRows(ctx, req, calls)
}

// complete and partial say whether required parameters must be there. A check
// before the run may not know the facts of a data set that some are taken from.
const (
	complete = true
	partial  = false
)

// bind finds the metrics and checks their parameters and that all read the same
// kind of files.
func bind(specs []Spec, complete bool) ([]call, error) {
	if len(specs) == 0 {
		return nil, errs.New(errs.Invalid, "no metric was asked for")
	}
	calls := make([]call, 0, len(specs))
	for _, spec := range specs {
		metric, err := Lookup(spec.Name)
		if err != nil {
			return nil, err
		}
		parsed, err := metric.parse(spec.Params, complete)
		if err != nil {
			return nil, err
		}
		calls = append(calls, call{spec, metric, parsed})
		if first := calls[0].metric; (first.events == nil) != (metric.events == nil) {
			return nil, errs.New(errs.Invalid,
				"the metrics %s and %s read different kinds of files", first.Name, metric.Name)
		}
	}
	return calls, nil
}

// evaluateRows computes metrics of the family that joins on the id.
func evaluateRows(ctx context.Context, req Request, calls []call) (Result, error) {
	data, counts, err := readRows(ctx, req, calls)
	if err != nil {
		return Result{}, err
	}
	result := Result{Counts: counts, Warnings: []Warning{}}
	if counts.Ignored > 0 {
		result.Warnings = append(result.Warnings, unknownIDs(counts.Ignored))
	}
	err = result.compute(ctx, calls, func(c call, n *notes) (float64, error) {
		return c.metric.rows(data, c.args, n)
	})
	return result, err
}

// compute fills Values and Warnings by calling each metric.
func (r *Result) compute(ctx context.Context, calls []call, value func(call, *notes) (float64, error)) error {
	for _, c := range calls {
		if err := ctx.Err(); err != nil {
			return err
		}
		n := notes{metric: c.metric.Name}
		v, err := value(c, &n)
		if err != nil {
			return err
		}
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return errs.New(errs.Internal, "the metric %s came out as %v", c.metric.Name, v)
		}
		r.Values = append(r.Values, Value{Metric: c.metric.Name, Params: c.spec.Params, Value: v})
		r.Warnings = append(r.Warnings, n.list...)
	}
	return nil
}

// readRows loads, joins and puts both files in the order of the truth.
func readRows(ctx context.Context, req Request, calls []call) (*rows, Counts, error) {
	var counts Counts
	limits, ids := req.Limits.withDefaults(), newKeyer()
	truthSchema, predictionSchema := schemas(calls, req.Columns)
	truth, prediction, err := loadBoth(ctx, req, truthSchema, predictionSchema, limits, ids)
	if err != nil {
		return nil, counts, err
	}
	j := joiner{
		truth: truth, prediction: prediction,
		truthSrc: req.Truth, predictionSrc: req.Prediction, allowExtra: req.AllowExtra,
	}
	pairs, err := j.join(ctx, ids.salt())
	if err != nil {
		return nil, counts, err
	}
	counts = Counts{Truth: truth.rows, Prediction: prediction.rows, Ignored: pairs.unknown}
	truth, prediction = j.apply(pairs)
	return newJoined(truth, prediction), counts, nil
}

// loadBoth reads the files at the same time. When both are wrong, the truth's
// error is reported, so that the outcome does not depend on timing.
func loadBoth(ctx context.Context, req Request, truthSchema, predictionSchema Schema, limits Limits, ids keyer) (truth, prediction *table, err error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var truthErr, predictionErr error
	var group errgroup.Group
	group.Go(func() error {
		truth, truthErr = load(ctx, req.Truth, truthSchema, limits, ids)
		if truthErr != nil {
			cancel()
		}
		return nil
	})
	group.Go(func() error {
		prediction, predictionErr = load(ctx, req.Prediction, predictionSchema, limits, ids)
		return nil
	})
	_ = group.Wait()
	if truthErr != nil {
		return nil, nil, truthFault(truthErr)
	}
	return truth, prediction, predictionErr
}

// schemas unites the needs of all metrics.
func schemas(calls []call, columns Columns) (truth, prediction Schema) {
	truth = Schema{Required: []Role{RoleID}, Names: columns.Truth}
	prediction = Schema{Required: []Role{RoleID}, Names: columns.Prediction}
	for _, c := range calls {
		truth.require(c.metric.Truth...)
		switch {
		case !c.metric.ScoreInstead:
			prediction.require(c.metric.Prediction...)
		case c.args.given("threshold"):
			prediction.require(RoleScore)
		case !slices.Contains(prediction.Optional, RoleLabel):
			prediction.Optional = append(prediction.Optional, RoleLabel)
			prediction.Instead = RoleScore
		}
	}
	return truth, prediction
}

// require adds roles that are not required yet.
func (s *Schema) require(roles ...Role) {
	for _, role := range roles {
		if !slices.Contains(s.Required, role) {
			s.Required = append(s.Required, role)
		}
	}
}
