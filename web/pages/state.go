package pages

// Tone is the colour family of a state. A tone never stands alone: an icon and
// a word say the same.
type Tone string

// The tones.
const (
	ToneIdle Tone = "idle" // nothing happens now
	ToneWait Tone = "wait" // waits for somebody or something
	ToneBusy Tone = "busy" // work goes on
	ToneGood Tone = "good" // ended well
	ToneWarn Tone = "warn" // needs a look
	ToneBad  Tone = "bad"  // ended badly
)

// State is how a state is shown everywhere: one word, one icon, one tone.
type State struct {
	Word string
	Icon string
	Tone Tone
}

// states is the one vocabulary of states on pages, by the word of the domain.
var states = map[string]State{
	"draft":     {Word: "draft", Icon: "pencil", Tone: ToneIdle},
	"upcoming":  {Word: "upcoming", Icon: "calendar", Tone: ToneIdle},
	"open":      {Word: "open", Icon: "circle-dot", Tone: ToneGood},
	"frozen":    {Word: "frozen", Icon: "snowflake", Tone: ToneWait},
	"closed":    {Word: "closed", Icon: "lock", Tone: ToneIdle},
	"archived":  {Word: "archived", Icon: "archive", Tone: ToneIdle},
	"accepted":  {Word: "accepted", Icon: "inbox", Tone: ToneWait},
	"queued":    {Word: "queued", Icon: "clock", Tone: ToneWait},
	"preparing": {Word: "preparing", Icon: "package", Tone: ToneBusy},
	"running":   {Word: "running", Icon: "loader-2", Tone: ToneBusy},
	"scoring":   {Word: "scoring", Icon: "calculator", Tone: ToneBusy},
	"scored":    {Word: "scored", Icon: "circle-check", Tone: ToneGood},
	"received":  {Word: "received", Icon: "inbox", Tone: ToneGood},
	"failed":    {Word: "failed", Icon: "alert-triangle", Tone: ToneBad},
	"cancelled": {Word: "cancelled", Icon: "ban", Tone: ToneIdle},
	"up":        {Word: "up", Icon: "circle-check", Tone: ToneGood},
	"degraded":  {Word: "degraded", Icon: "alert-circle", Tone: ToneWarn},
	"down":      {Word: "down", Icon: "circle-x", Tone: ToneBad},
	"active":    {Word: "active", Icon: "circle-check", Tone: ToneGood},
	"invited":   {Word: "invited", Icon: "mail", Tone: ToneWait},
	"disabled":  {Word: "disabled", Icon: "ban", Tone: ToneIdle},
	"expired":   {Word: "expired", Icon: "hourglass-empty", Tone: ToneIdle},
	"intact":    {Word: "intact", Icon: "circle-check", Tone: ToneGood},
	"broken":    {Word: "broken", Icon: "alert-triangle", Tone: ToneBad},
	"used up":   {Word: "used up", Icon: "circle-check", Tone: ToneIdle},
	"revoked":   {Word: "revoked", Icon: "ban", Tone: ToneIdle},
}

// StateOf returns how to show a state. A word that is not in the vocabulary is
// shown as it is, so that a new state is visible rather than hidden.
func StateOf(word string) State {
	if s, ok := states[word]; ok {
		return s
	}
	return State{Word: word, Icon: "point", Tone: ToneIdle}
}

// Area is one of the programme's areas of innovation. Key selects its colour.
type Area struct {
	Key  string
	Name string
	Icon string
	Text string // one sentence about what its challenges ask
}

// Areas lists the areas in the order in which pages show them.
func Areas() []Area {
	return []Area{
		{Key: "awareness", Name: "Situational awareness", Icon: "radar",
			Text: "See what happens in a network, early and without noise."},
		{Key: "fusion", Name: "Data fusion", Icon: "arrows-join",
			Text: "Make one picture of many reports that disagree."},
		{Key: "mobile", Name: "Mobile security", Icon: "device-mobile",
			Text: "Tell harmful apps from harmless ones as both change."},
	}
}

// AreaOf returns the area with the key, the zero Area when there is none.
func AreaOf(key string) Area {
	for _, a := range Areas() {
		if a.Key == key {
			return a
		}
	}
	return Area{}
}
