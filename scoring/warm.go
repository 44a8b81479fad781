package scoring

import (
	"context"
	"errors"
	"time"

	"incubator/sandboxes"
	"incubator/scenarios"
)

// WarmEvery is how often Warm should be called: often enough that a phase which
// opens finds its sandboxes and one that closes gives them back.
const WarmEvery = time.Minute

// poolShare is the part of the engine's memory that waiting sandboxes may claim.
const poolShare = 0.25

// Warm keeps Dependencies.Pool sandboxes started and waiting for every open phase
// that takes code, as far as a quarter of the engine's memory allows, and gives back
// those of phases that have closed. Each is used by one run and never again.
func (s *Service) Warm(ctx context.Context) error {
	if s.Pool <= 0 {
		return nil
	}
	challenges, err := s.Challenge.Challenges(ctx)
	if err != nil {
		return err
	}
	wanted := map[string]sandboxes.RunSpec{}
	var failed error
	for _, c := range challenges {
		specs, err := s.codeSpecs(ctx, c)
		failed = errors.Join(failed, err)
		for key, spec := range specs {
			wanted[key] = spec
		}
	}
	return errors.Join(failed, s.rewarm(ctx, wanted))
}

// codeSpecs returns what the open phases of a challenge run code in, by what tells
// one from another.
func (s *Service) codeSpecs(ctx context.Context, c *scenarios.Challenge) (map[string]sandboxes.RunSpec, error) {
	now, specs := s.Now(), map[string]sandboxes.RunSpec{}
	for _, phase := range c.Phases {
		if c.State != scenarios.Published || !phase.IsOpen(now) || !phase.Takes(scenarios.Code, c.Spec) {
			continue
		}
		full, err := s.challenge(ctx, c.ID)
		if err != nil {
			return specs, err
		}
		data, known := full.DataSet(phase.Spec.DataSet)
		if !known {
			continue
		}
		image, err := s.Images(ctx, full.Spec.Kinds[scenarios.Code].Runtime)
		if err != nil {
			return specs, err
		}
		t := &task{service: s, run: &Run{}, submission: &Submission{}, challenge: full, phase: phase, data: data}
		specs[c.ID+" "+data.Input.SHA256+" "+image] = t.codeSpec(image)
		if full.Spec.Grading.Scoring == nil {
			continue
		}
		// An output of the usual size; a larger one gets a sandbox of its own.
		spec, err := t.scoringSpec(ctx, &upload{})
		if err != nil {
			return specs, err
		}
		specs[c.ID+" "+data.Truth.SHA256+" "+spec.Image+" scoring"] = spec
	}
	return specs, nil
}

// rewarm asks for what is wanted and takes back what was wanted before.
func (s *Service) rewarm(ctx context.Context, wanted map[string]sandboxes.RunSpec) error {
	s.mu.Lock()
	before := s.warm
	s.warm = wanted
	s.mu.Unlock()
	var failed error
	for key, spec := range before {
		if _, still := wanted[key]; !still {
			failed = errors.Join(failed, s.Sandboxes.Warm(ctx, spec, 0))
		}
	}
	var claimed int64
	for _, spec := range wanted {
		if err := s.ensureMounts(ctx, spec); err != nil {
			failed = errors.Join(failed, err)
			continue
		}
		n := s.Pool
		claim := int64(n) * spec.Limits.MemoryBytes
		if float64(claimed+claim) > poolShare*float64(s.engineMemory(ctx)) {
			n = 0
		} else {
			claimed += claim
		}
		failed = errors.Join(failed, s.Sandboxes.Warm(ctx, spec, n))
	}
	return failed
}

func (s *Service) ensureMounts(ctx context.Context, spec sandboxes.RunSpec) error {
	for _, mount := range spec.Data {
		if err := s.Sandboxes.EnsureData(ctx, mount.DataID, s.openBlob(mount.DataID)); err != nil {
			return err
		}
	}
	return nil
}

// engineMemory returns the engine's memory in bytes, zero while it does not answer.
func (s *Service) engineMemory(ctx context.Context) int64 {
	info, err := s.Sandboxes.Engine(ctx)
	if err != nil {
		return 0
	}
	return info.Memory
}
