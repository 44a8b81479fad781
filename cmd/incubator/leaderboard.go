package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"text/tabwriter"

	"incubator/platform/errs"
	"incubator/scoring"
)

// LeaderboardCmd shows a leaderboard on a server.
type LeaderboardCmd struct {
	remoteFlags
	Challenge string `arg:"" help:"Challenge, by the name in its address."`
	Phase     string `placeholder:"NAME" help:"Phase; by default the current one."`
	JSON      bool   `name:"json" xor:"format" help:"Print the board as the API sends it."`
	CSV       bool   `name:"csv" xor:"format" help:"Print the board as CSV."`
}

// Help shows examples.
func (*LeaderboardCmd) Help() string {
	return `Examples:
  incubator leaderboard drifting-fleet
  incubator leaderboard drifting-fleet --phase final --csv > board.csv

Public boards need no token.`
}

// Run asks for the board and prints it.
func (c *LeaderboardCmd) Run(ctx context.Context, streams *Streams) error {
	server, err := c.client()
	if err != nil {
		return err
	}
	phase := c.Phase
	if phase == "" {
		challenge, err := server.challenge(ctx, c.Challenge)
		if err != nil {
			return err
		}
		phase = challenge.Phase
	}
	format := "json"
	if c.CSV {
		format = "csv"
	}
	res, err := server.send(ctx, request{method: http.MethodGet,
		path: fmt.Sprintf("/challenges/%s/phases/%s/leaderboard?format=%s", url.PathEscape(c.Challenge), url.PathEscape(phase), format)})
	if err != nil {
		return err
	}
	defer res.Body.Close()
	if c.JSON || c.CSV {
		_, err := io.Copy(streams.Out, res.Body)
		return err
	}
	var board scoring.Leaderboard
	if err := json.NewDecoder(res.Body).Decode(&board); err != nil {
		return errs.Wrap(err, errs.Unavailable, "the server's answer cannot be read")
	}
	return printBoard(streams.Out, board)
}

func printBoard(w io.Writer, board scoring.Leaderboard) error {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprint(table, "RANK\tTEAM")
	for _, m := range board.Metrics {
		fmt.Fprintf(table, "\t%s", m.Title)
	}
	fmt.Fprintln(table, "\tSUBMISSIONS")
	for _, row := range board.Rows {
		fmt.Fprintf(table, "%d\t%s", row.Rank, row.Team)
		for _, m := range board.Metrics {
			value := "-"
			if score, ok := row.Scores[m.Key]; ok {
				value = strconv.FormatFloat(score, 'f', max(m.Precision, 0), 64)
			}
			fmt.Fprintf(table, "\t%s", value)
		}
		fmt.Fprintf(table, "\t%d\n", row.Scored)
	}
	if len(board.Rows) == 0 {
		fmt.Fprintln(table, "no team has a score yet")
	}
	return table.Flush()
}
