package awareness

import (
	"fmt"
	"slices"
	"strings"
)

// tactics names the ATT&CK tactic that each technique serves in these intrusions.
var tactics = map[string]string{
	"T1190": "initial-access", "T1566.001": "initial-access", "T1566.002": "initial-access", "T1078.002": "initial-access",
	"T1059.001": "execution", "T1059.003": "execution", "T1059.005": "execution", "T1047": "execution", "T1569.002": "execution",
	"T1204.002": "execution", "T1059.007": "execution", "T1053.005": "persistence", "T1547.001": "persistence", "T1505.003": "persistence",
	"T1136.002": "persistence", "T1098": "persistence", "T1562.001": "defense-evasion", "T1070.001": "defense-evasion",
	"T1070.004": "defense-evasion", "T1218.005": "defense-evasion", "T1218.010": "defense-evasion", "T1218.011": "defense-evasion",
	"T1140": "defense-evasion", "T1197": "defense-evasion", "T1003.001": "credential-access", "T1003.002": "credential-access",
	"T1003.003": "credential-access", "T1003.006": "credential-access", "T1558.003": "credential-access",
	"T1110.001": "credential-access", "T1110.003": "credential-access", "T1033": "discovery", "T1016": "discovery",
	"T1082": "discovery", "T1046": "discovery", "T1069.002": "discovery", "T1087.002": "discovery", "T1482": "discovery",
	"T1021.001": "lateral-movement", "T1021.002": "lateral-movement", "T1021.004": "lateral-movement",
	"T1021.006": "lateral-movement", "T1039": "collection", "T1560.001": "collection", "T1071.001": "command-and-control",
	"T1071.004": "command-and-control", "T1105": "command-and-control", "T1041": "exfiltration", "T1048.003": "exfiltration",
	"T1567.002": "exfiltration", "T1486": "impact", "T1489": "impact", "T1490": "impact", "T1496": "impact",
}

// chain is one intrusion being planned. Its methods schedule the steps as duties, so
// that ports and process ids are drawn in the order of time like everybody else's.
type chain struct {
	s    *sim
	r    *rng
	id   string
	kind string
	t    int64 // when the next step begins
	// quiet intruders leave fewer traces: they hide parents and work slowly.
	quiet bool
}

// kinds are the distinct intrusions; every data set holds each at least once.
var kinds = []struct {
	name string
	plan func(*chain)
}{
	{"macro_to_exfiltration", macroChain}, {"kerberoasting", roastChain}, {"dns_tunnel", tunnelChain},
	{"web_shell", webShellChain}, {"ransomware_precursor", ransomChain}, {"insider_cloud_exfiltration", insiderChain},
	{"password_spraying", sprayChain}, {"living_off_the_land", lolbinChain}, {"scheduled_task_persistence", taskChain},
	{"remote_management_abuse", remoteChain}, {"rogue_device", deviceChain},
}

// planIncidents plans every kind once and, on larger networks, some of them again.
func (s *sim) planIncidents(r *rng, scale float64) {
	order := make([]int, 0, len(kinds)+8)
	for i := range kinds {
		order = append(order, i)
	}
	for range int(scale * 10) {
		order = append(order, r.intn(len(kinds)))
	}
	// Shuffled, so that an incident's number does not tell its kind.
	for i := len(order) - 1; i > 0; i-- {
		j := r.intn(i + 1)
		order[i], order[j] = order[j], order[i]
	}
	for _, k := range order {
		s.cases++
		c := &chain{s: s, r: r, id: fmt.Sprintf("INC-%02d", s.cases), kind: kinds[k].name, quiet: r.chance(45)}
		kinds[k].plan(c)
	}
}

// do schedules one step at the chain's clock. The window of its truth comes from the
// records that emit adds.
func (c *chain) do(technique string, on *host, emit func(t int64)) {
	step := c.truth(technique, on)
	c.s.once(c.t, func(t int64) { c.record(step, func() { emit(t) }) })
}

// keep schedules a step that repeats until a time, such as a beacon; the chain's clock
// does not move.
func (c *chain) keep(technique string, on *host, until, every, slack int64, emit func(t int64)) {
	step := c.truth(technique, on)
	c.s.repeat(c.t, until, every, slack, func(t int64) { c.record(step, func() { emit(t) }) })
}

// truth adds a step to the truth. Its window is empty until records fill it.
func (c *chain) truth(technique string, on *host) *truthStep {
	step := &truthStep{incident: c.id, chain: c.kind, host: on.name, technique: technique, tactic: tactics[technique]}
	c.s.truth = append(c.s.truth, step)
	return step
}

// record adds everything that emit logs to the step's evidence.
func (c *chain) record(step *truthStep, emit func()) {
	c.s.out.step = step
	emit()
	c.s.out.step = nil
}

// wait moves the clock by so many minutes, pause by so many seconds.
func (c *chain) wait(low, high int64)  { c.t += c.r.wait(low, high) }
func (c *chain) pause(low, high int64) { c.t += c.r.between(low*second, high*second) }

// variant picks one of n ways to do something. Each split misses one of them, so that
// training data does not show all that the test holds.
func (c *chain) variant(n int) int {
	if c.s.split == Train {
		return c.r.intn(n - 1)
	}
	return 1 + c.r.intn(n-1)
}

