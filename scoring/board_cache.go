package scoring

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"strconv"
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

	boardVersion, challengeVersion int
	builtAt                        time.Time
}

// freshFor is how long a board is served without asking the database whether
// another process has changed it. Changes of this process show at once.
const freshFor = time.Second

// staleAfter bounds how long names of teams and organisations may lag, whose
// changes do not touch a board.
const staleAfter = time.Minute

// buildBudget bounds one build, which readers share and no single one may cancel.
const buildBudget = 30 * time.Second

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

// boardEntry holds the board that readers get. The generation tells a build that
// began before an invalidation from one that began after it.
type boardEntry struct {
	board     atomic.Pointer[CachedBoard]
	checkedAt atomic.Int64 // nanoseconds

	mu         sync.Mutex
	generation int64
}

func (e *boardEntry) current() int64 {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.generation
}

// offer keeps the board unless it was invalidated since its build began.
func (e *boardEntry) offer(board *CachedBoard, generation int64) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.generation == generation {
		e.checkedAt.Store(board.builtAt.UnixNano())
		e.board.Store(board)
	}
}

func (e *boardEntry) drop() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.generation++
	e.board.Store(nil)
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
		c.entry(boardKey{phaseID, view}).drop()
	}
}

func (c *boardCache) get(ctx context.Context, phase scenarios.Phase, view View) (*CachedBoard, error) {
	e := c.entry(boardKey{phase.ID, view})
	now := c.service.Now()
	if board := e.board.Load(); board != nil && now.Sub(board.builtAt) < staleAfter {
		if now.UnixNano()-e.checkedAt.Load() < int64(freshFor) {
			return board, nil
		}
		if c.current(ctx, phase, board) {
			e.checkedAt.Store(now.UnixNano())
			return board, nil
		}
	}
	return c.build(ctx, phase.ID, view, e)
}

// current asks whether any process changed the board or republished the challenge.
func (c *boardCache) current(ctx context.Context, phase scenarios.Phase, board *CachedBoard) bool {
	var version, challengeVersion int
	err := c.service.DB.Read().QueryRowContext(ctx, `SELECT coalesce((SELECT version FROM boards WHERE phase_id = $1), 0), version
		FROM challenges WHERE id = $2`, phase.ID, phase.ChallengeID).Scan(&version, &challengeVersion)
	return err == nil && version == board.boardVersion && challengeVersion == board.challengeVersion
}

// build lets one reader build while the others wait for it. A reader that comes
// after an invalidation never joins a build from before it.
func (c *boardCache) build(ctx context.Context, phaseID string, view View, e *boardEntry) (*CachedBoard, error) {
	generation := e.current()
	key := phaseID + " " + string(view) + " " + strconv.FormatInt(generation, 10)
	built, err, _ := c.builds.Do(key, func() (any, error) {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), buildBudget)
		defer cancel()
		board, err := c.service.freshBoard(ctx, phaseID, view)
		if err != nil {
			return nil, err
		}
		e.offer(board, generation)
		return board, nil
	})
	if err != nil {
		return nil, err
	}
	return built.(*CachedBoard), nil
}

// freshBoard reads and encodes a board.
func (s *Service) freshBoard(ctx context.Context, phaseID string, view View) (*CachedBoard, error) {
	built := s.Now()
	phase, err := s.Challenge.Phase(ctx, phaseID)
	if err != nil {
		return nil, err
	}
	challenge, err := s.challenge(ctx, phase.ChallengeID)
	if err != nil {
		return nil, err
	}
	board, err := buildBoard(ctx, s.DB.Read(), challenge, phase, view)
	if err != nil {
		return nil, err
	}
	version := board.Version
	if view == Public { // a frozen board does not tell how often and when the live one moves
		board.Version, board.ChangedAt = 0, phase.Window.Freezes
	}
	data, err := json.Marshal(board)
	if err != nil {
		return nil, errs.Wrap(err, errs.Internal, "the board cannot be encoded")
	}
	sum := sha256.Sum256(data)
	return &CachedBoard{
		Leaderboard: board, JSON: data, ETag: `"` + hex.EncodeToString(sum[:12]) + `"`,
		boardVersion: version, challengeVersion: challenge.Version, builtAt: built,
	}, nil
}
