package accounts

import (
	"context"
	_ "embed"
	"errors"
	"runtime"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/alexedwards/argon2id"

	"incubator/platform/errs"
)

const (
	minPassword = 12  // characters; NIST SP 800-63B asks for 8 at least
	maxPassword = 256 // bytes
	minDistinct = 5   // different characters
)

// HashOptions bounds the work and memory of password hashing (argon2id, RFC 9106).
// Zero values take the defaults, about 60 ms on one core of a small server.
type HashOptions struct {
	Memory     uint32        // KiB for each hash: 32 MiB
	Iterations uint32        // 3
	Slots      int           // hashes at once: the number of CPUs, 4 at most
	Queue      int           // callers that may wait for a slot: 64
	Wait       time.Duration // and for how long: 5 s
}

// hasher runs at most Slots hashes at once, so that a flood of sign-ins can take
// neither all memory nor all CPU.
type hasher struct {
	params argon2id.Params
	slots  chan struct{}
	queue  chan struct{}
	wait   time.Duration
	decoy  string // compared when there is no user, for equal work
}

func newHasher(o HashOptions) (*hasher, error) {
	if o.Memory == 0 {
		o.Memory = 32 << 10
	}
	if o.Iterations == 0 {
		o.Iterations = 3
	}
	if o.Slots <= 0 {
		o.Slots = min(runtime.NumCPU(), 4)
	}
	if o.Queue <= 0 {
		o.Queue = 64
	}
	if o.Wait <= 0 {
		o.Wait = 5 * time.Second
	}
	h := &hasher{
		params: argon2id.Params{Memory: o.Memory, Iterations: o.Iterations, Parallelism: 1, SaltLength: 16, KeyLength: 32},
		slots:  make(chan struct{}, o.Slots),
		queue:  make(chan struct{}, o.Slots+o.Queue),
		wait:   o.Wait,
	}
	decoy, err := argon2id.CreateHash("", &h.params)
	if err != nil {
		return nil, errs.Wrap(err, errs.Internal, "passwords cannot be hashed")
	}
	h.decoy = decoy
	return h, nil
}

// acquire waits for a slot; the returned function gives it back.
func (h *hasher) acquire(ctx context.Context) (func(), error) {
	select {
	case h.queue <- struct{}{}:
	default:
		return nil, errBusy()
	}
	ctx, cancel := context.WithTimeout(ctx, h.wait)
	defer cancel()
	select {
	case h.slots <- struct{}{}:
		return func() { <-h.slots; <-h.queue }, nil
	case <-ctx.Done():
		<-h.queue
		return nil, errBusy()
	}
}

func errBusy() error {
	e := errs.New(errs.Unavailable, "too many people are signing in at this moment; try again")
	e.RetryAfter = 5 * time.Second
	return e
}

func (h *hasher) hash(ctx context.Context, password string) (string, error) {
	release, err := h.acquire(ctx)
	if err != nil {
		return "", err
	}
	defer release()
	hash, err := argon2id.CreateHash(password, &h.params)
	return hash, failed(err, "hash the password")
}

// matches compares in constant time. An empty hash, of a user that does not
// exist, costs as much and never matches.
func (h *hasher) matches(ctx context.Context, password, hash string) (bool, error) {
	if len(password) > maxPassword {
		password = "" // no stored password is this long; the work stays the same
	}
	release, err := h.acquire(ctx)
	if err != nil {
		return false, err
	}
	defer release()
	against := hash
	if hash == "" {
		against = h.decoy
	}
	ok, err := argon2id.ComparePasswordAndHash(password, against)
	if errors.Is(err, argon2id.ErrInvalidHash) || errors.Is(err, argon2id.ErrIncompatibleVariant) || errors.Is(err, argon2id.ErrIncompatibleVersion) {
		return false, errs.Wrap(err, errs.Internal, "the stored password is damaged")
	}
	return ok && hash != "" && password != "", failed(err, "compare the password")
}

//go:embed passwords.txt
var commonPasswords string

// checkPassword applies the rules for a new password.
func checkPassword(password, email, name string) error {
	lower := strings.ToLower(password)
	local, _, _ := strings.Cut(email, "@")
	switch {
	case utf8.RuneCountInString(password) < minPassword:
		return errs.Field("password", "choose a password of at least %d characters", minPassword)
	case len(password) > maxPassword:
		return errs.Field("password", "choose a password of at most %d bytes", maxPassword)
	case distinct(lower) < minDistinct:
		return errs.Field("password", "choose a password with more different characters")
	case isCommon(lower):
		return errs.Field("password", "this password is among the most common ones; choose another")
	case lower == email || lower == strings.ToLower(name) || (len(local) >= 4 && strings.Trim(strings.ReplaceAll(lower, local, ""), "0123456789!?._-") == ""):
		return errs.Field("password", "the password must not be made of your name or address")
	}
	return nil
}

func distinct(text string) int {
	seen := map[rune]bool{}
	for _, r := range text {
		seen[r] = true
	}
	return len(seen)
}

// isCommon compares with the list, also without digits and marks at the end,
// which are what people add to a word to reach a length.
func isCommon(lower string) bool {
	bare := strings.TrimRight(lower, "0123456789!?.#*$_-")
	for line := range strings.Lines(commonPasswords) {
		common := strings.TrimSpace(line)
		if common != "" && (lower == common || bare == common) {
			return true
		}
	}
	return false
}
