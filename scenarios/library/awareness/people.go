package awareness

import "strconv"

// activity is how busy people are, by hour: a morning peak, a lunch dip, an afternoon
// peak and a long tail into the evening. In thousandths of the peak.
var activity = [25]int64{20, 15, 15, 15, 20, 40, 120, 380, 820, 1000, 980, 900, 560, 640, 920, 960, 880, 620, 300, 140, 80, 60, 40, 30, 20}

// busy returns the activity at a minute of the day, interpolated.
func busy(m int64) int64 {
	h, rest := m/60, m%60
	return (activity[h]*(60-rest) + activity[h+1]*rest) / 60
}

// actionsPerMinute is how many things a person starts in a peak minute, in thousandths.
const actionsPerMinute = 900

// people lets everybody at a workstation do something in a minute.
func (s *sim) people(m int64) {
	level := busy(m) * actionsPerMinute / 1000
	for _, kind := range []role{workstation, adminPC} {
		for _, h := range s.w.byRole[kind] {
			if t := m * minute; t < h.on || t > h.off {
				continue
			}
			for n := s.r.int64n(1000); n < level; n += 1000 {
				s.act(m*minute+s.r.int64n(minute), h)
			}
		}
	}
}

// act is one thing a person does.
func (s *sim) act(t int64, h *host) {
	switch n := s.r.intn(100); {
	case n < 40:
		s.browse(t, h)
	case n < 56:
		s.useProgram(t, h)
	case n < 70:
		s.useShare(t, h)
	case n < 84:
		s.readMail(t, h)
	case n < 93:
		s.useApplication(t, h)
	case n < 96:
		s.fetch(t, h)
	default:
		s.mistype(t, h)
	}
}

// browse opens a page: a popular site mostly, sometimes one nobody else visits.
func (s *sim) browse(t int64, h *host) {
	for range 1 + s.r.intn(3) {
		var to site
		switch n := s.r.intn(100); {
		case n < 78:
			to = s.w.sites.popular[s.r.skewed(len(s.w.sites.popular))]
		case n < 98:
			to = s.w.sites.tail(s.r.intn(tailSites))
		default:
			to = s.w.sites.fresh(s.r)
		}
		s.web(t, h, request{
			site: to, uri: s.path(), sent: s.r.heavy(700, 3), received: s.r.heavy(24_000, 6),
			cached: s.r.chance(55), proc: h.base.browser,
		})
		t += s.r.exp(2 * second)
	}
}

// path makes an ordinary request path.
func (s *sim) path() string {
	p := "/" + pick(s.r, nameTails) + "/" + pick(s.r, documentWords)
	if s.r.chance(40) {
		p += "?id=" + strconv.Itoa(s.r.intn(100_000))
	}
	return p
}

// program is something people start, with the files and libraries it touches.
type program struct {
	image, args string
	library     string
	file        string // written into the user's profile
}

// programs are what people open. %u stands for the user, %d for a document.
var programs = []program{
	{office + "WINWORD.EXE", ` /n "C:\Users\%u\Documents\%d.docx"`, office + "WWLIB.DLL", `\Documents\~$%d.docx`},
	{office + "EXCEL.EXE", ` "C:\Users\%u\Documents\%d.xlsx"`, office + "XLCALL32.DLL", `\Documents\%d.xlsx`},
	{office + "POWERPNT.EXE", ` "C:\Users\%u\Documents\%d.pptx"`, office + "PPCORE.DLL", ``},
	{`C:\Program Files\Adobe\Acrobat DC\Acrobat\Acrobat.exe`, ` "C:\Users\%u\Downloads\%d.pdf"`, ``, ``},
	{`C:\Program Files\7-Zip\7zFM.exe`, ` "C:\Users\%u\Downloads\%d.zip"`, `C:\Program Files\7-Zip\7z.dll`, `\Downloads\%d\%d.docx`},
	{sys32 + "notepad.exe", ` C:\Users\%u\Documents\%d.txt`, ``, `\Documents\%d.txt`},
	{sys32 + "SnippingTool.exe", ``, ``, `\Pictures\%d.png`},
	{sys32 + "rundll32.exe", ` C:\Windows\System32\shell32.dll,Control_RunDLL`, sys32 + "shell32.dll", ``},
	{sys32 + "rundll32.exe", ` printui.dll,PrintUIEntry /in /n \\print\floor2`, sys32 + "printui.dll", ``},
	{`C:\Program Files\Google\Chrome\Application\chrome.exe`, ` --type=renderer --lang=en`, ``, `\AppData\Local\Google\Chrome\User Data\Default\Cache\f_%d`},
	{`C:\Users\%u\AppData\Local\Programs\Meeting\meeting.exe`, ` --autostart`, `C:\Users\%u\AppData\Local\Programs\Meeting\ffmpeg.dll`, ``},
	{sys32 + "conhost.exe", ` 0xffffffff -ForceV1`, ``, ``},
}

