package awareness

import (
	"fmt"
	"slices"
	"strings"
)

// role is what a host is for; it decides what the host does all day.
type role string

const (
	workstation role = "workstation"
	adminPC     role = "admin_workstation"
	dcServer    role = "domain_controller"
	dnsServer   role = "dns_server"
	mailServer  role = "mail_server"
	proxyServer role = "web_proxy"
	fileServer  role = "file_server"
	webServer   role = "web_server"
	dbServer    role = "database_server"
	appServer   role = "application_server"
	backupHost  role = "backup_server"
	monitorHost role = "monitoring_server"
	scannerHost role = "vulnerability_scanner"
	jumpHost    role = "jump_host"
	syncHost    role = "directory_sync"
	linuxServer role = "linux_server"
	printer     role = "printer"
	camera      role = "camera"
)

// user is a person or a service account of the directory.
type user struct {
	name string
	sid  string
}

// host is one machine of the inventory.
type host struct {
	id    int
	name  string
	role  role
	dept  string
	mac   string
	first addr  // address at the start of the day
	later addr  // address from moves on, for machines that change networks
	moves int64 // 0: never
	on    int64 // from when the machine is in use
	off   int64 // until when
	agent bool  // reports host events
	owner *user
	port  int
	pid   int
	base  baseProcesses
}

// at returns the host's address at a time of the day.
func (h *host) at(t int64) addr {
	if h.moves > 0 && t >= h.moves {
		return h.later
	}
	return h.first
}

// nextPort returns an ephemeral port; Windows counts them up.
func (h *host) nextPort(r *rng) int {
	h.port += 1 + r.intn(3)
	if h.port > 65535 {
		h.port = 49152 + r.intn(512)
	}
	return h.port
}

// nextPID returns a process id; Windows ids are multiples of four.
func (h *host) nextPID(r *rng) int {
	h.pid = (h.pid+4*(1+r.intn(40)))%28000 + 1000
	return h.pid &^ 3
}

// world is everything that does not change during the day. It grows with the number
// of hosts and not with the number of records.
type world struct {
	style  style
	hosts  []*host
	byRole map[role][]*host
	users  []*user
	svc    []*user // service accounts with a service principal name
	spns   []string
	sites  siteBook
}

// style is what one organisation's names look like; train and test differ.
type style struct {
	domain  string // DNS name of the directory
	netbios string
	pc      string // format of a workstation's name
	server  string // format of a server's name, from a short role and a number
	login   func(first, last string) string
	net     int // second octet of the organisation's addresses
}

// hostsAtFullScale is the size of the network at scale 1.
const hostsAtFullScale = 412

// minimumHosts keeps every role present however small the scale is.
const minimumHosts = 60

// newWorld draws an organisation. Server names and addresses follow from the plan in
// fixedRoles; people, their machines and their habits are drawn.
func newWorld(seed uint64, scale float64, split Split) *world {
	r := newRNG(seed, "world/"+string(split))
	w := &world{style: newStyle(r, split), byRole: map[role][]*host{}}
	w.sites = newSiteBook(r)
	total := max(minimumHosts, int(scale*hostsAtFullScale+0.5))
	w.addServers(r, total)
	w.addPeople(r, total-len(w.hosts))
	w.addServiceAccounts()
	for _, h := range w.hosts {
		w.byRole[h.role] = append(w.byRole[h.role], h)
	}
	w.moveLaptops(r)
	return w
}

// newStyle draws how an organisation names things. The second octet comes from separate
// ranges for train and test, so that no address is in both.
func newStyle(r *rng, split Split) style {
	name := pick(r, nameHeads) + pick(r, nameTails)
	s := style{
		domain: "corp." + name + ".example", netbios: strings.ToUpper(name),
		pc: strings.ToUpper(name[:3]) + "-WS%04d", server: "SRV-%s-%02d", net: 16 + r.intn(64),
		login: func(first, last string) string { return first + "." + last },
	}
	if split == Test {
		s.domain, s.net = "ad."+name+".example", 96+r.intn(96)
		s.pc, s.server = "nb%05d", name[:3]+"%s%d"
		s.login = func(first, last string) string { return first[:1] + last }
	}
	return s
}

