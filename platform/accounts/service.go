package accounts

import (
	"context"
	"crypto/rand"
	"io"
	"log/slog"
	"time"

	"github.com/google/uuid"

	"incubator/platform/audit"
	"incubator/platform/db"
	"incubator/platform/errs"
)

// Policy says who may sign up.
type Policy string

// The sign-up policies.
const (
	SignUpOpen    Policy = "open"    // everybody
	SignUpInvited Policy = "invited" // who holds an invitation, also one to a team
)

// Options sets up a Service. Zero values take the defaults named here.
type Options struct {
	SignUp Policy // SignUpOpen
	// SessionIdle ends a session that is not used (72 h), SessionLife any session (30 d).
	SessionIdle time.Duration
	SessionLife time.Duration
	Hash        HashOptions
	Limits      LimitOptions
	Now         func() time.Time // time.Now
	Random      io.Reader        // crypto/rand; the source of secrets
	NewID       func() string    // UUID version 7
	Log         *slog.Logger     // slog.Default()
}

// Service is the only writer of accounts. It is safe for concurrent use.
type Service struct {
	db      *db.DB
	audit   *audit.Log
	options Options
	hasher  *hasher
	signIns *limiter
	cache   *cache
}

// New returns the service over the database.
func New(database *db.DB, log *audit.Log, o Options) (*Service, error) {
	o.setDefaults()
	h, err := newHasher(o.Hash)
	if err != nil {
		return nil, err
	}
	return &Service{
		db: database, audit: log, options: o, hasher: h,
		signIns: newLimiter(o.Limits, o.Now), cache: newCache(o.Now),
	}, nil
}

func (o *Options) setDefaults() {
	if o.SignUp == "" {
		o.SignUp = SignUpOpen
	}
	if o.SessionIdle <= 0 {
		o.SessionIdle = 72 * time.Hour
	}
	if o.SessionLife <= 0 {
		o.SessionLife = 30 * 24 * time.Hour
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Random == nil {
		o.Random = rand.Reader
	}
	if o.NewID == nil {
		o.NewID = func() string { return uuid.Must(uuid.NewV7()).String() }
	}
	if o.Log == nil {
		o.Log = slog.Default()
	}
}

// now has the precision of the database, so that what a method returns equals
// what a later read returns.
func (s *Service) now() time.Time { return s.options.Now().UTC().Truncate(time.Microsecond) }

// change runs fn in a transaction after which no principal of before is used.
func (s *Service) change(ctx context.Context, fn func(ctx context.Context, tx *db.Tx) error) error {
	return s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		tx.OnCommit(s.cache.clear)
		return fn(ctx, tx)
	})
}

// record writes the audit entry of a change in its transaction.
func (s *Service) record(ctx context.Context, tx *db.Tx, by Principal, action, kind, id string, detail map[string]any) error {
	actor := by.User.ID
	if actor == "" {
		actor = audit.System
	}
	return s.audit.Record(ctx, tx, audit.Entry{
		At: s.now(), Actor: actor, ActorName: by.User.Name, Action: action,
		Kind: kind, ObjectID: id, Detail: detail, IP: by.IP,
	})
}

// failed translates a database error; nil and our own errors stay as they are.
func failed(err error, doing string) error {
	if err == nil {
		return nil
	}
	if db.Full(err) {
		return errs.Wrap(err, errs.Unavailable, "the disk is full; nothing was changed")
	}
	return errs.Wrap(err, errs.Internal, "could not %s", doing)
}

func forbidden(format string, args ...any) error { return errs.New(errs.Forbidden, format, args...) }

func notFound(kind string) error { return errs.New(errs.NotFound, "there is no such %s", kind) }
