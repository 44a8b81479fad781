package awareness

import (
	"strconv"
	"strings"
)

// filler returns a function that replaces %u by the host's user and %d by a document.
func (s *sim) filler(h *host) func(string) string {
	owner := ""
	if h.owner != nil {
		owner = h.owner.name
	}
	r := strings.NewReplacer("%u", owner, "%d", s.document())
	return r.Replace
}

// document makes a file name without its ending.
func (s *sim) document() string {
	return pick(s.r, documentWords) + "_" + strconv.Itoa(1000+s.r.intn(9000))
}

// defender is the anti-virus process of a host.
func (s *sim) defender(h *host) *process {
	p := *h.base.services
	p.image = `C:\ProgramData\Microsoft\Windows Defender\Platform\4.18.24030.9-0\MsMpEng.exe`
	p.pid += 4 * 13
	return &p
}

// planLeases plans each workstation's morning: its lease, its user's sign-in and the
// logon script, whose commands look like an intruder's first look around.
func (s *sim) planLeases() {
	for _, h := range s.w.pcs() {
		s.repeat(h.on+s.r.int64n(minute), h.off, 4*hour, minute, func(t int64) { s.dhcp(t, h, 8*hour) })
		if h.moves > 0 {
			s.once(h.moves, func(t int64) { s.dhcp(t, h, 8*hour) })
		}
		if h.on > 0 {
			s.once(h.on+2*minute, func(t int64) { s.morning(t, h) })
		}
	}
}

// morning is a machine's start: sign-in, ticket, logon script.
func (s *sim) morning(t int64, h *host) {
	dc := s.w.byRole[dcServer][h.id%2]
	s.signIn(t, h, logon{user: h.owner.name, kind: "2", from: h})
	s.kerberos(t+second, h, h.owner.name, "krbtgt", "0x12")
	s.signIn(t+2*second, dc, logon{user: h.owner.name, kind: "3", from: h})
	script := s.run(t+4*second, h.base.explorer, sys32+"cmd.exe", `cmd.exe /c \\`+s.w.style.domain+`\NETLOGON\logon.cmd`, "")
	s.run(t+5*second, script, sys32+"net.exe", `net use H: \\`+s.w.byRole[fileServer][0].name+`\home`, "")
	s.run(t+6*second, script, sys32+"whoami.exe", "whoami /groups", "")
	if s.r.chance(40) {
		s.run(t+7*second, script, sys32+"ipconfig.exe", "ipconfig /all", "")
	}
}

// planServers plans what servers do by themselves.
func (s *sim) planServers() {
	s.planMonitoring()
	s.planBackups()
	s.planInternet()
	for _, h := range s.w.hosts {
		switch h.role {
		case appServer:
			db := s.w.one(s.r, dbServer)
			s.habit(0, day, 3*minute, 2*minute, func(t int64) {
				s.tcp(t, h, db, 1433, "", s.r.heavy(4_000, 5), s.r.heavy(30_000, 6))
			})
		case dcServer:
			s.replicate(h)
		case printer, camera:
			s.planDevice(h)
		case linuxServer:
			s.habit(0, day, 30*minute, 5*minute, func(t int64) {
				s.web(t, h, request{site: s.w.sites.vendors[0], sent: 300, received: s.r.heavy(9_000, 4), agent: "Debian APT-HTTP/1.3", cached: s.r.chance(50)})
			})
		}
	}
}

// replicate plans replication between the domain controllers and to the directory
// sync server: the same access right that DCSync abuses, used by those who own it.
func (s *sim) replicate(dc *host) {
	other := s.w.byRole[dcServer][(dc.id+1)%2]
	s.habit(0, day, 15*minute, minute, func(t int64) {
		s.tcp(t, other, dc, 49155, "dce_rpc", s.r.heavy(9_000, 3), s.r.heavy(90_000, 4))
		s.replication(t+second, dc, other.name+"$", other)
	})
	hub := s.w.byRole[syncHost][0]
	s.habit(0, day, 30*minute, minute, func(t int64) {
		s.tcp(t, hub, dc, 49155, "dce_rpc", s.r.heavy(6_000, 3), s.r.heavy(60_000, 4))
		s.replication(t+second, dc, "MSOL_"+hub.name, hub)
	})
}

// replication logs Security 4662 for "replicating directory changes all".
func (s *sim) replication(t int64, dc *host, as string, from *host) {
	s.signIn(t-millisecond, dc, logon{user: as, kind: "3", from: from})
	s.event(t, dc, 4662, security, field{"SubjectUserName", as}, field{"ObjectServer", "DS"}, field{"AccessMask", "0x100"},
		field{"Properties", "{1131f6ad-9c07-11d1-f79f-00c04fc2dcd2}"})
}

// planDevice lets printers and cameras do the little they do.
func (s *sim) planDevice(h *host) {
	if h.role == camera {
		recorder := s.w.byRole[linuxServer][0]
		s.habit(0, day, 10*minute, 0, func(t int64) {
			s.tcp(t, h, recorder, 554, "", 4_000, s.r.heavy(4_000_000, 2))
		})
		return
	}
	s.habit(0, day, hour, 10*minute, func(t int64) {
		s.web(t, h, request{site: s.w.sites.vendors[1], sent: 2_000, received: 900, cached: s.r.chance(30)})
	})
}

