package accounts

import "incubator/platform/audit"

// Actor returns the principal as audit entries name it.
func (p Principal) Actor() audit.Actor {
	if p.User.ID == "" {
		return audit.Actor{ID: audit.System, Name: p.User.Name, IP: p.IP}
	}
	return audit.Actor{ID: p.User.ID, Name: p.User.Name, IP: p.IP}
}
