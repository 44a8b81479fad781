package main

import (
	"context"
	"fmt"
	"slices"
	"time"

	"incubator/platform/db"
	"incubator/scoring"
)

// rowsPerTransaction keeps the write-ahead log of the preparation small.
const rowsPerTransaction = 20_000

// grow adds scored submissions, directly as rows, until there are as many as said.
// The newest of each team stands on the board.
func (b *boardBench) grow(ctx context.Context, to int) error {
	for b.stored < to {
		from, end := b.stored, min(b.stored+rowsPerTransaction, to)
		err := b.p.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
			for i := from; i < end; i++ {
				if err := b.insert(ctx, tx, i); err != nil {
					return err
				}
			}
			_, err := tx.ExecContext(ctx, `INSERT INTO boards (phase_id, revision, version, changed_at) VALUES ($1, 1, 1, 0)
				ON CONFLICT (phase_id) DO UPDATE SET version = boards.version + 1`, b.phase.ID)
			return err
		})
		if err != nil {
			return err
		}
		b.stored = end
	}
	return nil
}

func (b *boardBench) insert(ctx context.Context, tx *db.Tx, i int) error {
	id, value := fmt.Sprintf("sub-%08d", i), float64(i%997)/997
	_, err := tx.ExecContext(ctx, `INSERT INTO submissions (id, number, challenge_id, phase_id, team_id, user_id, kind, name,
			file_name, file_sha256, file_size, state, counted, carried_from, created_at)
		VALUES ($1, $2, $3, $4, $5, $6, 'results', 'x', 'x', $1, 10, 'scored', 1, '', $2)`,
		id, i+1, b.phase.ChallengeID, b.phase.ID, teamID(i), b.by.User.ID)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO runs (id, submission_id, attempt, reason, state, cause, detail, step,
			challenge_version, output_from, owner, lease_until, cancel_requested, platform_faults, queued_at, usage,
			log_sha256, log_size, scorer_log_sha256, scorer_log_size, output_sha256, output_size)
		VALUES ($1, $1, 1, 'submit', 'scored', '', '', '', 1, '', '', 0, 0, 0, $2, '{}', '', 0, '', 0, '', 0)`, id, i)
	if err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, `INSERT INTO scores (run_id, metric, value) VALUES ($1, 'roc_auc', $2)`, id, value); err != nil {
		return err
	}
	return b.place(ctx, tx, i, id, value)
}

// place puts the submission on the board, with a change of the standing for every
// second one, so that the history grows as well.
func (b *boardBench) place(ctx context.Context, tx *db.Tx, i int, id string, value float64) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO standings (phase_id, view, team_id, submission_id, number, run_id, scores, submitted_at, scored)
		VALUES ($1, 'live', $2, $3, $4, $3, $5, $4, 1)
		ON CONFLICT (phase_id, view, team_id) DO UPDATE SET submission_id = excluded.submission_id, number = excluded.number,
			run_id = excluded.run_id, scores = excluded.scores, submitted_at = excluded.submitted_at, scored = standings.scored + 1`,
		b.phase.ID, teamID(i), id, i+1, fmt.Sprintf(`{"roc_auc":%g}`, value))
	if err != nil || i%2 != 0 {
		return err
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO standing_changes (phase_id, view, submission_id, team_id, at, value)
		VALUES ($1, 'live', $2, $3, $4, $5)`, b.phase.ID, id, teamID(i), i, value)
	return err
}

// newScoring is another process on the same database, whose caches are empty.
func newScoring(p *platform) *scoring.Service {
	return scoring.NewService(scoring.Dependencies{
		DB: p.db, Files: p.files, Events: p.events, Audit: p.audit, Jobs: p.jobs, Challenge: p.scenarios, Log: p.log, Now: time.Now,
	})
}

func median(times []time.Duration) time.Duration {
	sorted := slices.Sorted(slices.Values(times))
	return sorted[len(sorted)/2]
}
