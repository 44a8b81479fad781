package main

import "context"

func measureMetrics(ctx context.Context, o options) ([]figure, error)   { return nil, nil }
func measureMemory(ctx context.Context, o options) ([]figure, error)    { return nil, nil }
func generateTables(ctx context.Context, a []string) (any, error)       { return nil, nil }
func evaluateTables(ctx context.Context, a []string) (any, error)       { return nil, nil }
