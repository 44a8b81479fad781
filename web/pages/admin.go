package pages

// AdminUsersPage lists who may do what.
type AdminUsersPage struct {
	Frame
	Search Field
	Users  []UserRow
	Pages  Pages
	Empty  Empty
	// Invite makes a link for signing up with roles.
	Invite      Form
	Invitations []Invitation
}

// AdminUserPage is one account, with what may be changed about it. Forms without an
// action are not shown: organisers look, administrators change.
type AdminUserPage struct {
	Frame
	Facts    []Fact
	Roles    Form
	Password Form
	Actions  []Confirm
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
	Since   Moment
}

// AuditPage is the record of who did what.
type AuditPage struct {
	Frame
	Intact  State // whether the hash chain was verified; zero when it was not yet
	Checked Moment
	Verify  Form // walks the chain
	Filters []Field
	Entries []AuditEntry
	Pages   Pages
	Empty   Empty
}

// AuditEntry is one record of the audit log.
type AuditEntry struct {
	Number  int64 // in the chain; 0 while the entry is not sealed yet
	At      Moment
	Actor   string
	Action  string
	Subject Link
	Detail  string
	Address string
	Hash    string
}
