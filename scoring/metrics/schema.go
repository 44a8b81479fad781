package metrics

import (
	"slices"
	"strings"

	"incubator/platform/errs"
)

// Role is what a column is for. Its text is the column's default name.
type Role string

// The roles. Row metrics use the first five, event metrics the others and time.
const (
	RoleID         Role = "id"
	RoleLabel      Role = "label"   // a class; 1 and true, 0 and false are the same
	RoleCluster    Role = "cluster" // a group's name
	RoleScore      Role = "score"   // a finite number, higher means more positive
	RoleTime       Role = "time"    // RFC 3339, a date, a month or epoch seconds
	RoleIncident   Role = "incident"
	RoleHost       Role = "host"
	RoleTechnique  Role = "technique" // an ATT&CK id, T1059 or T1059.001
	RoleStart      Role = "start"
	RoleEnd        Role = "end"
	RoleConfidence Role = "confidence" // from 0 to 1
)

// Columns gives the name of a column where it is not the role's own.
type Columns struct {
	Truth      map[Role]string `json:"truth,omitempty"`
	Prediction map[Role]string `json:"prediction,omitempty"`
}

// Schema says which columns one file must have.
type Schema struct {
	Required []Role
	// Optional columns are read, and then checked on every row, where they exist.
	Optional []Role
	// Instead of a missing Optional label, this role becomes required; empty for none.
	Instead Role
	// Names holds the columns that are not called like their role.
	Names map[Role]string
}

// name returns what the role's column is called in this file.
func (s Schema) name(role Role) string {
	if name := s.Names[role]; name != "" {
		return name
	}
	return string(role)
}

// resolve decides which roles are read from a file with the given columns.
func (s Schema) resolve(rows rowReader, file string) ([]Role, error) {
	roles := slices.Clone(s.Required)
	for _, role := range s.Optional {
		switch {
		case rows.has(s.name(role)):
			roles = append(roles, role)
		case s.Instead != "" && !slices.Contains(roles, s.Instead):
			if !rows.has(s.name(s.Instead)) {
				return nil, errs.New(errs.Invalid, "%s has neither the column %s nor the column %s; it has %s",
					file, s.name(role), s.name(s.Instead), listed(rows.columns()))
			}
			roles = append(roles, s.Instead)
		}
	}
	for _, role := range roles {
		if !rows.has(s.name(role)) {
			return nil, errs.New(errs.Invalid, "%s has no column %s; it has %s",
				file, s.name(role), listed(rows.columns()))
		}
	}
	return roles, nil
}

// listed shows column names, bounded, since a hostile header may have thousands.
func listed(names []string) string {
	const shown = 12
	more := ""
	if len(names) > shown {
		names, more = names[:shown], ", …"
	}
	return cut(strings.Join(names, ", ")) + more
}

func (s Schema) names(roles []Role) []string {
	names := make([]string, len(roles))
	for i, role := range roles {
		names[i] = s.name(role)
	}
	return names
}
