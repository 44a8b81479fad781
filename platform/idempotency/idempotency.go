// Package idempotency lets a client repeat a request without repeating its effect.
// The answer is committed in the transaction that has the effect, so there is no
// moment, not even a crash, at which the one is there without the other.
package idempotency

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/json"
	"time"

	"incubator/platform/db"
	"incubator/platform/errs"
)

const (
	// Life is how long an answer is kept.
	Life = 24 * time.Hour
	// maxKey bounds a key in characters.
	maxKey = 255
	// maxJoined bounds how many requests hold a transaction while they read by
	// other connections: on PostgreSQL those come from the same pool.
	maxJoined = 4
)

// Key names one request of one client. The same text means different keys for
// different principals and routes.
type Key struct {
	Principal string // id of the user
	Route     string // operation
	Text      string // what the client sent
}

// NewKey checks the text: 1 to 255 printable ASCII characters.
func NewKey(principal, route, text string) (Key, error) {
	if text == "" || len(text) > maxKey {
		return Key{}, errs.New(errs.Invalid, "an idempotency key has 1 to %d characters", maxKey)
	}
	for _, c := range []byte(text) {
		if c < 0x21 || c > 0x7e {
			return Key{}, errs.New(errs.Invalid, "an idempotency key consists of printable ASCII characters without spaces")
		}
	}
	return Key{principal, route, text}, nil
}

// Request is the hash of everything that makes two requests the same.
type Request [sha256.Size]byte

// RequestOf hashes the parts of a request, each told apart from the next.
func RequestOf(parts ...[]byte) Request {
	h := sha256.New()
	for _, part := range parts {
		sum := sha256.Sum256(part)
		h.Write(sum[:])
	}
	return Request(h.Sum(nil))
}

// Answer is what a client gets, now and when it repeats the request.
type Answer struct {
	Status      int    `json:"status"`
	ContentType string `json:"content_type,omitempty"`
	Location    string `json:"location,omitempty"`
	Body        []byte `json:"body,omitempty"`
}

// Store keeps answers. It is safe for concurrent use, also by several processes.
type Store struct {
	db     *db.DB
	now    func() time.Time
	joined chan struct{}
}

// New returns the store in the database; a nil clock means time.Now.
func New(database *db.DB, now func() time.Time) *Store {
	if now == nil {
		now = time.Now
	}
	return &Store{db: database, now: now, joined: make(chan struct{}, maxJoined)}
}

// id is what a row is found by. The parts cannot run into each other, since a
// NUL is in none of them.
func (k Key) id() []byte {
	sum := sha256.Sum256([]byte("id\x00" + k.Principal + "\x00" + k.Route + "\x00" + k.Text))
	return sum[:]
}

// seal encrypts an answer with the key: it may hold a secret that is stored
// nowhere else in the clear, and only who can repeat the request can read it.
func (k Key) seal(a Answer) ([]byte, error) {
	plain, err := json.Marshal(a)
	if err != nil {
		return nil, errs.Wrap(err, errs.Internal, "the answer cannot be kept")
	}
	aead, err := k.cipher()
	if err != nil {
		return nil, err
	}
	nonce := make([]byte, aead.NonceSize())
	_, _ = rand.Read(nonce) // never fails, by its contract
	return aead.Seal(nonce, nonce, plain, k.id()), nil
}

func (k Key) open(sealed []byte) (Answer, error) {
	aead, err := k.cipher()
	if err != nil {
		return Answer{}, err
	}
	if len(sealed) < aead.NonceSize() {
		return Answer{}, errs.New(errs.Internal, "the kept answer cannot be read")
	}
	nonce, sealed := sealed[:aead.NonceSize()], sealed[aead.NonceSize():]
	plain, err := aead.Open(nil, nonce, sealed, k.id())
	if err != nil {
		return Answer{}, errs.Wrap(err, errs.Internal, "the kept answer cannot be read")
	}
	var a Answer
	if err := json.Unmarshal(plain, &a); err != nil {
		return Answer{}, errs.Wrap(err, errs.Internal, "the kept answer cannot be read")
	}
	return a, nil
}

func (k Key) cipher() (cipher.AEAD, error) {
	secret, err := hkdf.Key(sha256.New, []byte(k.Text), k.id(), "idempotency answer", 32)
	if err != nil {
		return nil, errs.Wrap(err, errs.Internal, "the answer cannot be sealed")
	}
	block, err := aes.NewCipher(secret)
	if err != nil {
		return nil, errs.Wrap(err, errs.Internal, "the answer cannot be sealed")
	}
	return cipher.NewGCM(block)
}

// Do returns the kept answer of the request, with repeated set, or runs fn and
// keeps its answer. fn runs inside a transaction: with the context it is given,
// methods that own their transaction work in that one. It must not wait for
// anything else, and it may run again. When it fails, nothing is kept.
// Errors: Invalid for a key that was used for another request.
func (s *Store) Do(ctx context.Context, k Key, r Request, fn func(ctx context.Context) (Answer, error)) (a Answer, repeated bool, err error) {
	if a, repeated, err = s.Find(ctx, k, r); repeated || err != nil {
		return a, repeated, err
	}
	select {
	case s.joined <- struct{}{}:
		defer func() { <-s.joined }()
	case <-ctx.Done():
		return Answer{}, false, errs.Wrap(ctx.Err(), errs.Unavailable, "too many requests are under way; try again")
	}
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		if a, repeated, err = s.find(ctx, tx, k, r); repeated || err != nil {
			return err
		}
		if a, err = fn(s.db.Join(ctx, tx)); err != nil {
			return err
		}
		return s.KeepTx(ctx, tx, k, r, a)
	})
	return a, repeated && err == nil, err
}
