package pages

// Icons that view models choose by what they show. The asset build reads their
// names from this file; every icon in use is in the sprite, and no other.
const (
	IconDatabase  = "database"
	IconPackage   = "package"
	IconDocument  = "file-text"
	IconTable     = "table"
	IconCode      = "code"
	IconImage     = "box"
	IconAnswer    = "flag"
	IconUpload    = "upload"
	IconRunning   = "loader-2"
	IconInvite    = "mail"
	IconDelete    = "trash"
	IconRerun     = "refresh"
	IconLeave     = "logout"
	IconUsers     = "users"
	IconCommunity = "building-community"
	IconRecord    = "list-details"
	IconTrophy    = "trophy"
	IconArchive   = "archive"
	IconTeam      = "users-group"
	IconKey       = "key"
	IconCalendar  = "calendar"
	IconUser      = "user"
	IconLock      = "lock"
	IconDevice    = "device-desktop"
)
