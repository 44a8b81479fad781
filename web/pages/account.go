package pages

// AccountPage is the viewer's own profile, password, sessions and tokens.
type AccountPage struct {
	Frame
	Profile   Form
	Password  Form
	Sessions  []Session
	EndOthers *Confirm // ends all sessions but this one; nil when there is no other
	Tokens    []Token
	NewToken  Form
	Secret    string // of the token just made; shown once
	Empty     Empty
}

// Form is a plain form: fields, where it goes and what its button says.
type Form struct {
	Action string
	CSRF   string
	Button string
	Error  string // about the form as a whole
	Fields []Field
}

// Session is one signed-in browser.
type Session struct {
	Agent   string
	Address string
	Current bool
	Started Moment
	Seen    Moment
	End     Confirm
}

// Token is an API token without its secret.
type Token struct {
	Name    string
	Prefix  string
	Scopes  []string
	State   State
	Created Moment
	Expires Moment
	Used    Moment
	Revoke  Confirm
}

// SignInPage asks who is there.
type SignInPage struct {
	Frame
	Form   Form
	Next   string // where the person wanted to go
	SignUp string // address for who has no account yet
}

// SignUpPage creates an account, with or without an invitation.
type SignUpPage struct {
	Frame
	Form       Form
	Invitation string // what the account will join, when invited
	SignIn     string // address for who has an account already
}

// SetupPage creates the first administrator from the one-time link.
type SetupPage struct {
	Frame
	Form  Form
	Steps []Step
}
