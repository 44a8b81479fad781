package main

// shot is one picture.
type shot struct {
	name  string
	who   string // a role of the demo's accounts, "" for a guest
	path  string
	link  string // selector of a link to follow from there
	width int64  // CSS pixels
	high  int64  // of the picture, 0 for the whole page
	theme string
}

const (
	desk  = 1280
	phone = 390
)

// shots returns the pictures of one kind of visitor.
func shots(who string) []shot {
	all := []shot{
		{name: "home-light", path: "/", width: desk, theme: "light"},
		{name: "challenge-light", who: "participant", path: "/challenges/one-picture", width: desk, theme: "light"},
		{name: "challenge-dark", who: "participant", path: "/challenges/one-picture", width: desk, theme: "dark"},
		{name: "challenge-phone", who: "participant", path: "/challenges/one-picture", width: phone, high: 844, theme: "light"},
		{name: "submission-light", who: "participant", path: "/challenges/one-picture", link: `#mine a[href^="/submissions/"]`, width: desk, theme: "light"},
		{name: "console-dark", who: "organiser", path: "/console", width: desk, high: 1150, theme: "dark"},
	}
	var own []shot
	for _, s := range all {
		if s.who == who {
			own = append(own, s)
		}
	}
	return own
}
