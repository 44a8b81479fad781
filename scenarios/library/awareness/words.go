package awareness

import "strconv"

// All external names live under .example (RFC 2606) and all external addresses in
// 198.18.0.0/15 (RFC 2544), so that nothing in the data points at a real party.

var (
	nameHeads = []string{"bright", "north", "silver", "cedar", "harbor", "stone", "river", "maple", "iron", "clear",
		"summit", "amber", "willow", "falcon", "delta", "copper", "granite", "lumen", "orchid", "quartz", "raven",
		"solar", "terra", "umbra", "velvet", "winter", "zephyr", "coral", "ember", "frost", "hazel", "indigo"}
	nameTails = []string{"field", "works", "line", "gate", "bridge", "point", "labs", "group", "house", "wave", "net",
		"craft", "cloud", "path", "market", "media", "soft", "logic", "forge", "port", "studio", "supply", "trade"}
	hostHeads  = []string{"www", "cdn", "api", "static", "img", "app", "login", "mail", "assets", "news"}
	firstNames = []string{"anna", "marek", "sofia", "jonas", "elena", "peter", "clara", "tomas", "ines", "paul", "greta",
		"david", "marta", "felix", "laura", "victor", "nina", "oscar", "julia", "simon", "alba", "henrik", "petra", "luca"}
	lastNames = []string{"novak", "berg", "silva", "kovac", "martin", "lind", "rossi", "weber", "dubois", "horak", "jansen",
		"moreau", "keller", "santos", "nilsen", "popov", "marino", "fischer", "costa", "larsen", "vogel", "ferrer", "hansen"}
	departments  = []string{"sales", "finance", "engineering", "hr", "legal", "marketing", "support", "logistics"}
	serviceNames = []string{"sql", "backup", "web", "report", "print", "deploy", "scan", "erp", "crm", "ldap", "mail",
		"monitor", "share", "hrapp", "build", "archive"}
	documentWords = []string{"invoice", "report", "budget", "contract", "minutes", "offer", "plan", "summary", "order",
		"payroll", "forecast", "inventory", "presentation", "survey", "timesheet", "agenda", "specification"}
)

// site is one external web site.
type site struct {
	name string
	addr addr
	tls  bool
}

// siteBook makes the external world: a popular head that everybody visits, a long
// tail, software vendors, and file sharing services. Only the head is stored.
type siteBook struct {
	salt    uint64
	popular []site
	vendors []site
	storage []site // file sharing services; the first is the one the organisation pays for
	chat    site
}

const tailSites = 6000

// newSiteBook draws the outside world; the salt makes the names of the tail.
func newSiteBook(r *rng) siteBook {
	b := siteBook{salt: r.next()}
	for i := range 160 {
		b.popular = append(b.popular, b.make(uint64(i), pick(r, hostHeads)+"."))
	}
	for i := range 24 {
		b.vendors = append(b.vendors, b.make(uint64(1000+i), pick(r, []string{"update.", "telemetry.", "licence.", "sync."})))
	}
	for i, head := range []string{"drive.", "files.", "share.", "transfer.", "box."} {
		b.storage = append(b.storage, b.make(uint64(2000+i), head))
	}
	b.chat = b.make(3000, "chat.")
	return b
}

// tail returns the i-th rarely visited site.
func (b *siteBook) tail(i int) site {
	head := hostHeads[mix(b.salt^uint64(i))%3]
	return b.make(uint64(10_000+i), head+".")
}

// fresh returns a site that nobody else visits. Intruders use them; so do people who
// follow a search result, which is why a rare name alone proves nothing.
func (b *siteBook) fresh(r *rng) site {
	return b.make(100_000+uint64(r.intn(1<<30)), pick(r, []string{"", "www.", "cdn.", "api.", "update."}))
}

// make derives a site from its number alone, so that thousands need no memory.
func (b *siteBook) make(i uint64, head string) site {
	z := mix(b.salt + i*0x9e3779b97f4a7c15)
	name := nameHeads[z%uint64(len(nameHeads))] + nameTails[z>>8%uint64(len(nameTails))]
	if z>>16&3 == 0 {
		name += "-" + nameTails[z>>20%uint64(len(nameTails))]
	}
	if i >= 1000 {
		name += strconv.Itoa(int(z >> 30 % 90))
	}
	return site{name: head + name + ".example", addr: ip(198, 18, 0, 0) + addr(z>>40&0x1ffff), tls: z>>60 < 12}
}