// victim picks a workstation that is in use through office hours and sets the clock
// to a moment of its morning.
func (c *chain) victim(depts ...string) *host {
	h := c.candidate(depts)
	c.t = max(h.on, 8*hour) + c.r.wait(15, 120)
	return h
}

// candidate leaves out machines that change their address: the steps of a chain must
// not depend on which of two names an address had at the moment. A participant still
// needs the leases, because honest machines move.
func (c *chain) candidate(depts []string) *host {
	all := c.s.w.byRole[workstation]
	// A bounded search: on the smallest network a department may have nobody left.
	for range 200 {
		h := pick(c.r, all)
		fits := len(depts) == 0 || slices.Contains(depts, h.dept)
		if fits && h.moves == 0 && h.on < 9*hour+30*minute && h.off > 16*hour+30*minute && !c.used(h) {
			return h
		}
	}
	return pick(c.r, all)
}

// used tells whether another incident of the day already has the host.
func (c *chain) used(h *host) bool {
	return slices.ContainsFunc(c.s.truth, func(t *truthStep) bool { return t.host == h.name && t.incident != c.id })
}

// server picks a server that no other incident uses, where one is left.
func (c *chain) server(kind role) *host {
	for range 20 {
		if h := c.s.w.one(c.r, kind); !c.used(h) {
			return h
		}
	}
	return c.s.w.one(c.r, kind)
}

// hideout returns a writable path in which intruders, and some honest programs, live.
func (c *chain) hideout(h *host, ending string) string {
	name := pick(c.r, nameHeads)[:3] + pick(c.r, nameTails)
	if c.r.chance(40) {
		name = c.r.letters(lowerNum, 6+c.r.intn(4))
	}
	owner := "Public"
	if h.owner != nil {
		owner = h.owner.name
	}
	return pick(c.r, []string{
		`C:\Users\` + owner + `\AppData\Local\Temp\`, `C:\Users\` + owner + `\AppData\Roaming\` + pick(c.r, nameTails) + `\`,
		`C:\ProgramData\` + pick(c.r, nameTails) + `\`, `C:\Users\Public\`,
	}) + name + ending
}

// beacon keeps a process calling its controller (T1071.001), from now until a time.
func (c *chain) beacon(h *host, proc func() *process, to site, until int64) {
	to.tls = c.r.chance(65)
	every := c.r.between(25*second, 5*minute)
	agent := pick(c.r, []string{browserAgent, "Mozilla/4.0 (compatible; MSIE 8.0; Windows NT 6.1)", "Microsoft-CryptoAPI/10.0"})
	uri := "/" + pick(c.r, nameTails) + "/" + c.r.letters(lower, 5)
	injected := c.quiet || c.r.chance(40) // the implant moved into a system process
	size, selfSigned, n := c.r.between(200, 900), c.r.chance(30), 0
	c.keep("T1071.001", h, min(until, h.off, day), every, every*c.r.between(5, 150)/100, func(t int64) {
		n++
		from := proc()
		if injected {
			from = h.base.svchost
		}
		c.s.web(t, h, request{
			site: to, uri: uri, method: "POST", agent: agent, sent: size + c.r.int64n(40), received: 120 + c.r.int64n(80),
			proc: from, cached: n%20 != 1, selfSigned: selfSigned, duration: c.r.between(80, 400) * millisecond,
		})
	})
}

// look runs discovery commands, each a step of its own.
func (c *chain) look(h *host, proc func() *process, techniques ...string) {
	for _, technique := range techniques {
		image, command := lookCommand(c.r, technique, c.s.w.style.domain)
		detached := c.quiet || c.r.chance(35) // started through a broker, so that no parent tells
		c.do(technique, h, func(t int64) {
			parent := proc()
			if detached {
				parent = h.base.svchost
			}
			c.s.run(t, parent, image, command, proc().user)
		})
		c.pause(6, 70)
	}
}

// lookCommand returns a way to carry out a discovery technique.
func lookCommand(r *rng, technique, domain string) (image, command string) {
	const ps = "powershell.exe -c "
	ways := map[string][]string{
		"T1033": {"whoami.exe /all", "whoami.exe /priv", "quser.exe", ps + `"[Security.Principal.WindowsIdentity]::GetCurrent().Name"`}, "T1016": {"ipconfig.exe /all", "arp.exe -a", "route.exe print", ps + `"Get-NetIPConfiguration"`},
		"T1082": {"systeminfo.exe", "hostname.exe", ps + `"Get-ComputerInfo"`}, "T1482": {"nltest.exe /domain_trusts", "nltest.exe /trusted_domains", ps + `"Get-ADTrust -Filter *"`},
		"T1069.002": {`net.exe group "Domain Admins" /domain`, `net.exe group "Enterprise Admins" /domain`, ps + `"Get-ADGroupMember 'Domain Admins'"`},
		"T1087.002": {"net.exe user /domain", `dsquery.exe user -limit 0 -d ` + domain, ps + `"([adsisearcher]'(objectClass=user)').FindAll()"`},
	}[technique]
	command = pick(r, ways)
	image, _, _ = strings.Cut(command, " ")
	if image == "powershell.exe" {
		return psExe, command
	}
	return sys32 + image, command
}
