package awareness

// uidAlphabet is base 62 in Zeek's order.
const uidAlphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

// flow is one connection as Zeek would log it. Times are microseconds.
type flow struct {
	from, to         addr
	fromPort, toPort int
	proto, service   string
	duration         int64
	sent, received   int64 // payload bytes of originator and responder
	state            string
}

// uid makes Zeek's connection identifier: a C and 17 characters.
func (s *sim) uid() string {
	b := make([]byte, 18)
	b[0] = 'C'
	z := s.r.next()
	for i := 1; i < len(b); i++ {
		if i == 9 {
			z = s.r.next()
		}
		b[i] = uidAlphabet[z%62]
		z /= 62
	}
	return string(b)
}

// head writes the fields every Zeek log starts with.
func (s *sim) head(e *encoder, t int64, uid string, f *flow) {
	e.seconds("ts", s.out.start+t)
	e.str("uid", uid)
	e.addr("id.orig_h", f.from)
	e.int("id.orig_p", int64(f.fromPort))
	e.addr("id.resp_h", f.to)
	e.int("id.resp_p", int64(f.toPort))
}

// history tells the packets' story per connection state, as Zeek's history field.
var history = map[string]string{
	"SF": "ShADadFf", "S0": "S", "REJ": "Sr", "RSTO": "ShADadR", "RSTR": "ShADadr", "S1": "ShADad", "OTH": "Cc",
}

// connect logs one connection and returns its uid.
func (s *sim) connect(t int64, f flow) string {
	if f.state == "" {
		f.state = "SF"
	}
	uid := s.uid()
	e := s.out.begin()
	s.head(e, t, uid, &f)
	e.str("proto", f.proto)
	if f.service != "" {
		e.str("service", f.service)
	}
	if f.state != "S0" && f.state != "REJ" {
		e.seconds("duration", f.duration)
		e.int("orig_bytes", f.sent)
		e.int("resp_bytes", f.received)
	}
	e.str("conn_state", f.state)
	e.bool("local_orig", f.from.internal())
	e.bool("local_resp", f.to.internal())
	if f.proto == "udp" {
		e.str("history", "Dd")
	} else {
		e.str("history", history[f.state])
	}
	e.int("orig_pkts", packets(f.sent, f.state))
	e.int("resp_pkts", packets(f.received, f.state))
	s.out.end(t, connLog)
	return uid
}

// packets estimates the packets that carry so many bytes, with the handshake's.
func packets(payload int64, state string) int64 {
	if state == "S0" || state == "REJ" {
		return 1
	}
	return payload/1380 + 3
}

// query is one DNS question with its answer.
type query struct {
	name, kind, code string
	answers          []string
	asked, answered  int64 // payload bytes
}

// ask logs a DNS query from a host to one of the resolvers.
func (s *sim) ask(t int64, h *host, q query) {
	if q.code == "" {
		q.code = "NOERROR"
	}
	if q.asked == 0 {
		q.asked, q.answered = int64(len(q.name)+18), int64(len(q.name)+34+16*len(q.answers))
	}
	resolver := s.w.byRole[dnsServer][h.id%2]
	f := flow{from: h.at(t), fromPort: h.nextPort(s.r), to: resolver.first, toPort: 53, proto: "udp", service: "dns",
		duration: s.r.between(300, 40_000), sent: q.asked, received: q.answered}
	uid := s.connect(t, f)
	e := s.out.begin()
	s.head(e, t, uid, &f)
	e.str("proto", "udp")
	e.int("trans_id", s.r.int64n(65536))
	e.str("query", q.name)
	e.str("qtype_name", q.kind)
	e.str("rcode_name", q.code)
	if len(q.answers) > 0 {
		e.strs("answers", q.answers...)
	}
	s.out.end(t, dnsLog)
}

// resolve logs the lookup of an address.
func (s *sim) resolve(t int64, h *host, name string, answer addr) {
	s.ask(t, h, query{name: name, kind: "A", answers: []string{answer.String()}})
}

