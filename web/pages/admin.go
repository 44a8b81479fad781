package pages

// AdminUsersPage lists who may do what.
type AdminUsersPage struct {
	Frame
	Search Field
	Users  []UserRow
	Pages  Pages
	Empty  Empty
}

// UserRow is one account.
type UserRow struct {
	Member
	Href         string
	Organization string
	Roles        []string
}

// AdminOrganizationsPage lists the organisations.
type AdminOrganizationsPage struct {
	Frame
	Organizations []OrganizationRow
	Create        Form
	Pages         Pages
}

// OrganizationRow is one organisation.
type OrganizationRow struct {
	Name    string
	Href    string
	Kind    string
	Teams   int
	Members int
	State   State
	Since   Moment
}

// AuditPage is the record of who did what.
type AuditPage struct {
	Frame
	Intact  State // whether the hash chain was verified
	Checked Moment
	Search  Field
	Entries []AuditEntry
	Pages   Pages
}

// AuditEntry is one record of the audit log.
type AuditEntry struct {
	Number  int64
	At      Moment
	Actor   string
	Action  string
	Subject Link
	Detail  string
	Address string
	Hash    string
}