// useProgram starts a program from the desktop.
func (s *sim) useProgram(t int64, h *host) {
	p := pick(s.r, programs)
	fill := s.filler(h)
	image := fill(p.image)
	started := s.run(t, h.base.explorer, image, `"`+image+`"`+fill(p.args), "")
	s.load(t+40*millisecond, started, sys32+pick(s.r, []string{"amsi.dll", "bcrypt.dll", "urlmon.dll", "winhttp.dll"}), true)
	if p.library != "" {
		s.load(t+90*millisecond, started, fill(p.library), true)
	}
	if p.file != "" {
		s.write(t+s.r.exp(20*second), started, `C:\Users\`+h.owner.name+fill(p.file))
	}
	if s.r.chance(25) {
		s.setValue(t+s.r.exp(3*second), started, `HKU\`+h.owner.sid+`\Software\Microsoft\Office\16.0\Common\Recent`, "Binary Data")
	}
	if s.r.chance(6) { // Defender looks at what was just started
		s.open(t+200*millisecond, s.defender(h), image, "0x1000")
	}
}

// useShare reads or writes files on a department's server.
func (s *sim) useShare(t int64, h *host) {
	servers := s.w.byRole[fileServer]
	to := servers[(h.id+s.r.intn(2))%len(servers)]
	as := ""
	if s.r.chance(30) {
		as = h.owner.name
		s.kerberos(t-40*millisecond, h, as, to.name+"$", "0x12")
	}
	sent, received := s.r.heavy(6_000, 6), s.r.heavy(60_000, 8)
	if s.r.chance(10) {
		sent, received = received, sent
	}
	s.smb(t, h, to, sent, received, as)
}

// readMail polls the mail server and now and then opens an attachment.
func (s *sim) readMail(t int64, h *host) {
	s.tcp(t, h, s.w.one(s.r, mailServer), 443, "ssl", s.r.heavy(2_500, 3), s.r.heavy(12_000, 6))
	if s.r.chance(6) {
		ending := pick(s.r, []string{".pdf", ".docx", ".xlsx", ".zip", ".png"})
		s.write(t+second, h.base.outlook, `C:\Users\`+h.owner.name+`\AppData\Local\Microsoft\Windows\INetCache\Content.Outlook\`+
			s.r.letters(base64ch[:26], 8)+`\`+s.document()+ending)
	}
}

// useApplication talks to an in-house application, as the user.
func (s *sim) useApplication(t int64, h *host) {
	to := s.w.one(s.r, appServer)
	s.kerberos(t-30*millisecond, h, h.owner.name, pick(s.r, s.w.spns), "0x12")
	s.tcp(t, h, to, 8443, "ssl", s.r.heavy(3_000, 4), s.r.heavy(20_000, 5))
}

// fetch downloads or uploads something of size: a video call, a file in the cloud.
func (s *sim) fetch(t int64, h *host) {
	to := s.w.sites.storage[0]
	if s.r.chance(8) { // a private account at another service, small things only
		to = pick(s.r, s.w.sites.storage[1:])
	}
	up, down := s.r.heavy(60_000, 5), s.r.heavy(900_000, 6)
	if to == s.w.sites.storage[0] && s.r.chance(12) {
		up = s.r.heavy(60_000_000, 4)
	}
	to.tls = true
	s.web(t, h, request{site: to, sent: up, received: down, proc: h.base.browser, cached: s.r.chance(50)})
}

// mistype is a wrong password, or a name that does not exist.
func (s *sim) mistype(t int64, h *host) {
	if s.r.chance(70) {
		s.ask(t, h, query{name: pick(s.r, nameHeads) + pick(s.r, nameTails) + s.r.letters(lower, 1) + ".example", kind: "A", code: "NXDOMAIN"})
		return
	}
	for n := range int64(1 + s.r.intn(2)) {
		s.signIn(t+n*7*second, s.w.byRole[dcServer][h.id%2], logon{user: h.owner.name, kind: "3", from: h, status: badPassword})
	}
	s.signIn(t+20*second, h, logon{user: h.owner.name, kind: "2", from: h})
}
