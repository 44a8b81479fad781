package accounts

import (
	"context"
	"slices"

	"incubator/platform/db"
	"incubator/platform/errs"
)

// NewOrganization describes an organisation to create or its new state.
type NewOrganization struct {
	Name    string
	Kind    Kind
	Website string
}

func (n *NewOrganization) normalize() error {
	var fields fieldErrors
	var err error
	n.Name, err = normalizeName("organization", n.Name)
	fields.add(err)
	n.Website, err = normalizeWebsite(n.Website)
	fields.add(err)
	if !slices.Contains(Kinds(), n.Kind) {
		fields.add(errs.Field("kind", "choose the kind of the organisation"))
	}
	return fields.err()
}

// settleOrganization returns the id of the organisation that was chosen, creates
// the one that was described, or returns "" when there is neither.
func (s *Service) settleOrganization(ctx context.Context, tx *db.Tx, by Principal, id string, n *NewOrganization) (string, error) {
	if n == nil {
		if id == "" {
			return "", nil
		}
		_, err := findOrganization(ctx, tx, id)
		return id, err
	}
	o := Organization{ID: s.options.NewID(), Name: n.Name, Kind: n.Kind, Website: n.Website, CreatedAt: s.now()}
	if err := insertOrganization(ctx, tx, o); err != nil {
		return "", err
	}
	return o.ID, s.record(ctx, tx, by, "organization.create", "organization", o.ID, map[string]any{"name": o.Name, "kind": o.Kind})
}

// Organizations lists all organisations by name.
func (s *Service) Organizations(ctx context.Context) ([]Organization, error) {
	return listOrganizations(ctx, s.db.Read())
}

// Organization returns one organisation.
func (s *Service) Organization(ctx context.Context, id string) (Organization, error) {
	return findOrganization(ctx, s.db.Read(), id)
}

// EditOrganization lets organisers correct an organisation.
func (s *Service) EditOrganization(ctx context.Context, by Principal, id string, in NewOrganization) (Organization, error) {
	if !by.CanOrganise() {
		return Organization{}, forbidden("only organisers edit organisations")
	}
	if err := in.normalize(); err != nil {
		return Organization{}, err
	}
	var o Organization
	err := s.change(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		if o, err = findOrganization(ctx, tx, id); err != nil {
			return err
		}
		before := o
		o.Name, o.Kind, o.Website = in.Name, in.Kind, in.Website
		if err := updateOrganization(ctx, tx, o); err != nil {
			return err
		}
		return s.record(ctx, tx, by, "organization.edit", "organization", id, map[string]any{
			"name": []string{before.Name, o.Name}, "kind": []Kind{before.Kind, o.Kind}, "website": []string{before.Website, o.Website},
		})
	})
	return o, err
}

// CreateOrganization lets organisers add an organisation that nobody belongs to yet.
func (s *Service) CreateOrganization(ctx context.Context, by Principal, in NewOrganization) (Organization, error) {
	if !by.CanOrganise() {
		return Organization{}, forbidden("only organisers add organisations")
	}
	if err := in.normalize(); err != nil {
		return Organization{}, err
	}
	var o Organization
	err := s.change(ctx, func(ctx context.Context, tx *db.Tx) error {
		id, err := s.settleOrganization(ctx, tx, by, "", &in)
		if err != nil {
			return err
		}
		o, err = findOrganization(ctx, tx, id)
		return err
	})
	return o, err
}

// OrganizationSize is how many teams and enabled users belong to an organisation.
type OrganizationSize struct{ Teams, Users int }

// OrganizationSizes counts the teams and enabled users of all organisations, by
// the organisation's id. One without either is missing.
func (s *Service) OrganizationSizes(ctx context.Context) (map[string]OrganizationSize, error) {
	return countOrganizations(ctx, s.db.Read())
}

// OrganizationTeams lists the teams of an organisation by name.
func (s *Service) OrganizationTeams(ctx context.Context, id string) ([]Team, error) {
	return listOrganizationTeams(ctx, s.db.Read(), id)
}

// OrganizationUsers lists up to limit users of an organisation by name, for the
// people who belong to it and for organisers.
func (s *Service) OrganizationUsers(ctx context.Context, by Principal, id string, limit int) ([]User, error) {
	if !by.CanOrganise() && (id == "" || by.User.OrganizationID != id) {
		return nil, forbidden("only members of this organisation see its people")
	}
	return listOrganizationUsers(ctx, s.db.Read(), id, limit)
}
