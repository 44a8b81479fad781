package audit

import "time"

// Actor is who acts, as entries name it.
type Actor struct {
	ID   string // a user id, or System
	Name string
	IP   string // the address that the request came from
}

// Did returns the entry that says what the actor did to the object.
func (a Actor) Did(at time.Time, action, kind, objectID string, detail map[string]any) Entry {
	return Entry{
		At: at, Actor: a.ID, ActorName: a.Name, IP: a.IP,
		Action: action, Kind: kind, ObjectID: objectID, Detail: detail,
	}
}
