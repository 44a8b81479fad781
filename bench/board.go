package main

import (
	"bytes"
	"context"
	"fmt"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"

	"incubator/platform/accounts"
	"incubator/platform/db"
	"incubator/scenarios"
)

const teams = 1000

// measureBoard compares requests for the board of 1,000 teams with a bare handler
// that sends the same bytes, while submissions grow a thousandfold. "rebuilt" is
// the time to build the board anew after a change, which must not grow either.
func measureBoard(ctx context.Context, o options) ([]figure, error) {
	p, err := openPlatform(ctx, wiring{})
	if err != nil {
		return nil, err
	}
	defer p.close()
	challenge, err := p.publish(ctx, nil)
	if err != nil {
		return nil, err
	}
	by, _, err := p.enrol(ctx)
	if err != nil {
		return nil, err
	}
	b := &boardBench{p: p, by: by, phase: challenge.Phases[0], each: 400 * time.Millisecond, rounds: 10}
	sizes := []int{1_000, 10_000, 100_000, 1_000_000}
	if o.quick {
		sizes, b.rounds, b.each = sizes[:2], 1, 500*time.Millisecond
	}
	return b.run(ctx, sizes)
}

type boardBench struct {
	p      *platform
	by     accounts.Principal
	phase  scenarios.Phase
	each   time.Duration
	rounds int
	stored int
}

// boardCost is what was measured with one number of submissions.
type boardCost struct {
	submissions int
	ratio       float64 // requests answered, over those of the bare handler
	rate        float64 // requests a second
	rebuilt     time.Duration
}

func (b *boardBench) run(ctx context.Context, sizes []int) ([]figure, error) {
	if err := b.addTeams(ctx); err != nil {
		return nil, err
	}
	address, stop, err := b.p.serve()
	if err != nil {
		return nil, err
	}
	defer stop()
	var costs []boardCost
	for _, size := range sizes {
		if err := b.grow(ctx, size); err != nil {
			return nil, err
		}
		cost, err := b.measure(ctx, "http://"+address+phaseURL+"/leaderboard")
		if err != nil {
			return nil, err
		}
		costs = append(costs, cost)
	}
	return boardFigures(costs), nil
}

func boardFigures(costs []boardCost) []figure {
	var figures []figure
	first, last := costs[0], costs[len(costs)-1]
	// With fewer submissions the plot is not full, so the board itself is smaller.
	full := costs[1]
	for _, c := range costs {
		figures = append(figures, figure{
			Name: fmt.Sprintf("over a bare handler, %d submissions", c.submissions), Value: c.ratio, Unit: "×", AtLeast: 0.8,
			Note: fmt.Sprintf("%.0f requests/s, rebuilt in %s", c.rate, c.rebuilt.Round(10*time.Microsecond)),
		})
	}
	// The bare handler of the same round stands for the machine's mood.
	return append(figures,
		figure{Name: fmt.Sprintf("cached: cost with %d over %d", last.submissions, first.submissions),
			Value: first.ratio / last.ratio, Unit: "×", AtMost: 1.25},
		figure{Name: fmt.Sprintf("rebuilt: cost with %d over %d", last.submissions, full.submissions),
			Value: float64(last.rebuilt) / float64(full.rebuilt), Unit: "×", AtMost: 1.25})
}

func (b *boardBench) measure(ctx context.Context, url string) (boardCost, error) {
	cost := boardCost{submissions: b.stored}
	var err error
	if cost.rebuilt, err = b.rebuild(ctx); err != nil {
		return cost, err
	}
	board, err := b.p.scoring.Board(ctx, b.by, b.phase)
	if err != nil {
		return cost, err
	}
	bare, stop, err := bareServer(board.JSON, board.ETag)
	if err != nil {
		return cost, err
	}
	defer stop()
	var ours, theirs rate
	for range b.rounds {
		for _, side := range []struct {
			url string
			sum *rate
		}{{url, &ours}, {"http://" + bare + "/", &theirs}} {
			var r rate
			if err := inChild(ctx, &r, "readers", side.url, b.each.String()); err != nil {
				return cost, err
			}
			side.sum.add(r)
		}
	}
	cost.rate, cost.ratio = ours.perSecond(), ours.perSecond()/theirs.perSecond()
	return cost, nil
}

// bareServer sends the bytes and does nothing else.
func bareServer(body []byte, tag string) (address string, stop func() error, err error) {
	app := fiber.New(fiber.Config{DisableStartupMessage: true})
	app.Get("/", func(c *fiber.Ctx) error {
		c.Set(fiber.HeaderContentType, fiber.MIMEApplicationJSON)
		c.Set(fiber.HeaderETag, tag)
		return c.Send(body)
	})
	return listen(app)
}

// rebuild is the median time of reading the board after a change of it that
// another process made, which the cache finds out by itself.
func (b *boardBench) rebuild(ctx context.Context) (time.Duration, error) {
	var times []time.Duration
	for range 9 {
		_, err := b.p.db.Pool().ExecContext(ctx, `UPDATE boards SET version = version + 1 WHERE phase_id = $1`, b.phase.ID)
		if err != nil {
			return 0, err
		}
		fresh := newScoring(b.p)
		begin := time.Now()
		board, err := fresh.Board(ctx, b.by, b.phase)
		if err != nil {
			return 0, err
		}
		times = append(times, time.Since(begin))
		if len(board.Rows) != teams {
			return 0, fmt.Errorf("the board has %d rows", len(board.Rows))
		}
	}
	return median(times), nil
}

// readers is the client: connections that read one thing again and again.
// Arguments: URL, duration.
func readers(_ context.Context, args []string) (any, error) {
	d, err := time.ParseDuration(args[1])
	if err != nil {
		return nil, err
	}
	return hammer(args[0], d, func(*fasthttp.Request, *bytes.Buffer) {}, fasthttp.StatusOK)
}

func (b *boardBench) addTeams(ctx context.Context) error {
	return b.p.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		for i := range teams {
			_, err := tx.ExecContext(ctx, `INSERT INTO teams (id, name, name_key, captain_id, created_at) VALUES ($1, $1, $1, $2, 0)`,
				teamID(i), b.by.User.ID)
			if err != nil {
				return err
			}
		}
		return nil
	})
}

func teamID(i int) string { return fmt.Sprintf("team-%04d", i%teams) }
