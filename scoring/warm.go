package scoring

import (
	"context"

	"incubator/sandboxes"
	"incubator/scenarios"
)

// Warm starts n sandboxes for code submissions of the phase ahead of their runs,
// and as many for its scoring program where it has one, within the bound of the
// manager, which refills them (see sandboxes.Manager.Warm). Each is used once.
// Errors are those of the manager, and NotFound for the phase.
func (s *Service) Warm(ctx context.Context, phaseID string, n int) error {
	phase, err := s.Challenge.Phase(ctx, phaseID)
	if err != nil {
		return err
	}
	challenge, err := s.challenge(ctx, phase.ChallengeID)
	if err != nil || !phase.Takes(scenarios.Code, challenge.Spec) {
		return err
	}
	data, _ := challenge.DataSet(phase.Spec.DataSet)
	t := &task{service: s, run: &Run{}, submission: &Submission{}, challenge: challenge, phase: phase, data: data}
	image, err := s.Images(ctx, challenge.Spec.Kinds[scenarios.Code].Runtime)
	if err != nil {
		return err
	}
	if err := s.ensureData(ctx, data.Input); err != nil {
		return err
	}
	spec := t.predictionSpec(image)
	spec.Command, spec.Files = []string{programDir}, []sandboxes.Tree{{Path: programDir}}
	if err := s.Sandboxes.Warm(ctx, spec, n); err != nil || challenge.Spec.Grading.Scoring == nil {
		return err
	}
	// An output of the usual size; a larger one gets a sandbox of its own.
	if spec, err = t.scoringSpec(ctx, &upload{}); err != nil {
		return err
	}
	return s.Sandboxes.Warm(ctx, spec, n)
}
