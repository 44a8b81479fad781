package api

import (
	"context"
	"encoding/hex"
	"strconv"
	"time"

	"incubator/platform/accounts"
	"incubator/platform/audit"
)

// AuditEntry is one act in the audit record.
type AuditEntry struct {
	ID       int64          `json:"id"`
	Seq      int64          `json:"seq,omitempty" doc:"Place in the chain, from 1; missing until the entry is sealed"`
	At       time.Time      `json:"at"`
	Actor    string         `json:"actor" doc:"Id of the user, or system"`
	Name     string         `json:"actor_name" doc:"The name at that time"`
	Action   string         `json:"action" example:"team.join"`
	Kind     string         `json:"object_kind" example:"team"`
	ObjectID string         `json:"object_id"`
	Detail   map[string]any `json:"detail" doc:"What changed"`
	IP       string         `json:"ip,omitempty"`
	Hash     string         `json:"hash,omitempty" doc:"SHA-256 of the entry and of the hash before it"`
}

// AuditVerdict is what a walk along the whole chain found.
type AuditVerdict struct {
	Whole       bool  `json:"whole"`
	Entries     int64 `json:"entries" doc:"Sealed ones, up to the broken link if there is one"`
	FirstBroken int64 `json:"first_broken,omitempty" doc:"Place of the first entry that was changed, removed, inserted or moved"`
}

type auditInput struct {
	Actor    string    `query:"actor" maxLength:"64" doc:"Only acts of this user, or of system"`
	Action   string    `query:"action" maxLength:"100" doc:"Exact, or a prefix that ends in a dot" example:"team."`
	Kind     string    `query:"object_kind" maxLength:"64"`
	ObjectID string    `query:"object_id" maxLength:"100"`
	From     time.Time `query:"from" doc:"This moment and later"`
	To       time.Time `query:"to" doc:"Before this moment"`
	Paging
}

func (a *API) addAudit() {
	add(a, operation{method: "GET", path: "/audit", id: "audit.list", roles: admins, scope: accounts.ScopeAdmin, tag: tagAdmin,
		summary: "Read the audit record", text: "The newest first."}, a.listAudit)
	add(a, operation{method: "POST", path: "/audit/verify", id: "audit.verify", roles: admins, scope: accounts.ScopeAdmin, tag: tagAdmin,
		summary: "Verify the audit record", text: "Walks the whole chain of hashes."}, a.verifyAudit)
}

func (a *API) listAudit(ctx context.Context, _ accounts.Principal, in *auditInput) (Page[AuditEntry], error) {
	before, err := in.number()
	if err != nil {
		return Page[AuditEntry]{}, err
	}
	rows, next, err := a.Audit.List(ctx, audit.Filter{Actor: in.Actor, Action: in.Action, Kind: in.Kind,
		ObjectID: in.ObjectID, From: in.From, To: in.To}, before, in.Limit)
	page := Page[AuditEntry]{Items: make([]AuditEntry, len(rows))}
	for i, r := range rows {
		page.Items[i] = AuditEntry{ID: r.ID, Seq: r.Seq, At: r.At.UTC(), Actor: r.Actor, Name: r.ActorName, Action: r.Action,
			Kind: r.Kind, ObjectID: r.ObjectID, Detail: r.Detail, IP: r.IP, Hash: hex.EncodeToString(r.Hash)}
	}
	if next > 0 {
		page.Next = encodeCursor(strconv.FormatInt(next, 10))
	}
	return page, err
}

func (a *API) verifyAudit(ctx context.Context, _ accounts.Principal, _ *struct{}) (AuditVerdict, error) {
	n, broken, err := a.Audit.Verify(ctx)
	return AuditVerdict{Whole: broken == 0, Entries: n, FirstBroken: broken}, err
}
