package main

type SubmitCmd struct{}
type StatusCmd struct{}
type LeaderboardCmd struct{}

func (*SubmitCmd) Run() error      { return nil }
func (*StatusCmd) Run() error      { return nil }
func (*LeaderboardCmd) Run() error { return nil }
