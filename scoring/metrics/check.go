package metrics

import (
	"context"
	"fmt"
)

// Check reads a prediction as the given metrics would and reports the first
// fault: a missing column, a value of the wrong type, an id that occurs twice.
// It needs neither the truth nor the required parameters, so it can answer at
// upload. It returns the number of rows.
func Check(ctx context.Context, prediction Source, specs []Spec, columns Columns, limits Limits) (int, error) {
	calls, err := bind(specs, partial)
	if err != nil {
		return 0, err
	}
	limits = limits.withDefaults()
	if calls[0].metric.events != nil {
		return checkAlerts(ctx, prediction, columns, limits)
	}
	_, schema := schemas(calls, columns)
	ids := newKeyer()
	t, err := load(ctx, prediction, schema, limits, ids)
	if err != nil {
		return 0, err
	}
	if !t.ascending {
		if _, err := uniqueIDs(ctx, t, prediction, ids.salt()); err != nil {
			return 0, err
		}
	}
	return t.rows, nil
}

func unknownIDs(count int) Warning {
	return Warning{
		Code:    "unknown_ids",
		Message: fmt.Sprintf("%d predictions have an id that the truth does not have; they were ignored", count),
	}
}
