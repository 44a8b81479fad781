package scoring_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"incubator/platform/db/dbtest"
	"incubator/sandboxes"
	"incubator/scenarios"
	"incubator/scoring"
)

func warm(t *testing.T, change ...func(*scenarios.Spec)) (*rig, *scoring.Service) {
	r := newRig(t, dbtest.New(t), "tables", change...)
	deps := r.Service.Dependencies
	deps.Pool = 2
	return r, scoring.NewService(deps)
}

func TestCodeFindsASandboxThatWaits(t *testing.T) {
	r, service := warm(t)
	r.runs(predict)
	require.NoError(t, service.Warm(t.Context()))
	require.NoError(t, service.Warm(t.Context()), "twice asks for no more")
	require.Equal(t, 2, r.manager.Health().Prepared)
	release := r.engine.Hold("Create") // no sandbox can be made now
	sub := r.submitCode(r.team("Team"), "run")
	require.NoError(t, workOn(t.Context(), scoring.NewWorker(service), r.runID(sub)))
	require.Equal(t, scoring.Scored, r.view(r.captain, sub.ID).State, "it ran in one that waited")
	release()
}

func TestAClosedPhaseGivesItsSandboxesBack(t *testing.T) {
	r, service := warm(t)
	r.clock.now = r.phase("one").Window.Closes.Add(-1)
	require.NoError(t, service.Warm(t.Context()))
	require.Equal(t, 2, r.manager.Health().Prepared)
	r.clock.now = r.phase("one").Window.Closes
	require.NoError(t, service.Warm(t.Context()))
	require.Zero(t, r.manager.Health().Prepared)
}

func TestNothingWaitsWhereMemoryIsShort(t *testing.T) {
	r, service := warm(t)
	r.engine.SetInfo(func(i *sandboxes.EngineInfo) { i.Memory = 4*2*64<<20 - 1 })
	require.NoError(t, service.Warm(t.Context()))
	require.Zero(t, r.manager.Health().Prepared)
}

func TestNothingWaitsForPhasesWithoutCode(t *testing.T) {
	r, service := warm(t, func(s *scenarios.Spec) { s.Phases[0].Kinds = []scenarios.Kind{scenarios.Results} })
	require.NoError(t, service.Warm(t.Context()))
	require.Zero(t, r.manager.Health().Prepared)
}
