package main

import "context"

func measureMemory(ctx context.Context, o options) ([]figure, error)    { return nil, nil }
