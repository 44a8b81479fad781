// Package audit keeps the append-only record of who did what. Each row's hash
// covers the row and the hash of the row before it, so a later change, removal
// or insertion shows in Verify.
package audit

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"time"

	"incubator/platform/db"
	"incubator/platform/errs"
)

// System is the actor of what the platform does by itself.
const System = "system"

// Entry is one act. All strings may be empty but Actor and Action.
type Entry struct {
	At        time.Time // kept to the microsecond
	Actor     string    // a user id, or System
	ActorName string    // the name at that time, since names change
	Action    string    // object and past verb, such as "team.join"
	Kind      string    // kind of the object: "team"
	ObjectID  string
	Detail    map[string]any // what changed; never a secret
	IP        string         // the address that the request came from
}

// Row is a stored entry. Seq, its place in the chain, counts from 1 without a
// gap; it is 0 and Hash is nil until the row is sealed (see Log.Seal).
type Row struct {
	ID int64
	Entry
	Seq  int64
	Hash []byte // 32 bytes
}

// Log is the audit record of one database.
type Log struct {
	db   *db.DB
	wake chan struct{} // tells a Sealer of this process that there is work
}

// New returns the record kept in the database.
func New(database *db.DB) *Log { return &Log{db: database, wake: make(chan struct{}, 1)} }

// canonical is the JSON form that is hashed. Its field order is fixed by the
// struct and, inside detail, by the text that was stored.
type canonical struct {
	ID        int64           `json:"id"`
	At        int64           `json:"at"`
	Actor     string          `json:"actor"`
	ActorName string          `json:"actor_name"`
	Action    string          `json:"action"`
	Kind      string          `json:"object_kind"`
	ObjectID  string          `json:"object_id"`
	Detail    json.RawMessage `json:"detail"`
	IP        string          `json:"ip"`
}

// stored is a row with its detail as the very text in the database: what was
// written is what is hashed, with no second encoding between.
type stored struct {
	canonical
	seq  int64
	hash []byte
}

// chainHash returns SHA-256(previous hash ‖ seq ‖ canonical JSON). The first
// row's previous hash is 32 zero bytes.
func (s stored) chainHash(previous []byte) ([]byte, error) {
	// The detail is hashed as a string, so that not even its white space can change.
	text, err := json.Marshal(struct {
		canonical
		Detail string `json:"detail"`
	}{s.canonical, string(s.Detail)})
	if err != nil {
		return nil, errs.Wrap(err, errs.Internal, "the audit row could not be hashed")
	}
	h := sha256.New()
	h.Write(previous)
	h.Write(binary.BigEndian.AppendUint64(nil, uint64(s.seq)))
	h.Write(text)
	return h.Sum(nil), nil
}

func (s stored) row() (Row, error) {
	r := Row{ID: s.ID, Seq: s.seq, Hash: s.hash, Entry: Entry{
		At: db.FromMicros(s.At), Actor: s.Actor, ActorName: s.ActorName, Action: s.Action,
		Kind: s.Kind, ObjectID: s.ObjectID, IP: s.IP,
	}}
	decoder := json.NewDecoder(bytes.NewReader(s.Detail))
	decoder.UseNumber()
	if err := decoder.Decode(&r.Detail); err != nil {
		return Row{}, errs.Wrap(err, errs.Internal, "audit row %d has a broken detail", s.ID)
	}
	return r, nil
}

// newStored checks an entry and brings it into its stored form, without an id.
func newStored(e Entry) (stored, error) {
	if e.Actor == "" || e.Action == "" {
		return stored{}, errs.New(errs.Internal, "an audit entry needs an actor and an action")
	}
	detail := []byte("{}")
	if len(e.Detail) > 0 {
		var err error
		if detail, err = json.Marshal(e.Detail); err != nil {
			return stored{}, errs.Wrap(err, errs.Internal, "the detail of audit entry %s is not JSON", e.Action)
		}
	}
	return stored{canonical: canonical{
		At: db.Micros(e.At), Actor: e.Actor, ActorName: clean(e.ActorName), Action: e.Action,
		Kind: e.Kind, ObjectID: clean(e.ObjectID), Detail: detail, IP: clean(e.IP),
	}}, nil
}