// planMonitoring plans the monitoring server's polls: WMI with a fixed command on every
// server, and a port check that touches many hosts.
func (s *sim) planMonitoring() {
	mon := s.w.byRole[monitorHost][0]
	for _, h := range s.w.hosts {
		if h.owner != nil || h == mon {
			continue
		}
		s.habit(0, day, 20*minute, 0, func(t int64) {
			s.tcp(t, mon, h, 135, "dce_rpc", 1_900, 2_600)
			if !h.agent {
				return
			}
			s.signIn(t+second, h, logon{user: "svc_monitor", kind: "3", from: mon})
			if s.r.chance(12) {
				s.run(t+2*second, h.base.wmi, sys32+"cmd.exe", `cmd.exe /Q /c typeperf -sc 1 "\Processor(_Total)\% Processor Time"`, "svc_monitor")
			}
		})
	}
}

// planBackups plans the nightly backups, with the shadow copies that they make and
// remove, and a copy that leaves for the cloud.
func (s *sim) planBackups() {
	hub := s.w.byRole[backupHost][0]
	for _, kind := range []role{fileServer, dbServer, mailServer, appServer} {
		for _, h := range s.w.byRole[kind] {
			s.once(hour+s.r.int64n(3*hour), func(t int64) { s.backup(t, hub, h) })
		}
	}
	s.repeat(4*hour+20*minute, 6*hour, 12*minute, 2*minute, func(t int64) {
		vault := s.w.sites.storage[0]
		s.web(t, hub, request{site: vault, sent: s.r.heavy(700_000_000, 2), received: 90_000})
	})
}

// backup is one server's night: a service account signs in, shadow copies come and go,
// LSASS is read for the system state, and a lot of data moves.
func (s *sim) backup(t int64, hub, h *host) {
	s.signIn(t, h, logon{user: "svc_backup", kind: "3", from: hub})
	agent := s.run(t+second, h.base.services, `C:\Program Files\VaultBackup\vbagent.exe`, `"C:\Program Files\VaultBackup\vbagent.exe" --job nightly`, `NT AUTHORITY\SYSTEM`)
	s.run(t+9*second, agent, sys32+"vssadmin.exe", "vssadmin create shadow /for=D:", "")
	s.open(t+12*second, agent, sys32+"lsass.exe", "0x1410")
	s.smb(t+20*second, h, hub, s.r.heavy(900_000_000, 3), 400_000, "")
	end := t + s.r.wait(12, 40)
	s.run(end, agent, sys32+"vssadmin.exe", "vssadmin delete shadows /for=D: /oldest /quiet", "")
	s.run(end+second, agent, sys32+"net.exe", "net stop VaultBackupTemp", "")
}

// planInternet lets the world visit the public web servers and the mail server, and
// knock on closed doors, as it does.
func (s *sim) planInternet() {
	for _, h := range s.w.byRole[webServer] {
		s.habit(0, day, 70*second, 90*second, func(t int64) { s.visit(t, h) })
		s.habit(0, day, 40*minute, 90*minute, func(t int64) { s.probe(t, h) })
	}
	mail := s.w.byRole[mailServer][0]
	s.habit(0, day, 2*minute, 4*minute, func(t int64) {
		s.connect(t, flow{from: s.outsider(), fromPort: 20000 + s.r.intn(40000), to: mail.first, toPort: 25, proto: "tcp", service: "smtp",
			duration: s.r.heavy(2*second, 3), sent: s.r.heavy(40_000, 6), received: 900})
	})
}

// outsider returns an address on the internet.
func (s *sim) outsider() addr { return ip(198, 18, 0, 0) + addr(s.r.intn(1<<17)) }

// visit is an ordinary visitor of a public web server.
func (s *sim) visit(t int64, h *host) {
	from := s.outsider()
	for range 1 + s.r.intn(4) {
		q := request{site: site{name: "www." + s.w.style.domain}, uri: s.path(), received: s.r.heavy(9_000, 5)}
		if s.r.chance(12) {
			q.method, q.sent = "POST", s.r.heavy(900, 5)
		}
		s.inbound(t, from, h, q)
		t += s.r.exp(8 * second)
	}
}

// inbound logs one request from outside to a public web server.
func (s *sim) inbound(t int64, from addr, h *host, q request) {
	f := flow{from: from, fromPort: 20000 + s.r.intn(40000), to: h.first, toPort: 80, proto: "tcp", service: "http",
		duration: s.r.heavy(80*millisecond, 4), sent: q.sent + 400, received: q.received + 300}
	s.http(t+5*millisecond, s.connect(t, f), &f, q)
}

// probes are what scanners of the internet ask every web server for.
var probes = []string{"/wp-login.php", "/.env", "/phpmyadmin/", "/cgi-bin/test", "/owa/auth/x.js", "/vendor/phpunit/eval-stdin.php",
	"/actuator/health", "/.git/config", "/admin/config.aspx", "/solr/admin/info", "/boaform/admin/formLogin", "/shell.aspx"}

// probe is a scanner of the internet that finds nothing.
func (s *sim) probe(t int64, h *host) {
	from := s.outsider()
	for range 4 + s.r.intn(14) {
		s.inbound(t, from, h, request{site: site{name: h.first.String()}, uri: pick(s.r, probes), status: 404, received: 400, agent: "Mozilla/5.0 zgrab/0.x"})
		t += s.r.exp(3 * second)
	}
}
