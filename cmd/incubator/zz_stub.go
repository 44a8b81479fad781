package main
type ServeCmd struct{}
type DemoCmd struct{}
type DataCmd struct{}
type SubmitCmd struct{}
type StatusCmd struct{}
type LeaderboardCmd struct{}
type PackPublishCmd struct{}
func (*ServeCmd) Run() error {return nil}
func (*DemoCmd) Run() error {return nil}
func (*DataCmd) Run() error {return nil}
func (*SubmitCmd) Run() error {return nil}
func (*StatusCmd) Run() error {return nil}
func (*LeaderboardCmd) Run() error {return nil}
func (*PackPublishCmd) Run() error {return nil}