// request is one HTTP exchange, or a TLS connection when only its size shows.
type request struct {
	site           site
	method, uri    string
	agent          string
	status         int64
	sent, received int64
	duration       int64
	cached         bool // the name is known already: no DNS query
	proc           *process
	selfSigned     bool
	port           int
}

// web logs a web request of a host: the lookup, the connection, and what Zeek can see.
func (s *sim) web(t int64, h *host, q request) {
	if !q.cached {
		s.resolve(t-s.r.between(2*millisecond, 60*millisecond), h, q.site.name, q.site.addr)
		if q.proc != nil && q.proc.reported {
			s.dnsEvent(t, q.proc, q.site)
		}
	}
	if q.duration == 0 {
		q.duration = s.r.heavy(900*millisecond, 4) + q.sent/4 + q.received/8
	}
	f := flow{from: h.at(t), fromPort: h.nextPort(s.r), to: q.site.addr, toPort: 443, proto: "tcp", service: "ssl",
		duration: q.duration, sent: q.sent + 600, received: q.received + 3200}
	if !q.site.tls {
		f.toPort, f.service, f.sent, f.received = 80, "http", q.sent+350, q.received+280
	}
	if q.port > 0 {
		f.toPort = q.port
	}
	uid := s.connect(t, f)
	if q.proc != nil && q.proc.reported {
		s.netEvent(t+20*millisecond, q.proc, f)
	}
	if q.site.tls {
		s.tls(t+15*millisecond, uid, &f, q.site.name, q.selfSigned)
		return
	}
	s.http(t+10*millisecond, uid, &f, q)
}

// tls logs what a sensor sees of a TLS connection: the name asked for and how the
// certificate was judged. Version and cipher belong to the server, so they follow from
// its address.
func (s *sim) tls(t int64, uid string, f *flow, name string, selfSigned bool) {
	e := s.out.begin()
	s.head(e, t, uid, f)
	version, cipher, status := "TLSv13", "TLS_AES_256_GCM_SHA384", "ok"
	if mix(uint64(f.to))%5 == 0 {
		version, cipher = "TLSv12", "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"
	}
	if selfSigned {
		status = "self signed certificate"
	}
	e.str("version", version)
	e.str("cipher", cipher)
	e.str("server_name", name)
	e.bool("resumed", s.r.chance(30))
	e.bool("established", true)
	e.str("validation_status", status)
	s.out.end(t, sslLog)
}

// http logs an exchange that is not encrypted.
func (s *sim) http(t int64, uid string, f *flow, q request) {
	e := s.out.begin()
	s.head(e, t, uid, f)
	e.str("method", or(q.method, "GET"))
	e.str("host", q.site.name)
	e.str("uri", or(q.uri, "/"))
	e.str("user_agent", or(q.agent, browserAgent))
	e.int("request_body_len", q.sent)
	e.int("response_body_len", q.received)
	e.int("status_code", max(q.status, 200))
	s.out.end(t, httpLog)
}

// browserAgent is what most requests carry; intruders copy it.
const browserAgent = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/124.0 Safari/537.36"

// or returns the first value, or the second where the first is empty.
func or(value, fallback string) string {
	if value == "" {
		return fallback
	}
	return value
}

// dhcp logs a lease.
func (s *sim) dhcp(t int64, h *host, lease int64) {
	e := s.out.begin()
	e.seconds("ts", s.out.start+t)
	e.strs("uids", s.uid())
	e.addr("client_addr", h.at(t))
	e.addr("server_addr", s.w.byRole[dcServer][0].first)
	e.str("mac", h.mac)
	e.str("host_name", h.name)
	e.str("domain", s.w.style.domain)
	e.addr("assigned_addr", h.at(t))
	e.seconds("lease_time", lease)
	e.strs("msg_types", "REQUEST", "ACK")
	s.out.end(t, dhcpLog)
}
