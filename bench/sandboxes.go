package main

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/filters"
	"golang.org/x/sync/errgroup"

	"incubator/platform/accounts"
	"incubator/platform/events"
	"incubator/sandboxes"
	"incubator/scenarios"
	"incubator/scoring"
)

const benchInstance = "incubatorbench"

// runBench submits no-op programs to a challenge whose scoring program is a no-op
// as well: two containers for each submission.
type runBench struct {
	p       *platform
	engine  *engine
	manager *sandboxes.Manager
	by      accounts.Principal
	phase   scenarios.Phase
	pairs   int // in one measure
	rounds  int // of all measures, which take turns

	mu     sync.Mutex
	serial int
}

// measureSandboxes compares a submission from its acceptance to its score with
// what the raw client needs for the same two containers.
func measureSandboxes(ctx context.Context, o options) (_ []figure, err error) {
	b := &runBench{pairs: 8, rounds: 3}
	if o.quick {
		b.pairs, b.rounds = 4, 1
	}
	if b.engine, err = openEngine(ctx); err != nil {
		return nil, err
	}
	defer b.engine.close(ctx)
	if err := b.open(ctx); err != nil {
		return nil, err
	}
	defer b.close(ctx)
	return b.run(ctx)
}

func (b *runBench) open(ctx context.Context) (err error) {
	b.p, err = openPlatform(ctx, wiring{
		workers: 4,
		images:  func(context.Context, string) (string, error) { return b.engine.image, nil },
		sandboxes: func(p *platform) (*sandboxes.Manager, error) {
			b.manager, err = sandboxes.New(b.engine.ours, p.db, sandboxes.Options{
				Instance: benchInstance, MaxRunning: 4, MaxAhead: 2*b.pairs + 4, Log: p.log, Fault: func(point string) { b.watch(ctx, point) },
			})
			return b.manager, err
		},
	})
	if err != nil {
		return err
	}
	challenge, err := b.p.publish(ctx, func(publication *scenarios.Publication) { err = b.scoredByProgram(ctx, publication) })
	if err != nil {
		return err
	}
	b.phase = challenge.Phases[0]
	if b.by, _, err = b.p.enrol(ctx); err != nil {
		return err
	}
	if err := b.manager.Start(ctx); err != nil {
		return err
	}
	return b.p.jobs.Start(ctx)
}

func (b *runBench) scoredByProgram(ctx context.Context, publication *scenarios.Publication) (err error) {
	publication.Spec.Grading.Truth, publication.Spec.Grading.Prediction = "", ""
	publication.Spec.Grading.Scoring = &scenarios.ScoringProgram{
		Runtime: "static", Program: "scorer", Command: "/noop score", Time: scenarios.Duration(time.Minute), Memory: 64 << 20,
	}
	publication.Scorer, err = b.p.store(ctx, map[string]string{"README": "the program is in the image\n"})
	return err
}

func (b *runBench) close(ctx context.Context) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Minute)
	defer cancel()
	_ = b.p.jobs.Stop(ctx)
	_ = b.manager.Purge(ctx)
	_ = b.p.close()
}

// watch keeps the configuration of the first container of each purpose.
func (b *runBench) watch(ctx context.Context, point string) {
	if point != "sandbox.started" || len(b.engine.seen) == 2 {
		return
	}
	for _, purpose := range []sandboxes.Purpose{sandboxes.PurposePrediction, sandboxes.PurposeScoring} {
		found, err := b.engine.api.ContainerList(ctx, container.ListOptions{All: true, Filters: filters.NewArgs(
			filters.Arg("label", sandboxes.LabelInstance+"="+benchInstance), filters.Arg("label", sandboxes.LabelPurpose+"="+string(purpose)))})
		if err == nil && len(found) > 0 {
			err = b.engine.remember(ctx, found[0].ID, purpose)
		}
		if err != nil {
			b.p.log.Error(err.Error())
		}
	}
}

