package main

import (
	"path"
	"strings"
)

// base returns the file name of a Windows path, in lower case.
func base(image string) string {
	return path.Base(strings.ReplaceAll(strings.ToLower(image), `\`, "/"))
}

func hasAny(s string, parts ...string) bool {
	for _, p := range parts {
		if strings.Contains(s, p) {
			return true
		}
	}
	return false
}

// writable tells whether a lower-case path or command lies where any user may write.
func writable(s string) bool {
	return hasAny(s, `\appdata\`, `\users\public\`, `\programdata\`, `\temp\`, `%temp%`) &&
		!hasAny(s, `\programdata\microsoft\`, `\appdata\local\programs\`)
}

func risky(file string) bool {
	return hasAny(file+"|", ".docm|", ".xlsm|", ".iso|", ".js|", ".hta|", ".lnk|", ".vbs|")
}

// wrote judges a new file by who wrote it and where.
func (a *analyst) wrote(r *record, host string) {
	by, file := base(r.Image), strings.ToLower(r.Target)
	switch {
	case by == "w3wp.exe" && hasAny(file, ".aspx", ".ashx", ".asmx"):
		a.pages[base(r.Target)] = host // worth a report once somebody posts to it
	case (by == "outlook.exe" || by == "chrome.exe") && risky(file):
		a.documents.add(r.at, host, file)
	case by == "system" && strings.HasPrefix(file, `c:\windows\`) && strings.HasSuffix(file, ".exe") && !strings.Contains(file, "psexesvc"):
		a.raise(r.at, host, "T1021.002", 0.8)
	case a.lineage.suspect[r.GUID] && writable(file) && strings.HasSuffix(file, ".exe") && by != "certutil.exe":
		a.raise(r.at, host, "T1105", 0.7)
	case strings.HasSuffix(file, "ntds.dit"):
		a.raise(r.at, host, "T1003.003", 0.9)
	}
	if strings.Count(base(r.Target), ".") >= 2 {
		if a.renames.add(r.at, r.GUID, 0).n == 25 {
			a.raise(r.at, host, "T1486", 0.9)
		}
	}
}

// opened judges who reads the memory of LSASS.
func (a *analyst) opened(r *record, host string) {
	if base(r.TargetImage) != "lsass.exe" || mask(r.Access)&0x10 == 0 {
		return
	}
	by := strings.ToLower(r.SourceImage)
	honest := strings.HasPrefix(by, `c:\program files`) || strings.Contains(by, `\windows defender\`) ||
		(strings.HasPrefix(by, `c:\windows\system32\`) && base(by) != "rundll32.exe")
	if !honest && !a.common("lsass "+normal(r.SourceImage)) {
		a.raise(r.at, host, "T1003.001", 0.9)
	}
}

// registry judges values that start programs or switch protection off.
func (a *analyst) registry(r *record, host string) {
	key, value := strings.ToLower(r.TargetObj), strings.ToLower(r.Details)
	if strings.Contains(key, `\currentversion\run`) && hasAny(value, "powershell", "wscript", "mshta", "rundll32") {
		a.raise(r.at, host, "T1547.001", 0.8)
	}
	if hasAny(key, "disableantispyware", "disablerealtimemonitoring") {
		a.raise(r.at, host, "T1562.001", 0.9)
	}
}

// started judges a new process: by its own command line, then by its parent.
func (a *analyst) started(r *record, host string) {
	p := launch{
		host: host, image: base(r.Image), path: strings.ToLower(r.Image), command: strings.ToLower(r.Command),
		parent: base(r.ParentImage), admin: a.manages(host), suspect: a.lineage.suspect[r.ParentGUID],
	}
	p.watched = a.reported.is(r.at, host)
	technique, confidence := a.judge(r, p)
	if technique != "" {
		a.raise(r.at, host, technique, confidence)
	}
	if technique != "" || p.suspect {
		a.lineage.mark(r.GUID)
	}
}

// launch is a process start in lower case, with what is known of its surroundings.
type launch struct {
	host, image, path, command, parent string
	admin, suspect                     bool
	watched                            bool // the host was reported lately
}

// judge returns the technique that a process start shows, if any.
func (a *analyst) judge(r *record, p launch) (string, float64) {
	for _, rule := range []func(launch) string{impact, credentials, proxies, files, discovery} {
		if technique := rule(p); technique != "" {
			return technique, 0.85
		}
	}
	if p.image == "net.exe" && strings.Contains(p.command, " stop ") && !strings.Contains(p.parent, "msiexec") {
		if a.stops.add(r.at, p.host, p.command) >= 3 {
			return "T1489", 0.8
		}
		return "", 0
	}
	return a.execution(r, p)
}

// execution judges interpreters by who started them and how.
func (a *analyst) execution(r *record, p launch) (string, float64) {
	technique := interpreter(p)
	switch {
	case p.parent == "wmiprvse.exe" && hasAny(p.command, `\\127.0.0.1\`):
		return "T1047", 0.85
	case p.image == "wsmprovhost.exe":
		for client := range a.remote.seen[p.host] {
			if a.role[client] == "workstation" {
				return "T1021.006", 0.8
			}
		}
		return "", 0
	case technique == "":
		return "", 0
	case p.parent == "w3wp.exe":
		return technique, 0.9
	case a.common("run " + normal(p.command)):
		return "", 0
	case isOffice(p.parent):
		if strings.Contains(p.command, `\\`) && !hasAny(p.command, "hidden", "iex", "http") {
			return "", 0 // a script on a share of our own
		}
		a.delivered(r, p.host, "T1566.001")
		return technique, 0.9
	}
	return a.odd(r, p, technique)
}

// odd judges an interpreter by its command line alone.
func (a *analyst) odd(r *record, p launch, technique string) (string, float64) {
	switch {
	case p.admin || strings.Contains(strings.ToLower(r.ParentImage), `\program files`):
		return "", 0
	case technique == "T1059.001" && p.parent == "explorer.exe" && hasAny(p.command, "-w hidden", "iex", "downloadstring", "-windowstyle hidden"):
		return technique, 0.8
	case technique != "T1059.007" && technique != "T1059.005":
	case p.parent == "explorer.exe" && !a.documents.has(r.at, p.host):
	case p.parent == "explorer.exe":
		a.delivered(r, p.host, "T1566.002")
		return technique, 0.8
	case p.suspect || writable(p.command):
		return technique, 0.8
	}
	switch {
	case p.image == "cmd.exe" && hasAny(p.command, `\users\public`):
		return technique, 0.7
	}
	return "", 0
}

// delivered reports how a risky file came in, when one did shortly before.
func (a *analyst) delivered(r *record, host, technique string) {
	if a.documents.has(r.at, host) {
		a.raise(r.at, host, technique, 0.8)
	}
}
