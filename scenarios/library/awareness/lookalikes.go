package awareness

import "strconv"

// planTelemetry gives programs their regular calls home. Most are shared by many hosts;
// some exist on one host only, which makes them look like a beacon.
func (s *sim) planTelemetry() {
	for _, h := range s.w.pcs() {
		for range 2 {
			to := s.w.sites.vendors[s.r.skewed(len(s.w.sites.vendors))]
			s.callHome(h, to, `C:\Program Files\Common Files\Updater\update.exe`, s.r.wait(15, 70))
		}
		if s.r.chance(6) {
			to := s.w.sites.fresh(s.r)
			s.callHome(h, to, `C:\Users\`+h.owner.name+`\AppData\Local\`+pick(s.r, nameTails)+`\`+pick(s.r, nameTails)+`.exe`, s.r.wait(2, 9))
		}
		if s.r.chance(30) {
			s.callHome(h, s.w.sites.chat, h.base.browser.image, 5*minute)
		}
	}
}

// callHome plans the calls of one program. The period is even, the size nearly constant,
// and some programs live in the profile: only their origin and their age are honest.
func (s *sim) callHome(h *host, to site, image string, every int64) {
	p := &process{host: h, guid: newGUID(s.r, h), pid: h.nextPID(s.r), image: image, command: image, user: h.owner.name, reported: image != h.base.browser.image}
	s.habit(h.on, h.off, every, every/20+second, func(t int64) {
		s.web(t, h, request{site: to, uri: "/v2/check", sent: s.r.heavy(800, 2), received: s.r.heavy(1500, 2), proc: p, cached: s.r.chance(60), agent: "updater/3.1"})
	})
}

// planLookalikes plans honest work that resembles each intrusion.
func (s *sim) planLookalikes() {
	for _, h := range s.w.byRole[adminPC] {
		s.repeat(max(h.on, 7*hour)+s.r.wait(5, 60), h.off, s.r.wait(25, 60), 30*minute, func(t int64) { s.administer(t, h) })
	}
	for i, h := range s.w.byRole[workstation] {
		s.planOfficeWork(i, h)
	}
	s.planManagement()
	s.planScanner()
	s.planNoisyHosts()
	s.planOddServers()
}

// administer is one thing an administrator does, with the tools intruders like.
func (s *sim) administer(t int64, h *host) {
	target := s.w.one(s.r, pick(s.r, []role{appServer, fileServer, dbServer, webServer}))
	shell := s.run(t, h.base.explorer, psExe, "powershell.exe", "")
	t += s.r.exp(20 * second)
	switch s.r.intn(10) {
	case 0:
		s.psexec(t, shell, target)
	case 1:
		s.remoteShell(t, h, target, h.owner.name, "Get-Service | Where-Object Status -eq Stopped")
	case 2:
		s.run(t, shell, sys32+"net.exe", `net group "Domain Admins" /domain`, "")
		s.run(t+20*second, shell, sys32+"nltest.exe", "nltest /dclist:"+s.w.style.domain, "")
	case 3:
		s.desktop(t, s.w.byRole[jumpHost][0], target, h.owner.name)
	case 4:
		s.createAccount(t, s.w.byRole[dcServer][0], h.owner.name, pick(s.r, firstNames)+"."+pick(s.r, lastNames), "VPN Users")
	case 5:
		s.run(t, shell, sys32+"schtasks.exe", `schtasks /create /tn "IT\Cleanup" /tr "C:\Tools\cleanup.cmd" /sc weekly /s `+target.name, "")
	case 6:
		s.run(t, shell, sys32+"certutil.exe", `certutil -hashfile C:\Tools\`+s.document()+`.exe SHA256`, "")
		s.write(t+30*second, shell, `C:\Tools\`+s.document()+`.exe`)
	case 8:
		s.run(t, shell, `C:\Tools\sdelete64.exe`, `sdelete64.exe -p 1 -s C:\Tools\staging`, "")
	case 7:
		s.run(t, shell, sys32+"systeminfo.exe", "systeminfo /s "+target.name, "")
		s.open(t+9*second, s.run(t+8*second, h.base.explorer, sys32+"Taskmgr.exe", `"C:\Windows\System32\Taskmgr.exe" /4`, ""), sys32+"lsass.exe", "0x1400")
	default:
		s.run(t, shell, psExe, "powershell.exe -NoProfile -ExecutionPolicy Bypass -EncodedCommand "+s.r.letters(base64ch, 120), "")
		s.run(t+9*second, shell, sys32+"wevtutil.exe", "wevtutil qe System /c:50 /rd:true /f:text", "")
	}
}

// psexec is remote execution by PsExec as administrators use it.
func (s *sim) psexec(t int64, shell *process, target *host) {
	from := shell.host
	s.run(t, shell, `C:\Tools\PsExec.exe`, `PsExec.exe \\`+target.name+` -s cmd.exe`, "")
	s.smb(t+300*millisecond, from, target, 380_000, 4_000, from.owner.name)
	s.write(t+500*millisecond, target.base.system, `C:\Windows\PSEXESVC.exe`)
	s.event(t+700*millisecond, target, 7045, systemCh, field{"ServiceName", "PSEXESVC"}, field{"ImagePath", `%SystemRoot%\PSEXESVC.exe`}, field{"AccountName", "LocalSystem"})
	svc := s.run(t+second, target.base.services, `C:\Windows\PSEXESVC.exe`, `C:\Windows\PSEXESVC.exe`, `NT AUTHORITY\SYSTEM`)
	s.run(t+1200*millisecond, svc, sys32+"cmd.exe", `"cmd.exe"`, "")
}

// remoteShell is PowerShell remoting.
func (s *sim) remoteShell(t int64, from, target *host, as, command string) *process {
	s.tcp(t, from, target, 5985, "http", s.r.heavy(9_000, 2), s.r.heavy(20_000, 3))
	s.signIn(t+100*millisecond, target, logon{user: as, kind: "3", from: from})
	host := s.run(t+400*millisecond, target.base.svchost, sys32+"wsmprovhost.exe", sys32+"wsmprovhost.exe -Embedding", as)
	return s.run(t+900*millisecond, host, psExe, "powershell.exe -Version 5.1 -s -NoLogo -Command "+command, as)
}

// desktop is a remote desktop session.
func (s *sim) desktop(t int64, from, target *host, as string) {
	s.connect(t, flow{from: from.at(t), fromPort: from.nextPort(s.r), to: target.at(t), toPort: 3389, proto: "tcp", service: "rdp",
		duration: s.r.heavy(12*minute, 2), sent: s.r.heavy(900_000, 3), received: s.r.heavy(12_000_000, 3)})
	s.signIn(t+3*second, target, logon{user: as, kind: "10", from: from})
	s.run(t+8*second, target.base.services, sys32+"rdpclip.exe", "rdpclip", as)
}

// createAccount logs the creation of an account and its membership of a group.
func (s *sim) createAccount(t int64, dc *host, by, name, group string) {
	s.event(t, dc, 4720, security, field{"SubjectUserName", by}, field{"TargetUserName", name})
	s.event(t+12*second, dc, 4728, security, field{"SubjectUserName", by}, field{"MemberName", "CN=" + name}, field{"TargetUserName", group})
}

// planOfficeWork gives departments their odd habits.
func (s *sim) planOfficeWork(i int, h *host) {
	start := max(h.on, 7*hour)
	sometime := func() int64 { return start + s.r.int64n(max(h.off, start+hour)-start) }
	switch {
	case h.dept == "finance" && i%2 == 0: // a workbook that refreshes itself through a script
		for range 2 {
			s.once(sometime(), func(t int64) { s.refreshWorkbook(t, h) })
		}
	case h.dept == "marketing": // large uploads to the sanctioned service, large reads from shares
		s.once(sometime(), func(t int64) {
			s.smb(t, h, s.w.one(s.r, fileServer), 60_000, s.r.heavy(700_000_000, 2), h.owner.name)
			s.web(t+s.r.wait(20, 90), h, request{site: s.w.sites.storage[0], sent: s.r.heavy(500_000_000, 2), received: 60_000, proc: h.base.browser})
		})
	case h.dept == "engineering" && i%3 == 0: // builds, archives, tools fetched by script
		s.once(sometime(), func(t int64) { s.build(t, h) })
	case h.dept == "legal" && i%3 == 0: // password-protected archives for a partner
		s.once(sometime(), func(t int64) {
			s.run(t, h.base.explorer, `C:\Program Files\7-Zip\7z.exe`, `7z.exe a -pPartner2026 "C:\Users\`+h.owner.name+`\Documents\`+s.document()+`.7z" "C:\Users\`+h.owner.name+`\Documents\dossier"`, "")
		})
	case h.dept == "logistics" && i%4 == 0: // an old intranet application
		s.once(sometime(), func(t int64) {
			s.run(t, h.base.explorer, sys32+"mshta.exe", `mshta.exe \\`+s.w.byRole[appServer][0].name+`\apps\orders.hta`, "")
		})
	}
	s.planOddJobs(h, sometime)
	if i%9 == 0 {
		s.once(sometime(), func(t int64) { s.installSoftware(t, h) })
	}
}

// refreshWorkbook is a spreadsheet that starts a shell and a script on a share. All of
// finance does it with the same words, which is what tells it from a macro virus.
func (s *sim) refreshWorkbook(t int64, h *host) {
	excel := s.run(t, h.base.explorer, office+"EXCEL.EXE", `"`+office+`EXCEL.EXE" "\\`+s.w.byRole[fileServer][0].name+`\finance\ledger.xlsm"`, "")
	cmd := s.run(t+8*second, excel, sys32+"cmd.exe", `cmd.exe /c \\`+s.w.byRole[fileServer][0].name+`\finance\refresh.cmd`, "")
	s.run(t+9*second, cmd, psExe, `powershell.exe -ExecutionPolicy Bypass -File \\`+s.w.byRole[fileServer][0].name+`\finance\refresh.ps1`, "")
	s.tcp(t+10*second, h, s.w.byRole[dbServer][0], 1433, "", 9_000, s.r.heavy(400_000, 3))
}

// build is an engineer's afternoon: a tool fetched by script, an archive, a flood of new
// files, and a command that deletes without asking.
func (s *sim) build(t int64, h *host) {
	shell := s.run(t, h.base.explorer, psExe, "powershell.exe -NoExit", "")
	script := s.run(t+4*second, shell, psExe, `powershell.exe -Command Invoke-WebRequest -Uri http://`+s.w.byRole[appServer][0].name+`/tools/setup.exe -OutFile C:\Users\`+h.owner.name+`\tools\setup.exe`, "")
	s.write(t+6*second, script, `C:\Users\`+h.owner.name+`\tools\setup.exe`)
	s.run(t+20*second, shell, `C:\Program Files\7-Zip\7z.exe`, `7z.exe a C:\build\`+s.document()+`.7z C:\build\out`, "")
	s.run(t+25*second, shell, sys32+"cmd.exe", `cmd.exe /c del /f /q C:\build\out\*.obj`, "")
	for i := range int64(60) { // object files come fast, as encrypted ones do
		s.write(t+30*second+i*300*millisecond, shell, `C:\build\out\`+s.r.letters(lower, 6)+`.obj`)
	}
}

// installSoftware leaves a service, a task, a run key and a library registration.
func (s *sim) installSoftware(t int64, h *host) {
	setup := s.run(t, h.base.explorer, `C:\Users\`+h.owner.name+`\Downloads\setup-`+s.document()+`.exe`, `setup.exe /S`, "")
	name := pick(s.r, nameHeads) + pick(s.r, nameTails)
	s.write(t+4*second, setup, `C:\Program Files\`+name+`\`+name+`.exe`)
	s.run(t+6*second, setup, sys32+"regsvr32.exe", `regsvr32.exe /s "C:\Program Files\`+name+`\`+name+`.dll"`, "")
	s.setValue(t+7*second, setup, `HKU\`+h.owner.sid+`\Software\Microsoft\Windows\CurrentVersion\Run\`+name, `"C:\Program Files\`+name+`\`+name+`.exe" --tray`)
	s.run(t+8*second, setup, sys32+"schtasks.exe", `schtasks /create /f /tn "`+name+` Update" /tr "C:\Program Files\`+name+`\update.exe" /sc hourly`, "")
	s.event(t+9*second, h, 4698, security, field{"SubjectUserName", h.owner.name}, field{"TaskName", `\` + name + ` Update`},
		field{"TaskContent", `<Exec><Command>C:\Program Files\` + name + `\update.exe</Command></Exec>`})
	if s.r.chance(30) { // a program of the user's own starts from the profile
		path := s.ownProgram(h)
		s.setValue(t+7*second, setup, `HKU\`+h.owner.sid+`\Software\Microsoft\Windows\CurrentVersion\Run\`+name+"Tray", `"`+path+`" --background`)
	}
	if s.r.chance(40) {
		s.run(t+10*second, setup, sys32+"bitsadmin.exe", `bitsadmin /transfer `+strconv.Itoa(s.r.intn(999))+` /download https://`+s.w.sites.vendors[2].name+`/`+name+`.cab C:\ProgramData\`+name+`.cab`, "")
	}
}
