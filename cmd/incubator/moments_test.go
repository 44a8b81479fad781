package main

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"incubator/platform/accounts"
	"incubator/platform/config"
	"incubator/platform/events"
	"incubator/platform/files"
	"incubator/scenarios"
)

// newPlatform opens one whose engine does not answer.
func newPlatform(t *testing.T) *platform {
	t.Helper()
	log := slog.New(slog.NewTextHandler(testWriter{t}, &slog.HandlerOptions{Level: slog.LevelError}))
	p, err := openPlatform(t.Context(), config.Config{
		DataDir: t.TempDir(), EngineHost: "tcp://127.0.0.1:1", Runtime: "auto", Workers: 1, MaxUpload: 1 << 20,
	}, log)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, p.Close()) })
	return p
}

// brief is a challenge whose one phase freezes and closes as soon as is said.
func brief(slug, freezes, closes string) scenarios.Publication {
	return scenarios.Publication{
		Spec: scenarios.Spec{
			Slug: slug, Title: "Brief", Area: scenarios.DataFusion, Summary: "A brief one.",
			Kinds:  map[scenarios.Kind]scenarios.KindSpec{scenarios.Results: {MaxSize: 1}},
			Phases: []scenarios.PhaseSpec{{Name: "one", Title: "One", Opens: "+0h", Closes: scenarios.When(closes), Freezes: scenarios.When(freezes), DataSet: "test"}},
		},
		Scorer:   files.Blob{SHA256: "scorer", Size: 1},
		DataSets: []scenarios.DataSet{{Name: "test", Title: "Test", Visibility: scenarios.Inputs, Licence: "CC0", Input: files.Blob{SHA256: "in", Size: 2}, Truth: files.Blob{SHA256: "truth", Size: 3}}},
	}
}

func TestBoardsHearOfMomentsWithinASecond(t *testing.T) {
	p := newPlatform(t)
	ready := make(chan struct{}, 100)
	p.background(t.Context(), func(ctx context.Context) {
		watchMoments(ctx, p.scenarios, p.log, func(ctx context.Context) error {
			defer func() { ready <- struct{}{} }()
			return p.applyTransitions(ctx)
		})
	})
	<-ready // it waits now, for a minute, since nothing is published
	challenge, err := p.scenarios.Publish(t.Context(), accounts.System().Actor(), brief("brief", "-1s", "+2s"))
	require.NoError(t, err)
	heard := p.events.Subscribe(0, events.ChallengeTopic(challenge.ID))
	defer heard.Close()
	window := challenge.Phases[0].Window
	for _, moment := range []time.Time{window.Freezes, window.Closes} {
		for at := (time.Time{}); at.Before(moment); {
			select {
			case event := <-heard.Events():
				at = event.At
				require.Equal(t, "board", event.Type)
				require.False(t, !at.Before(moment) && at.Sub(moment) > time.Second, "late by %s", at.Sub(moment))
			case <-t.Context().Done():
				t.Fatal("no event")
			}
		}
	}
}
