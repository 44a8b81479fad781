package awareness

import (
	"slices"
	"strconv"
)

// planManagement plans the endpoint manager: encoded PowerShell on every host, an
// inventory of processes, and updates at noon that restart services.
func (s *sim) planManagement() {
	inventory := "powershell.exe -NonInteractive -NoProfile -EncodedCommand " + newRNG(1, s.w.style.domain).letters(base64ch, 160)
	for _, h := range s.w.hosts {
		if !h.agent {
			continue
		}
		s.once(max(h.on, hour)+s.r.int64n(5*hour), func(t int64) {
			s.run(t, h.base.agent, psExe, inventory, "")
			s.run(t+5*second, h.base.agent, sys32+"tasklist.exe", "tasklist /v /fo csv", "")
			s.open(t+8*second, h.base.agent, sys32+"lsass.exe", "0x1410")
		})
		if h.id%5 == 0 {
			s.once(12*hour+s.r.int64n(40*minute), func(t int64) { s.update(t, h) })
		}
	}
	for _, h := range slices.Concat(s.w.byRole[linuxServer], s.w.byRole[appServer]) {
		s.habit(0, day, hour, 20*minute, func(t int64) { s.automate(t, h) })
	}
}

// update is the endpoint manager at noon: a silent installer that stops a service.
func (s *sim) update(t int64, h *host) {
	installer := s.run(t, h.base.agent, sys32+"msiexec.exe", `msiexec.exe /i C:\Windows\ccmcache\`+s.r.letters(lowerNum, 2)+`\update.msi /qn`, "")
	s.run(t+9*second, installer, sys32+"net.exe", "net stop Spooler", "")
	s.run(t+30*second, installer, sys32+"net.exe", "net start Spooler", "")
	s.write(t+12*second, installer, sys32+"spool\\drivers\\"+s.r.letters(lower, 6)+".dll")
	s.setValue(t+14*second, installer, `HKLM\System\CurrentControlSet\Services\Spooler\Start`, "DWORD (0x00000002)")
}

// automate is configuration management: SSH to Linux, remoting to Windows.
func (s *sim) automate(t int64, h *host) {
	hub := s.w.byRole[jumpHost][0]
	if h.role == linuxServer {
		for range 1 + s.r.intn(6) {
			s.tcp(t, hub, h, 22, "ssh", s.r.heavy(5_000, 2), s.r.heavy(9_000, 2))
			t += s.r.exp(3 * second)
		}
		return
	}
	if s.r.chance(15) {
		s.remoteShell(t, hub, h, "svc_deploy", "Test-Path C:\\inetpub; Get-HotFix")
	}
}

// planScanner plans the vulnerability scanner: ports, a few guessed passwords, and
// requests to web servers, all from the one host that may do so.
func (s *sim) planScanner() {
	scanner := s.w.byRole[scannerHost][0]
	ports := []int{22, 80, 135, 139, 443, 445, 1433, 3389, 5985, 8080}
	s.repeat(3*hour, 21*hour, 6*minute, 10*minute, func(t int64) {
		h := pick(s.r, s.w.hosts)
		for i, port := range ports {
			state := pick(s.r, []string{"REJ", "S0", "REJ", "SF"})
			s.connect(t+int64(i)*40*millisecond, flow{from: scanner.first, fromPort: scanner.nextPort(s.r), to: h.at(t), toPort: port, proto: "tcp", state: state, duration: 30 * millisecond})
		}
		if h.agent && s.r.chance(40) {
			for i, name := range []string{"administrator", "guest", "test", "scan"} {
				s.signIn(t+int64(i)*second, h, logon{user: name, kind: "3", from: scanner, status: "0xC0000064"})
			}
		}
	})
}

// planNoisyHosts plans the misconfigured: an expired service password, a search list
// that makes up names, legacy RC4, reputation lookups with long labels, a kiosk where
// many people mistype their passwords.
func (s *sim) planNoisyHosts() {
	app, legacy := s.w.byRole[appServer][0], s.w.byRole[appServer][1]
	dc := s.w.byRole[dcServer][0]
	s.habit(0, day, 90*second, 20*second, func(t int64) {
		s.signIn(t, dc, logon{user: "svc_report", kind: "3", from: app, status: badPassword})
	})
	s.habit(0, day, 4*minute, 2*minute, func(t int64) {
		s.kerberos(t, legacy, "svc_erp", s.w.spns[s.r.intn(2)], "0x17")
	})
	noisy := s.w.byRole[workstation][5]
	s.habit(noisy.on, noisy.off, 20*second, 20*second, func(t int64) {
		s.ask(t, noisy, query{name: s.r.letters(lower, 10) + "." + s.w.style.domain, kind: "A", code: "NXDOMAIN"})
	})
	mail := s.w.byRole[mailServer][0]
	s.habit(0, day, 45*second, 60*second, func(t int64) { s.reputation(t, mail) })
	for _, h := range s.w.byRole[workstation] {
		if s.r.chance(12) {
			s.habit(h.on, h.off, 9*minute, 6*minute, func(t int64) { s.reputation(t, h) })
		}
	}
	kiosk := s.w.byRole[workstation][9]
	s.repeat(max(kiosk.on, 7*hour), kiosk.off, 9*minute, 14*minute, func(t int64) {
		u := pick(s.r, s.w.users)
		s.signIn(t, dc, logon{user: u.name, kind: "3", from: kiosk, status: badPassword})
		s.signIn(t+15*second, kiosk, logon{user: u.name, kind: "2", from: kiosk})
	})
	s.planServerRoom()
}

// reputation asks a block list about a hash: long, unique labels without any intent.
func (s *sim) reputation(t int64, h *host) {
	name := s.r.letters(hexDigit, 40) + "." + s.r.letters(lowerNum, 12) + ".rep." + s.w.sites.vendors[3].name
	s.ask(t, h, query{name: name, kind: pick(s.r, []string{"A", "A", "TXT"}), answers: []string{"127.0.0." + strconv.Itoa(2+s.r.intn(8))}})
}

// planServerRoom plans what happens on servers: deployments that write web pages,
// exports of the registry, a test server whose log is cleared.
func (s *sim) planServerRoom() {
	for _, h := range s.w.byRole[webServer] {
		s.once(10*hour+s.r.int64n(6*hour), func(t int64) {
			deploy := s.run(t, h.base.services, `C:\Program Files\IIS\Microsoft Web Deploy V3\msdeploy.exe`, "msdeploy.exe -verb:sync -source:package=release.zip -dest:auto", "svc_deploy")
			for i := range int64(6) {
				s.write(t+second+i*200*millisecond, deploy, `C:\inetpub\wwwroot\`+s.r.letters(lower, 7)+`.aspx`)
			}
			s.run(t+20*second, h.base.w3wp, `C:\Windows\Microsoft.NET\Framework64\v4.0.30319\csc.exe`, `csc.exe /noconfig @"C:\Windows\Temp\`+s.r.letters(lowerNum, 8)+`.cmdline"`, "")
		})
	}
	app := s.w.byRole[appServer][2]
	s.once(9*hour+s.r.int64n(3*hour), func(t int64) {
		cmd := s.run(t, app.base.explorer, sys32+"cmd.exe", `cmd.exe /c C:\Tools\reset-test.cmd`, "svc_build")
		s.run(t+second, cmd, sys32+"wevtutil.exe", "wevtutil cl Application", "")
		s.run(t+2*second, cmd, sys32+"reg.exe", `reg export HKLM\SOFTWARE\Vendor C:\Tools\vendor.reg /y`, "")
		s.run(t+3*second, cmd, sys32+"sc.exe", "sc stop TestService", "")
	})
}
