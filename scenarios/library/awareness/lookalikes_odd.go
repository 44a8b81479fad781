package awareness

import (
	"slices"
	"strings"
)

// ownProgram returns the path of a program that a user installed without an
// administrator: in the profile, where intruders also live.
func (s *sim) ownProgram(h *host) string {
	name := pick(s.r, nameHeads) + pick(s.r, nameTails)
	folder := pick(s.r, []string{`\AppData\Local\Programs\`, `\AppData\Local\`, `\AppData\Roaming\`})
	return `C:\Users\` + h.owner.name + folder + name + `\` + name + `.exe`
}

// oddJob is honest work that a rule on a command line or an event alone would report.
type oddJob struct {
	dept string // who does it; empty: anybody
	one  int    // one in so many hosts of the department, once a day
	run  func(s *sim, t int64, h *host)
}

// oddJobs are spread over the day and the departments.
var oddJobs = []oddJob{
	{"hr", 4, func(s *sim, t int64, h *host) {
		s.run(t, h.base.explorer, sys32+"cipher.exe", `cipher.exe /w:`+pick(s.r, []string{`D:\applicants`, `C:\Users\` + h.owner.name + `\applicants`}), "")
	}},
	{"support", 2, helpDesk}, {"engineering", 4, ownServer}, {"engineering", 5, partnerUpload}, {"engineering", 5, morningSync},
	{"engineering", 5, certificates}, {"marketing", 6, partnerUpload}, {"", 20, hiddenUpdater}, {"", 30, profileTask},
	{"", 28, curiousUser}, {"", 14, brokered},
	{"", 30, powerUser}, {"support", 6, sharedAccount}, {"", 60, profileScriptTask}, {"support", 7, listDirectory}, {"sales", 5, mailMerge}, {"logistics", 6, scannerScript}, {"finance", 8, closingArchive},
}

// planOddJobs draws for each host which of the odd jobs its user does today, and when.
func (s *sim) planOddJobs(h *host, sometime func() int64) {
	for _, job := range oddJobs {
		if (job.dept == "" || job.dept == h.dept) && s.r.intn(job.one) == 0 {
			s.once(sometime(), func(t int64) { job.run(s, t, h) })
		}
	}
}

// helpDesk looks up people and machines all day without being an administrator.
func helpDesk(s *sim, t int64, h *host) {
	cmd := s.run(t, h.base.explorer, sys32+"cmd.exe", "cmd.exe", "")
	s.run(t+9*second, cmd, sys32+"net.exe", "net user "+pick(s.r, s.w.users).name+" /domain", "")
	s.run(t+40*second, cmd, sys32+"systeminfo.exe", "systeminfo /s "+pick(s.r, s.w.byRole[workstation]).name, "")
	if s.r.chance(40) {
		s.run(t+70*second, cmd, sys32+"net.exe", `net group "VPN Users" /domain`, "")
	}
}

// ownServer is an engineer at work on the server of the team.
func ownServer(s *sim, t int64, h *host) {
	s.desktop(t, h, s.w.one(s.r, pick(s.r, []role{appServer, dbServer})), h.owner.name)
}

// partnerUpload hands a large file to a partner's own site, which nobody else visits.
func partnerUpload(s *sim, t int64, h *host) {
	to := s.w.sites.fresh(s.r)
	to.tls = true
	for i := range 1 + s.r.int64n(3) {
		s.web(t+i*2*minute, h, request{site: to, sent: s.r.heavy(110_000_000, 3), received: 40_000, proc: h.base.browser, cached: i > 0})
	}
}

// morningSync copies a project from the share.
func morningSync(s *sim, t int64, h *host) {
	for i := range 2 + s.r.int64n(5) {
		s.smb(t+i*minute, h, s.w.one(s.r, fileServer), 80_000, s.r.heavy(240_000_000, 3), h.owner.name)
	}
}

// certificates are converted with the same tool that decodes payloads.
func certificates(s *sim, t int64, h *host) {
	shell := s.run(t, h.base.explorer, psExe, "powershell.exe -NoExit", "")
	way := pick(s.r, []string{`-decode C:\Users\` + h.owner.name + `\certs\chain.pem C:\Users\` + h.owner.name + `\certs\chain.cer`,
		`-urlcache -f http://pki.` + s.w.style.domain + `/root.crl C:\Users\` + h.owner.name + `\root.crl`, `-verify chain.cer`})
	s.run(t+8*second, shell, sys32+"certutil.exe", "certutil "+way, "")
}

// hiddenUpdater is a program in the profile that updates itself through a hidden shell.
func hiddenUpdater(s *sim, t int64, h *host) {
	image := s.ownProgram(h)
	p := s.run(t, h.base.explorer, image, `"`+image+`" --check`, "")
	shell := s.run(t+3*second, p, psExe, `powershell.exe -NoProfile -WindowStyle Hidden -Command "Expand-Archive $env:TEMP\upd.zip -Force"`, "")
	s.write(t+6*second, shell, image+".new.exe")
	s.web(t+2*second, h, request{site: s.w.sites.tail(s.r.intn(tailSites)), uri: "/update", received: s.r.heavy(3_000_000, 3), proc: p})
}

// profileTask is a task that starts a program in the profile.
func profileTask(s *sim, t int64, h *host) {
	image := s.ownProgram(h)
	s.event(t, h, 4698, security, field{"SubjectUserName", h.owner.name}, field{"TaskName", `\` + pick(s.r, nameHeads) + `Update`},
		field{"TaskContent", `<Exec><Command>` + image + `</Command><Arguments>--silent</Arguments></Exec>`})
	s.setValue(t+2*second, h.base.explorer, `HKU\`+h.owner.sid+`\Software\Microsoft\Windows\CurrentVersion\Run\`+pick(s.r, nameTails), `"`+image+`"`)
}

// curiousUser types what an article recommends.
func curiousUser(s *sim, t int64, h *host) {
	cmd := s.run(t, h.base.explorer, sys32+"cmd.exe", "cmd.exe", "")
	for i, command := range []string{"ipconfig /all", "whoami /all", "systeminfo", "net user " + h.owner.name + " /domain", "nltest /dclist:" + s.w.style.domain} {
		if s.r.chance(60) {
			s.run(t+int64(i)*15*second, cmd, sys32+firstWord(command)+".exe", command, "")
		}
	}
}

// planOddServers plans the same for servers and for programs that run everywhere.
func (s *sim) planOddServers() {
	dc := s.w.byRole[dcServer][0]
	// The personnel application is no administrator, and yet it may create accounts.
	for range 2 { // new colleagues are entered by the personnel application
		s.once(8*hour+s.r.int64n(8*hour), func(t int64) {
			s.createAccount(t, dc, "svc_hrapp", pick(s.r, firstNames)+"."+pick(s.r, lastNames), "All Staff")
		})
	}
	for _, h := range slices.Concat(s.w.byRole[appServer], s.w.byRole[dbServer], s.w.byRole[fileServer]) {
		if s.r.chance(15) { // a driver installs itself from a temporary folder
			s.once(hour+s.r.int64n(20*hour), func(t int64) { s.temporaryService(t, h) })
		}
	}
	for _, h := range s.w.byRole[webServer] {
		if s.r.chance(30) { // a form is published and filled in
			s.once(9*hour+s.r.int64n(8*hour), func(t int64) { s.newForm(t, h) })
		}
		if s.r.chance(50) { // an editor changes a template in the content management system
			s.once(9*hour+s.r.int64n(8*hour), func(t int64) {
				s.write(t, h.base.w3wp, `C:\inetpub\wwwroot\App_Themes\`+pick(s.r, nameTails)+`.ashx`)
			})
		}
	}
	for _, h := range s.w.hosts {
		if h.agent && h.id%4 == 0 { // a sensor that reads LSASS, for good reason
			sensor := *h.base.agent
			sensor.image = `C:\ProgramData\HostSensor\collector.exe`
			s.habit(h.on, h.off, 5*hour, hour, func(t int64) { s.open(t, &sensor, sys32+"lsass.exe", "0x1010") })
		}
		if h.owner != nil && h.id%60 == 7 { // a gadget that puts its identifiers into names
			zone := s.w.sites.fresh(s.r).name
			s.habit(h.on, h.off, 70*second, 50*second, func(t int64) {
				s.ask(t, h, query{name: s.r.letters(lowerNum, 22) + "." + zone, kind: "A", answers: []string{s.outsider().String()}})
			})
		}
	}
}

// newForm publishes a page through the web server's own process and lets visitors post
// to it: on disk and on the wire this is what a web shell looks like.
func (s *sim) newForm(t int64, h *host) {
	page := pick(s.r, documentWords) + s.r.letters(lowerNum, 2) + ".aspx"
	s.write(t, h.base.w3wp, `C:\inetpub\wwwroot\forms\`+page)
	for i := range 3 + s.r.int64n(20) {
		s.inbound(t+i*7*minute, s.outsider(), h, request{site: site{name: "www." + s.w.style.domain}, method: "POST", uri: "/forms/" + page, sent: s.r.heavy(700, 3), received: s.r.heavy(2_000, 3)})
	}
}

// temporaryService installs a service from a temporary folder under a random name, as
// some drivers do; a remote execution tool leaves the same event 7045.
func (s *sim) temporaryService(t int64, h *host) {
	name := s.r.letters(lower, 7)
	path := `C:\Windows\Temp\` + name + `\` + name + `.exe`
	s.write(t, s.run(t-second, h.base.agent, sys32+"msiexec.exe", `msiexec.exe /i C:\Windows\ccmcache\drv.msi /qn`, ""), path)
	s.event(t+second, h, 7045, systemCh, field{"ServiceName", name}, field{"ImagePath", path}, field{"AccountName", "LocalSystem"})
	s.run(t+2*second, h.base.services, path, path+" --install", `NT AUTHORITY\SYSTEM`)
}

// firstWord returns the program of a command line.
func firstWord(s string) string {
	word, _, _ := strings.Cut(s, " ")
	return word
}

// mailMerge is a macro that everybody in sales uses; it starts a script of its own.
func mailMerge(s *sim, t int64, h *host) {
	attachment := `C:\Users\` + h.owner.name + `\AppData\Local\Microsoft\Windows\INetCache\Content.Outlook\` + s.r.letters(base64ch[:26], 8) + `\offers.docm`
	s.write(t, h.base.outlook, attachment)
	word := s.run(t+8*second, h.base.outlook, office+"WINWORD.EXE", `"`+office+`WINWORD.EXE" /n "`+attachment+`"`, h.owner.name)
	s.run(t+25*second, word, sys32+"wscript.exe", `wscript.exe "C:\Program Files\SalesKit\merge.vbs" /quiet`, "")
}

// scannerScript is a script of the user's own that runs from the desktop.
func scannerScript(s *sim, t int64, h *host) {
	s.run(t, h.base.explorer, sys32+"wscript.exe", `wscript.exe "C:\Users\`+h.owner.name+`\Desktop\labels.`+pick(s.r, []string{"vbs", "js"})+`"`, "")
}

// closingArchive is the month's books, locked and put where the auditors fetch them.
func closingArchive(s *sim, t int64, h *host) {
	s.run(t, h.base.explorer, `C:\Program Files\7-Zip\7z.exe`, `7z.exe a -mhe=on -pAudit`+s.r.letters("0123456789", 4)+` C:\ProgramData\audit\`+s.document()+`.7z D:\ledger`, "")
}

// brokered starts what people look up in the settings, through the same broker that
// intruders use to hide a parent.
func brokered(s *sim, t int64, h *host) {
	command := pick(s.r, []string{"systeminfo.exe", "ipconfig.exe /all", "whoami.exe /all", "hostname.exe"})
	s.run(t, h.base.svchost, sys32+firstWord(command), command, h.owner.name)
}

// powerUser starts a hidden script of the user's own and keeps it in a run key.
func powerUser(s *sim, t int64, h *host) {
	script := `C:\Users\` + h.owner.name + `\` + pick(s.r, []string{"bin", "scripts", `AppData\Local\tools`}) + `\` + pick(s.r, nameTails) + s.r.letters(lower, 2) + `.ps1`
	p := s.run(t, h.base.explorer, psExe, `powershell.exe -WindowStyle Hidden -File `+script, "")
	if s.r.chance(50) {
		s.setValue(t+minute, p, `HKU\`+h.owner.sid+`\Software\Microsoft\Windows\CurrentVersion\Run\`+pick(s.r, nameTails), `powershell.exe -WindowStyle Hidden -File `+script)
	}
	to := s.w.sites.fresh(s.r)
	s.repeat(t+minute, h.off, 6*minute, 3*minute, func(t int64) { // it looks after a page
		s.web(t, h, request{site: to, uri: "/feed", sent: 300, received: s.r.heavy(6_000, 3), proc: p, cached: s.r.chance(80), agent: "Mozilla/5.0 (Windows NT; Windows NT 10.0) WindowsPowerShell/5.1"})
	})
}

// sharedAccount is a support engineer who signs in on a server with the team's account.
func sharedAccount(s *sim, t int64, h *host) {
	s.desktop(t, h, s.w.one(s.r, appServer), "adm_support")
}

// profileScriptTask is a reminder that somebody built with the task scheduler.
func profileScriptTask(s *sim, t int64, h *host) {
	s.event(t, h, 4698, security, field{"SubjectUserName", h.owner.name}, field{"TaskName", `\Reminder`},
		field{"TaskContent", `<Exec><Command>wscript.exe "C:\Users\` + h.owner.name + `\reminder.vbs"</Command></Exec>`})
}

// listDirectory is the help desk's list of everybody.
func listDirectory(s *sim, t int64, h *host) {
	cmd := s.run(t, h.base.explorer, sys32+"cmd.exe", `cmd.exe /c C:\Users\Public\lists.bat`, "")
	s.run(t+second, cmd, sys32+"net.exe", "net user /domain", "")
}
