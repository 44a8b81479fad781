package awareness

// roastChain: tickets for every service account are requested in RC4 to be cracked
// offline; a cracked account then opens a server and, in some variants, the directory.
func roastChain(c *chain) {
	s, h := c.s, c.victim()
	var shell *process
	c.do("T1059.001", h, func(t int64) {
		shell = s.run(t, h.base.explorer, psExe, `powershell.exe -nop -exec bypass -w hidden -c "IEX(gc C:\Users\Public\`+c.r.letters(lower, 5)+`.txt -raw)"`, "")
	})
	get := func() *process { return shell }
	c.wait(2, 12)
	c.look(h, get, "T1087.002", "T1482")
	c.wait(3, 20)
	number, gap := 4+c.r.intn(12), c.r.between(1, 240)*second
	// Few tickets, far apart, stay below any threshold that old applications allow.
	if c.quiet {
		number, gap = 4+c.r.intn(3), c.r.between(4, 12)*minute
	}
	c.do("T1558.003", h, func(t int64) {
		for i := range number {
			s.kerberos(t+int64(i)*gap, h, h.owner.name, s.w.spns[i%len(s.w.spns)], "0x17")
		}
	})
	// The accounts' passwords are guessed elsewhere; nothing of that is in the logs.
	c.wait(60, 150)
	account, target := pick(c.r, s.w.svc).name, c.server(dbServer)
	c.do("T1078.002", target, func(t int64) {
		s.signIn(t, target, logon{user: account, kind: "3", from: h})
		s.signIn(t+3*second, target, logon{user: account, kind: "3", from: h})
	})
	c.pause(2, 9)
	c.do("T1021.001", target, func(t int64) { s.desktop(t, h, target, account) })
	c.wait(10, 40)
	// With enough rights the directory itself is copied, from the first machine.
	if c.variant(3) == 1 {
		c.dcSync(h, account)
		return
	}
	c.dumpSAM(target, func() *process { return target.base.explorer })
}

// dcSync asks a domain controller for everybody's secrets, as a replica would.
func (c *chain) dcSync(h *host, account string) {
	s, dc := c.s, c.s.w.byRole[dcServer][0]
	c.do("T1003.006", h, func(t int64) {
		for i := range 2 + c.r.int64n(3) {
			s.tcp(t+i*2*second, h, dc, 49155, "dce_rpc", c.r.between(6_000, 20_000), c.r.between(200_000, 900_000))
			s.replication(t+i*2*second+second, dc, account, h)
		}
	})
}

// dumpSAM saves the local password hives (T1003.002).
func (c *chain) dumpSAM(h *host, proc func() *process) {
	s, out := c.s, c.hideout(h, "")
	c.do("T1003.002", h, func(t int64) {
		s.run(t, proc(), sys32+"reg.exe", `reg.exe save HKLM\SAM `+out+`.s /y`, "")
		s.run(t+3*second, proc(), sys32+"reg.exe", `reg.exe save HKLM\SYSTEM `+out+`.t /y`, "")
	})
}

