package scoring

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/singleflight"

	"incubator/platform/errs"
	"incubator/scenarios"
)

// CachedBoard is a board with its JSON, ready to send.
type CachedBoard struct {
	*Leaderboard
	JSON []byte
	ETag string // strong, with quotes

	challengeVersion int
}

// freshFor is how long a board is served without asking the database whether
// another process has changed it. Changes of this process show at once.
const freshFor = time.Second

// boardCache keeps one built board for each phase and view.
type boardCache struct {
	service *Service
	entries sync.Map // boardKey → *boardEntry
	builds  singleflight.Group
}

type boardKey struct {
	phaseID string
	view    View
}

// boardEntry is replaced as a whole; generation tells a build that began before
// an invalidation from one that began after it.
type boardEntry struct {
	board      atomic.Pointer[CachedBoard]
	checkedAt  atomic.Int64 // nanoseconds
	generation atomic.Int64
}

func newBoardCache(s *Service) *boardCache { return &boardCache{service: s} }

func (c *boardCache) entry(key boardKey) *boardEntry {
	if e, ok := c.entries.Load(key); ok {
		return e.(*boardEntry)
	}
	e, _ := c.entries.LoadOrStore(key, &boardEntry{})
	return e.(*boardEntry)
}

// invalidate makes the next reader of the phase build anew.
func (c *boardCache) invalidate(phaseID string) {
	for _, view := range []View{Live, Public} {
		e := c.entry(boardKey{phaseID, view})
		e.generation.Add(1)
		e.board.Store(nil)
	}
}

func (c *boardCache) get(ctx context.Context, phase scenarios.Phase, view View) (*CachedBoard, error) {
	e := c.entry(boardKey{phase.ID, view})
	now := c.service.Now().UnixNano()
	if board := e.board.Load(); board != nil {
		if now-e.checkedAt.Load() < int64(freshFor) {
			return board, nil
		}
		if c.current(ctx, phase, board) {
			e.checkedAt.Store(now)
			return board, nil
		}
	}
	return c.build(ctx, phase, view, e)
}

// current asks whether any process changed the board or republished the challenge.
func (c *boardCache) current(ctx context.Context, phase scenarios.Phase, board *CachedBoard) bool {
	var version, challengeVersion int
	err := c.service.DB.Read().QueryRowContext(ctx, `SELECT coalesce((SELECT version FROM boards WHERE phase_id = $1), 0), version
		FROM challenges WHERE id = $2`, phase.ID, phase.ChallengeID).Scan(&version, &challengeVersion)
	return err == nil && version == board.Version && challengeVersion == board.challengeVersion
}

// build lets one reader build while the others wait for it.
func (c *boardCache) build(ctx context.Context, phase scenarios.Phase, view View, e *boardEntry) (*CachedBoard, error) {
	built, err, _ := c.builds.Do(phase.ID+" "+string(view), func() (any, error) {
		generation, now := e.generation.Load(), c.service.Now()
		challenge, err := c.service.challenge(ctx, phase.ChallengeID)
		if err != nil {
			return nil, err
		}
		board, err := buildBoard(ctx, c.service.DB.Read(), challenge, phase, view)
		if err != nil {
			return nil, err
		}
		data, err := json.Marshal(board)
		if err != nil {
			return nil, errs.Wrap(err, errs.Internal, "the board cannot be encoded")
		}
		sum := sha256.Sum256(data)
		cached := &CachedBoard{Leaderboard: board, JSON: data, ETag: `"` + hex.EncodeToString(sum[:12]) + `"`, challengeVersion: challenge.Version}
		if e.generation.Load() == generation {
			e.checkedAt.Store(now.UnixNano())
			e.board.Store(cached)
		}
		return cached, nil
	})
	if err != nil {
		return nil, err
	}
	return built.(*CachedBoard), nil
}