func (b *runBench) run(ctx context.Context) ([]figure, error) {
	ours := func() error { return b.submit(ctx) }
	raw := func() error { return b.engine.rawPair(ctx) }
	if err := ours(); err != nil { // the first one fills the volumes
		return nil, err
	}
	if len(b.engine.seen) != 2 {
		return nil, fmt.Errorf("the two containers of a submission were not seen")
	}
	var raw1, cold1, raw4, cold4, raw0, warm time.Duration
	for range b.rounds {
		for _, m := range []struct {
			sum     *time.Duration
			workers int
			do      func() error
			before  func(context.Context) error
		}{
			{&raw1, 1, raw, b.settle}, {&cold1, 1, ours, b.settle}, {&raw4, 4, raw, b.settle}, {&cold4, 4, ours, b.settle},
			{&raw0, 1, raw, b.settle}, {&warm, 1, ours, b.fill},
		} {
			if err := m.before(ctx); err != nil {
				return nil, err
			}
			took, err := b.timed(m.workers, m.do)
			if err != nil {
				return nil, err
			}
			*m.sum += took
		}
	}
	return b.figures(raw1, cold1, raw4, cold4, raw0, warm), nil
}

func (b *runBench) figures(raw1, cold1, raw4, cold4, raw0, warm time.Duration) []figure {
	n := time.Duration(b.pairs * b.rounds)
	each := func(ours, raw time.Duration) string {
		return fmt.Sprintf("%s, raw %s", (ours / n).Round(time.Millisecond), (raw / n).Round(time.Millisecond))
	}
	ratio := func(a, b time.Duration) float64 { return float64(a) / float64(b) }
	return []figure{
		{Name: "one at a time, over raw", Value: ratio(cold1, raw1), Unit: "×", AtMost: 1.2, Note: each(cold1, raw1)},
		{Name: "rate with four workers, over raw", Value: ratio(raw4, cold4), Unit: "×", AtLeast: 0.9, Note: each(cold4, raw4)},
		{Name: "pre-started, over raw cold", Value: ratio(warm, raw0), Unit: "×", AtMost: 0.4, Note: each(warm, raw0)},
	}
}

// timed does it for all pairs, some at once.
func (b *runBench) timed(workers int, do func() error) (time.Duration, error) {
	begin := time.Now()
	var group errgroup.Group
	group.SetLimit(workers)
	for range b.pairs {
		group.Go(do)
	}
	err := group.Wait()
	return time.Since(begin), err
}

// settle waits for the removals of the last measure and empties the pool.
func (b *runBench) settle(ctx context.Context) error {
	if err := b.manager.Stop(ctx); err != nil {
		return err
	}
	return b.manager.Start(ctx)
}

// submit hands a program in and waits for its score.
func (b *runBench) submit(ctx context.Context) error {
	b.mu.Lock()
	b.serial++
	serial := b.serial
	b.mu.Unlock()
	archive, err := tarOf(map[string]string{"metadata.yaml": "command: /noop predict\n", "serial": fmt.Sprint(serial)})
	if err != nil {
		return err
	}
	changes := b.p.events.Subscribe(0, events.TeamTopic(b.by.Teams[0].TeamID))
	defer changes.Close()
	sub, err := b.p.scoring.Submit(ctx, b.by, scoring.SubmitRequest{
		PhaseID: b.phase.ID, TeamID: b.by.Teams[0].TeamID, Kind: scenarios.Code, FileName: "noop.tar", Body: strings.NewReader(string(archive)),
	})
	if err != nil {
		return err
	}
	return b.await(ctx, changes, sub.ID)
}

func (b *runBench) await(ctx context.Context, changes *events.Subscription, id string) error {
	for {
		select {
		case e := <-changes.Events():
			text := string(e.Data)
			if !strings.Contains(text, id) || !strings.Contains(text, `"state":"scored"`) && !strings.Contains(text, `"state":"failed"`) {
				continue
			}
		case <-time.After(time.Minute):
			return fmt.Errorf("submission %s is not scored after a minute", id)
		case <-ctx.Done():
			return ctx.Err()
		}
		view, err := b.p.scoring.View(ctx, b.by, id)
		if err == nil && view.State != scoring.Scored {
			err = fmt.Errorf("submission %s ended as %s: %s", id, view.State, view.Runs[0].Detail)
		}
		return err
	}
}

// fill starts sandboxes ahead for all submissions of a measure.
func (b *runBench) fill(ctx context.Context) error {
	if err := b.settle(ctx); err != nil {
		return err
	}
	b.p.scoring.Pool = b.pairs
	return b.p.scoring.Warm(ctx)
}