// sprayChain: one password is tried on many accounts until one opens; the intruder
// then makes an account and gives it rights.
func sprayChain(c *chain) {
	s, h := c.s, c.victim()
	c.t = c.r.between(6*hour, 14*hour)
	c.t = max(c.t, h.on+10*minute)
	dc := s.w.byRole[dcServer][h.id%2]
	number, gap := 14+c.r.intn(26), c.r.between(2, 150)*second
	// One try in several minutes looks like the kiosk where people mistype.
	if c.quiet {
		number, gap = 10+c.r.intn(8), c.r.between(5, 9)*minute
	}
	found := pick(c.r, s.w.users).name
	c.do("T1110.003", h, func(t int64) {
		for i := range number {
			name := s.w.users[(i*7+h.id)%len(s.w.users)].name
			s.connect(t+int64(i)*gap-millisecond, flow{from: h.at(t), fromPort: h.nextPort(s.r), to: dc.first, toPort: 88, proto: "tcp", service: "krb_tcp", duration: 4 * millisecond, sent: 260, received: 230})
			s.signIn(t+int64(i)*gap, dc, logon{user: name, kind: "3", from: h, status: badPassword})
		}
	})
	c.t += int64(number) * gap
	c.pause(20, 200)
	target := c.server(appServer)
	c.do("T1078.002", target, func(t int64) {
		s.signIn(t, dc, logon{user: found, kind: "3", from: h})
		s.signIn(t+4*second, target, logon{user: found, kind: "3", from: h})
	})
	c.pause(5, 60)
	c.do("T1021.001", target, func(t int64) { s.desktop(t, h, target, found) })
	c.wait(2, 12)
	var shell *process
	get := func() *process { return shell }
	c.do("T1059.003", target, func(t int64) {
		shell = s.run(t, target.base.explorer, sys32+"cmd.exe", `cmd.exe /k "cd C:\Users\Public"`, found)
	})
	c.pause(20, 90)
	c.look(target, get, "T1087.002", "T1069.002")
	c.wait(5, 30)
	// The new account is made and promoted on the domain controller that logs it.
	account := "svc_" + pick(c.r, nameTails)
	c.do("T1136.002", dc, func(t int64) {
		s.run(t-2*second, get(), sys32+"net.exe", "net user "+account+" /add /domain", "")
		s.event(t, dc, 4720, security, field{"SubjectUserName", found}, field{"TargetUserName", account})
	})
	c.pause(10, 90)
	c.do("T1098", dc, func(t int64) {
		s.event(t, dc, 4728, security, field{"SubjectUserName", found}, field{"MemberName", "CN=" + account}, field{"TargetUserName", pick(c.r, []string{"Domain Admins", "Backup Operators"})})
	})
}

// remoteChain: the means of remote management, used from a machine that manages
// nothing, end at the directory's database.
func remoteChain(c *chain) {
	s, h := c.s, c.victim("engineering", "support", "logistics")
	as := pick(c.r, s.w.byRole[adminPC]).owner.name
	c.do("T1059.001", h, func(t int64) {
		s.run(t, h.base.explorer, psExe, `powershell.exe -nop -w hidden -c "$c=Get-Credential; Enter-PSSession"`, "")
	})
	c.wait(3, 20)
	first := c.server(appServer)
	var far *process
	c.do("T1047", first, func(t int64) {
		s.tcp(t, h, first, 135, "dce_rpc", 2_400, 3_000)
		s.signIn(t+300*millisecond, first, logon{user: as, kind: "3", from: h})
		far = s.run(t+second, first.base.wmi, sys32+"cmd.exe", `cmd.exe /Q /c cd \ 1> \\127.0.0.1\ADMIN$\__`+c.r.letters("0123456789", 10)+` 2>&1`, as)
	})
	c.pause(20, 120)
	c.look(first, func() *process { return far }, "T1033", "T1016")
	c.wait(4, 20)
	c.dumpSAM(first, func() *process { return far })
	c.wait(10, 60)
	dc := s.w.byRole[dcServer][1]
	var shell *process
	c.do("T1021.006", dc, func(t int64) { shell = s.remoteShell(t, h, dc, as, "Get-ChildItem C:\\") })
	c.wait(2, 15)
	out := `C:\Windows\Temp\` + c.r.letters(lower, 6)
	way := c.variant(3)
	c.do("T1003.003", dc, func(t int64) {
		if way == 1 {
			s.run(t, shell, sys32+"ntdsutil.exe", `ntdsutil.exe "ac i ntds" "ifm" "create full `+out+`" q q`, "")
			s.write(t+8*second, shell, out+`\Active Directory\ntds.dit`)
			return
		}
		s.run(t, shell, sys32+"vssadmin.exe", "vssadmin create shadow /for=C:", "")
		s.run(t+6*second, shell, sys32+"cmd.exe", `cmd.exe /c copy \\?\GLOBALROOT\Device\HarddiskVolumeShadowCopy3\Windows\NTDS\ntds.dit `+out, "")
		s.write(t+9*second, shell, out)
	})
}
