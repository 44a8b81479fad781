package api

import (
	"bytes"
	"encoding/csv"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/gofiber/fiber/v2"

	"incubator/platform/errs"
	"incubator/scoring"
	"incubator/web"
)

const (
	typeCSV  = "text/csv; charset=utf-8"
	typeJSON = "application/json"
)

func (a *API) addLeaderboard() {
	op := operation{method: "GET", path: "/challenges/{slug}/phases/{phase}/leaderboard", id: "leaderboard.get", roles: anyone,
		tag: tagChallenges, summary: "Show a leaderboard",
		text:     "The ranked table with the history of its standings. A frozen board shows what was submitted before the freeze; organisers see all. As CSV with `format=csv` or `Accept: text/csv`.",
		refusals: []int{403, 422}}
	a.addRaw(op, a.leaderboard, func(o *huma.Operation) {
		o.Parameters = append(pathParameters("slug", "phase"), queryParameter("format", "What to answer with; else the Accept header decides", "json", "csv"))
		board := a.huma.OpenAPI().Components.Schemas.Schema(typeFor[scoring.Leaderboard](), true, "Leaderboard")
		o.Responses["200"] = &huma.Response{Description: "The board", Headers: tagHeader(), Content: map[string]*huma.MediaType{
			typeJSON: {Schema: board}, "text/csv": {Schema: &huma.Schema{Type: huma.TypeString}}}}
		o.Responses["304"] = &huma.Response{Description: "The client has it: the tag in If-None-Match is the present one"}
	})
}

// leaderboard sends the bytes of the cached board as they are. It is the hot path:
// no reflection, no copy and, while the cache is fresh, no database.
func (a *API) leaderboard(c *fiber.Ctx) error {
	_, phase, err := a.phase(c.UserContext(), c.Params("slug"), c.Params("phase"))
	if err != nil {
		return err
	}
	asCSV, err := wantsCSV(c)
	if err != nil {
		return err
	}
	board, err := a.Scoring.Board(c.UserContext(), web.Caller(c), phase)
	if err != nil {
		return err
	}
	c.Vary(fiber.HeaderAccept, fiber.HeaderAuthorization, fiber.HeaderCookie)
	if asCSV {
		c.Set(fiber.HeaderContentType, typeCSV)
		c.Attachment(c.Params("slug") + "-" + phase.Name + ".csv")
		c.Response().SetBodyRaw(boardCSV(board.Leaderboard))
		return tagged(c, strings.TrimSuffix(board.ETag, `"`)+`-csv"`)
	}
	c.Set(fiber.HeaderContentType, typeJSON)
	c.Response().SetBodyRaw(board.JSON)
	return tagged(c, board.ETag)
}

func wantsCSV(c *fiber.Ctx) (bool, error) {
	switch c.Query("format") {
	case "json":
		return false, nil
	case "csv":
		return true, nil
	case "":
		accept := c.Get(fiber.HeaderAccept)
		return strings.Contains(accept, "text/csv") && c.Accepts("application/json", "text/csv") == "text/csv", nil
	}
	return false, errs.Field("format", "The format is json or csv.")
}

// boardCSV writes one row for each team, with a column for each metric.
func boardCSV(board *scoring.Leaderboard) []byte {
	var out bytes.Buffer
	w := csv.NewWriter(&out)
	header := []string{"rank", "team", "organization", "submission", "submitted_at"}
	for _, m := range board.Metrics {
		header = append(header, m.Key)
	}
	_ = w.Write(header) // a buffer takes everything
	for _, row := range board.Rows {
		line := []string{strconv.Itoa(row.Rank), plain(row.Team), plain(row.Organization), strconv.Itoa(row.Number), row.SubmittedAt.UTC().Format(time.RFC3339)}
		for _, m := range board.Metrics {
			value := ""
			if score, ok := row.Scores[m.Key]; ok {
				value = strconv.FormatFloat(score, 'g', -1, 64)
			}
			line = append(line, value)
		}
		_ = w.Write(line)
	}
	w.Flush()
	return out.Bytes()
}

// plain keeps a spreadsheet from taking a name for a formula.
func plain(name string) string {
	if name != "" && strings.ContainsRune("=+-@\t\r", rune(name[0])) {
		return "'" + name
	}
	return name
}
