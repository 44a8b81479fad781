package webtest_test

import (
	"context"

	"incubator/web"
)

// quiet is an event source on which nothing happens.
type quiet struct{}

func (quiet) Subscribe(ctx context.Context, _ *web.Principal, _ []string, _ string) (<-chan web.Event, error) {
	c := make(chan web.Event)
	context.AfterFunc(ctx, func() { close(c) })
	return c, nil
}
