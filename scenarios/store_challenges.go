package scenarios

import (
	"context"
	"encoding/json"
	"time"

	"incubator/platform/db"
	"incubator/platform/errs"
)

const challengeColumns = `id, slug, area, title, summary, state, version, spec,
	scorer_sha256, scorer_size, published_at, updated_at`

// Challenge returns the challenge with its phases, data sets and attachments.
func (s *Service) Challenge(ctx context.Context, id string) (*Challenge, error) {
	return findChallenge(ctx, s.db.Read(), "id", id)
}

// ChallengeBySlug returns the challenge with its phases, data sets and attachments.
func (s *Service) ChallengeBySlug(ctx context.Context, slug string) (*Challenge, error) {
	return findChallenge(ctx, s.db.Read(), "slug", slug)
}

// Challenges returns every challenge, with its phases but without data sets and
// attachments, by area and title. Programmes have tens of them, not thousands.
func (s *Service) Challenges(ctx context.Context) ([]*Challenge, error) {
	rows, err := s.db.Read().QueryContext(ctx, `SELECT `+challengeColumns+` FROM challenges ORDER BY area, title, id`)
	if err != nil {
		return nil, errs.Wrap(err, errs.Internal, "the challenges cannot be listed")
	}
	defer rows.Close()
	var all []*Challenge
	byID := map[string]*Challenge{}
	for rows.Next() {
		c, err := scanChallenge(rows)
		if err != nil {
			return nil, err
		}
		all, byID[c.ID] = append(all, c), c
	}
	if err := rows.Err(); err != nil {
		return nil, errs.Wrap(err, errs.Internal, "the challenges cannot be listed")
	}
	phases, err := listPhases(ctx, s.db.Read(), "")
	if err != nil {
		return nil, err
	}
	for _, phase := range phases {
		c := byID[phase.ChallengeID]
		c.Phases = append(c.Phases, phase)
	}
	return all, nil
}

// findChallenge reads by id or slug; column is never input.
func findChallenge(ctx context.Context, q db.Querier, column, value string) (*Challenge, error) {
	row := q.QueryRowContext(ctx, `SELECT `+challengeColumns+` FROM challenges WHERE `+column+` = $1`, value)
	c, err := scanChallenge(row)
	if err != nil {
		return nil, err
	}
	if c.Phases, err = listPhases(ctx, q, c.ID); err != nil {
		return nil, err
	}
	if c.DataSets, err = listDataSets(ctx, q, c.ID); err != nil {
		return nil, err
	}
	c.Attachments, err = listAttachments(ctx, q, c.ID)
	return c, err
}

type scanner interface{ Scan(dest ...any) error }

func scanChallenge(row scanner) (*Challenge, error) {
	var (
		c                  Challenge
		spec               string
		published, updated int64
	)
	err := row.Scan(&c.ID, &c.Slug, &c.Area, &c.Title, &c.Summary, &c.State, &c.Version, &spec,
		&c.Scorer.SHA256, &c.Scorer.Size, &published, &updated)
	if db.NotFound(err) {
		return nil, errs.New(errs.NotFound, "there is no such challenge")
	}
	if err != nil {
		return nil, errs.Wrap(err, errs.Internal, "the challenge cannot be read")
	}
	if err := json.Unmarshal([]byte(spec), &c.Spec); err != nil {
		return nil, errs.Wrap(err, errs.Internal, "the challenge cannot be read")
	}
	c.PublishedAt, c.UpdatedAt = db.FromMicros(published), db.FromMicros(updated)
	return &c, nil
}

func writeChallenge(ctx context.Context, tx *db.Tx, c *Challenge) error {
	spec, err := encode(c.Spec)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO challenges (`+challengeColumns+`)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
		ON CONFLICT (id) DO UPDATE SET area = excluded.area, title = excluded.title, summary = excluded.summary,
			state = excluded.state, version = excluded.version, spec = excluded.spec,
			scorer_sha256 = excluded.scorer_sha256, scorer_size = excluded.scorer_size, updated_at = excluded.updated_at`,
		c.ID, c.Slug, c.Area, c.Title, c.Summary, c.State, c.Version, spec,
		c.Scorer.SHA256, c.Scorer.Size, db.Micros(c.PublishedAt), db.Micros(c.UpdatedAt))
	if _, twice := db.Unique(err); twice {
		return errs.New(errs.Conflict, "a challenge %s is being published at this moment", c.Slug)
	}
	if err != nil {
		return errs.Wrap(err, errs.Internal, "the challenge cannot be stored")
	}
	return nil
}

// writeParts replaces the data sets, attachments and phases of a challenge.
// Phases that are kept keep their row, which submissions refer to.
func (s *Service) writeParts(ctx context.Context, tx *db.Tx, before, next *Challenge) error {
	for _, table := range []string{"data_sets", "attachments"} {
		if _, err := tx.ExecContext(ctx, `DELETE FROM `+table+` WHERE challenge_id = $1`, next.ID); err != nil {
			return errs.Wrap(err, errs.Internal, "the challenge cannot be stored")
		}
	}
	if err := writeDataSets(ctx, tx, next); err != nil {
		return err
	}
	if err := writeAttachments(ctx, tx, next); err != nil {
		return err
	}
	if before != nil {
		for _, old := range before.Phases {
			if _, kept := next.Phase(old.Name); !kept {
				if err := deletePhase(ctx, tx, old.ID); err != nil {
					return err
				}
			}
		}
	}
	if err := writePhases(ctx, tx, next.Phases); err != nil {
		return err
	}
	return forgetMovedTransitions(ctx, tx, next)
}

func optionalTime(micros *int64) time.Time {
	if micros == nil {
		return time.Time{}
	}
	return db.FromMicros(*micros)
}

func optionalMicros(t time.Time) *int64 {
	if t.IsZero() {
		return nil
	}
	micros := db.Micros(t)
	return &micros
}
