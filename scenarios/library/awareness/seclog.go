package awareness

// field is one named value of a Security or System event.
type field struct{ name, value string }

// event logs a Security event with the given fields.
func (s *sim) event(t int64, h *host, id int64, channel string, fields ...field) {
	if !h.agent {
		return
	}
	e := s.hostHead(t, h, id, channel)
	for _, f := range fields {
		e.str(f.name, f.value)
	}
	s.out.end(t, hostLog)
}

// logon is one attempt to sign in on a host.
type logon struct {
	user   string
	kind   string // 2 interactive, 3 network, 4 batch, 5 service, 10 remote desktop
	from   *host
	source addr // instead of from, for machines outside
	status string
}

// signIn logs 4624, or 4625 where the attempt carries a failure status.
func (s *sim) signIn(t int64, on *host, l logon) {
	source := l.source
	name := "-"
	if l.from != nil {
		source, name = l.from.at(t), l.from.name
	}
	id := int64(4624)
	fields := []field{
		{"TargetUserName", l.user}, {"TargetDomainName", s.w.style.netbios}, {"LogonType", l.kind},
		{"IpAddress", source.String()}, {"WorkstationName", name}, {"AuthenticationPackageName", "Kerberos"},
	}
	if l.status != "" {
		id = 4625
		fields = append(fields, field{"SubStatus", l.status})
	}
	s.event(t, on, id, security, fields...)
}

const badPassword = "0xC000006A"

// kerberos logs a service ticket request on a domain controller and its connection.
// Encryption 0x12 is AES-256, 0x17 is RC4.
func (s *sim) kerberos(t int64, from *host, as, service, encryption string) {
	dc := s.w.byRole[dcServer][from.id%2]
	s.connect(t, flow{from: from.at(t), fromPort: from.nextPort(s.r), to: dc.first, toPort: 88, proto: "tcp",
		service: "krb_tcp", duration: s.r.between(2*millisecond, 30*millisecond), sent: 1500, received: 1600})
	s.event(t+millisecond, dc, 4769, security,
		field{"TargetUserName", as + "@" + s.w.style.domain}, field{"ServiceName", service},
		field{"TicketEncryptionType", encryption}, field{"IpAddress", "::ffff:" + from.at(t).String()}, field{"Status", "0x0"})
}

// smb logs a file sharing connection and, now and then, the sign-in it needs.
func (s *sim) smb(t int64, from, to *host, sent, received int64, as string) {
	s.connect(t, flow{from: from.at(t), fromPort: from.nextPort(s.r), to: to.at(t), toPort: 445, proto: "tcp", service: "smb,gssapi",
		duration: s.r.heavy(4*second, 4) + (sent+received)/40, sent: sent + 2000, received: received + 2400})
	if as != "" {
		s.signIn(t+30*millisecond, to, logon{user: as, kind: "3", from: from})
	}
}

// tcp logs a plain connection between two hosts.
func (s *sim) tcp(t int64, from, to *host, port int, service string, sent, received int64) {
	s.connect(t, flow{from: from.at(t), fromPort: from.nextPort(s.r), to: to.at(t), toPort: port, proto: "tcp", service: service,
		duration: s.r.heavy(300*millisecond, 5) + (sent+received)/50, sent: sent, received: received})
}
