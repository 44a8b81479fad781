package fusion

import (
	"fmt"
	"strings"
	"time"
)

// localDebug is facility local0 with severity debug; confidence raises it by
// up to four levels.
const localDebug = 16*8 + 7

// renderSyslog writes one RFC 5424 line. The clock of the sensor is off by up
// to three hours and file hashes are cut to 16 digits, as its display does.
func renderSyslog(g *generator, rep *report) []byte {
	var data strings.Builder
	fmt.Fprintf(&data, `[report@32473 id="%s" conf="%d" type="%s"`, rep.id, rep.confidence, rep.kind.name)
	param := func(name, value string) {
		if value != "" {
			fmt.Fprintf(&data, ` %s="%s"`, name, escapeParam(value))
		}
	}
	param("org", rep.victim)
	param("sector", rep.sector)
	param("actor", rep.actor)
	param("family", rep.malware)
	data.WriteByte(']')

	var text []string
	for _, i := range rep.indicators {
		text = append(text, syslogIndicator(g, i))
	}
	message := rep.kind.english
	if len(text) > 0 {
		message += ": " + strings.Join(text, ", ")
	}
	at := time.Unix(rep.observed, 0).UTC().Format("2006-01-02T15:04:05.000Z")
	return fmt.Appendf(nil, "<%d>1 %s edge-soc correlator - INC%d %s %s\n",
		localDebug-rep.confidence/20, at, 100+g.r.IntN(5), data.String(), message)
}

// syslogIndicator adds what a sensor adds: ports, and hashes cut short.
func syslogIndicator(g *generator, i indicator) string {
	switch i.kind {
	case sha256, md5:
		return fmt.Sprintf("%s=%s...", i.kind, i.value[:16])
	case ipv4:
		if g.r.Chance(0.5) {
			return fmt.Sprintf("dst=%s:%d", i.value, []int{80, 443, 8080, 4444}[g.r.IntN(4)])
		}
		return "dst=" + i.value
	case ref:
		return "ref:" + i.value
	}
	return i.kind + "=" + i.value
}

// escapeParam escapes what RFC 5424, section 6.3.3, asks for.
func escapeParam(s string) string {
	return strings.NewReplacer(`\`, `\\`, `"`, `\"`, `]`, `\]`).Replace(s)
}
