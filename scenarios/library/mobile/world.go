package mobile

import (
	"fmt"
	"math"

	"incubator/scenarios/library/generate"
)

// world gives developers their names and certificates. They follow from the
// training seed, so a developer of the training months is the same later.
type world struct{ seed uint64 }

const developers = 2400

var (
	vendorHeads = []string{"blue", "nord", "pixel", "happy", "smart", "urban", "open", "tiny", "prime", "lucky", "solar", "rapid"}
	vendorTails = []string{"soft", "labs", "apps", "media", "works", "mobile", "studio", "systems", "digital", "point"}
	appHeads    = []string{"super", "my", "easy", "daily", "photo", "pocket", "fast", "magic", "city", "smart"}
	appTails    = []string{"notes", "player", "scanner", "runner", "weather", "wallet", "chat", "cleaner", "quiz", "tracker", "maps", "editor"}
)

// developer returns a vendor's package prefix and certificate fingerprint.
func (w *world) developer(number int) (prefix, certificate string) {
	r := generate.NewRand(w.seed, fmt.Sprintf("mobile/developer/%d", number))
	prefix = fmt.Sprintf("%s.%s%s%d", generate.Pick(r, []string{"com", "com", "org", "net", "de", "fr", "se"}),
		generate.Pick(r, vendorHeads), generate.Pick(r, vendorTails), r.IntN(100))
	return prefix, r.Hex(64)
}

// identity gives the app its package and its signer. Goodware comes from a
// known pool of developers, a few of them prolific, and from newcomers. A
// repackaged app keeps a package name and is signed by somebody else. A family
// signs with one of a few certificates that it drops after a while.
func (a *app) identity(r *generate.Rand, w *world, repackaged bool, family, month int) {
	number := int(math.Floor(developers * math.Pow(r.Float(), 2)))
	if r.Chance(0.25) {
		number = developers + r.IntN(1_000_000)
	}
	prefix, certificate := w.developer(number)
	name := generate.Pick(r, appHeads) + generate.Pick(r, appTails)
	if family > 0 {
		key := -(family*100_000 + (month/3)*100 + r.IntN(6))
		if r.Chance(0.45) {
			key = -(100_000_000 + r.IntN(100_000_000))
		}
		_, certificate = w.developer(key)
		if !repackaged && r.Chance(0.4) {
			prefix, name = "com."+letters(r, 6), letters(r, 5)
		}
	}
	a.pkg, a.certificate = prefix+"."+name, certificate
}

func letters(r *generate.Rand, n int) string {
	buf := make([]byte, n)
	for i := range buf {
		buf[i] = 'a' + byte(r.IntN(26))
	}
	return string(buf)
}