// fixedRoles are the servers every network has; the share grows with the network.
var fixedRoles = []struct {
	role  role
	short string
	least int
	per   int // one more for each so many hosts; 0: never
	agent bool
}{
	{dcServer, "DC", 2, 0, true}, {dnsServer, "DNS", 2, 0, false}, {mailServer, "MAIL", 1, 400, true},
	{proxyServer, "PRX", 1, 0, false}, {fileServer, "FS", 2, 150, true}, {webServer, "WEB", 2, 200, true},
	{dbServer, "SQL", 2, 150, true}, {appServer, "APP", 3, 30, true}, {backupHost, "BKP", 1, 0, true},
	{monitorHost, "MON", 1, 0, true}, {scannerHost, "SCAN", 1, 0, false}, {jumpHost, "JMP", 1, 0, true},
	{syncHost, "SYNC", 1, 0, true}, {linuxServer, "LNX", 2, 40, false}, {printer, "PRN", 2, 40, false},
	{camera, "CAM", 2, 50, false},
}

// addServers adds the machines that nobody sits at.
func (w *world) addServers(r *rng, total int) {
	for group, f := range fixedRoles {
		n := f.least
		if f.per > 0 {
			n += total / f.per
		}
		for i := range n {
			w.add(r, &host{
				name: fmt.Sprintf(w.style.server, f.short, i+1), role: f.role, dept: "IT", agent: f.agent,
				first: ip(10, w.style.net, 1+group, 10+i), off: day,
			})
		}
	}
}

// addPeople adds n workstations, each with the person who uses it.
func (w *world) addPeople(r *rng, n int) {
	number := 100 + r.intn(3000)
	taken := map[string]bool{}
	for i := range n {
		number += 1 + r.intn(7)
		h := &host{
			name: fmt.Sprintf(w.style.pc, number), role: workstation, dept: pick(r, departments), agent: true,
			first: ip(10, w.style.net, 32+i/200, 20+i%200), owner: w.addUser(r, taken),
		}
		h.on = 7*hour + 20*minute + r.int64n(130*minute)
		h.off = h.on + 8*hour + r.int64n(2*hour)
		if r.chance(15) {
			h.on, h.off = 0, day // left running
		}
		if i < 2+n/60 {
			h.role, h.dept = adminPC, "IT"
		}
		w.add(r, h)
	}
}

// add gives a host its number, hardware address and running processes.
func (w *world) add(r *rng, h *host) {
	h.id = len(w.hosts)
	h.port = 49152 + r.intn(14000)
	h.pid = 1000 + r.intn(6000)
	h.mac = fmt.Sprintf("02:1a:%02x:%02x:%02x:%02x", r.intn(256), r.intn(256), h.id>>8&255, h.id&255)
	h.base = newBaseProcesses(r, h)
	w.hosts = append(w.hosts, h)
}

// addUser draws a person; a second Anna Berg gets a number.
func (w *world) addUser(r *rng, taken map[string]bool) *user {
	login := w.style.login(pick(r, firstNames), pick(r, lastNames))
	for n := 2; taken[login]; n++ {
		login = fmt.Sprintf("%s%d", strings.TrimRight(login, "0123456789"), n)
	}
	taken[login] = true
	u := &user{name: login, sid: fmt.Sprintf("S-1-5-21-%d-%d-%d", 3623811015, w.style.net, 1100+len(w.users))}
	w.users = append(w.users, u)
	return u
}

// addServiceAccounts makes the accounts that services run as, each with its principal.
func (w *world) addServiceAccounts() {
	for i, name := range serviceNames {
		u := &user{name: "svc_" + name, sid: fmt.Sprintf("S-1-5-21-%d-%d-%d", 3623811015, w.style.net, 600+i)}
		w.svc = append(w.svc, u)
		w.spns = append(w.spns, u.name)
	}
}

// moveLaptops gives pairs of laptops each other's address around midday, as DHCP
// does when machines leave one network and join another.
func (w *world) moveLaptops(r *rng) {
	pcs := w.byRole[workstation]
	for i := 0; i+1 < len(pcs); i += 14 {
		a, b := pcs[i], pcs[i+1]
		a.moves = 12*hour + r.int64n(2*hour)
		b.moves = a.moves
		a.later, b.later = b.first, a.first
	}
}

// one returns some host of a role.
func (w *world) one(r *rng, kind role) *host { return pick(r, w.byRole[kind]) }

// pcs returns the machines that people sit at.
func (w *world) pcs() []*host {
	return slices.Concat(w.byRole[workstation], w.byRole[adminPC])
}
