package scoring

import (
	"context"
	"log/slog"
	"time"

	"incubator/platform/db"
)

// Sweep puts runs back into the queue that a process began and left. It runs when
// the process starts and then on a schedule; doing it twice is harmless, since a
// run is claimed by one process only.
func (s *Service) Sweep(ctx context.Context) error {
	ids, err := listLapsed(ctx, s.DB.Read(), s.owner, s.DB.Exclusive(), s.Now())
	if err != nil {
		return err
	}
	for _, id := range ids {
		released := false
		err := s.DB.InTx(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
			released, err = releaseRun(ctx, tx, id, s.owner, s.DB.Exclusive(), s.Now())
			if err != nil || !released {
				return err
			}
			_, err = s.Jobs.InsertTx(ctx, tx, RunArgs{RunID: id}, nil)
			return err
		})
		if err != nil {
			return err
		}
		if released {
			s.Log.Info("a run that was interrupted starts again", slog.String("run", id))
		}
	}
	return nil
}

// SweepEvery is how often a process looks for runs that others left.
const SweepEvery = 15 * time.Second
