package main

import "strings"

// isOffice tells whether a program opens documents with macros.
func isOffice(image string) bool {
	return image == "winword.exe" || image == "excel.exe" || image == "powerpnt.exe"
}

// interpreter maps a script host to its technique.
func interpreter(p launch) string {
	switch p.image {
	case "powershell.exe", "pwsh.exe":
		return "T1059.001"
	case "cmd.exe":
		return "T1059.003"
	case "wscript.exe", "cscript.exe":
		if strings.Contains(p.command, ".js") {
			return "T1059.007"
		}
		return "T1059.005"
	}
	return ""
}

// impact finds the preparation of extortion.
func impact(p launch) string {
	c := p.command
	switch {
	case strings.Contains(c, "delete shadows") && strings.Contains(c, "/all"),
		strings.Contains(c, "shadowcopy") && strings.Contains(c, "delete"), strings.Contains(c, "recoveryenabled no"):
		return "T1490"
	case hasAny(c, "set-mppreference -disable", "config windefend", "stop windefend", "disableantispyware"):
		return "T1562.001"
	case strings.Contains(c, "wevtutil") && strings.Contains(c, " cl security"):
		return "T1070.001"
	}
	return ""
}

// credentials finds the theft of secrets.
func credentials(p launch) string {
	c := p.command
	switch {
	case strings.Contains(c, "comsvcs") || (strings.Contains(c, "lsass") && strings.Contains(c, "-ma")):
		return "T1003.001"
	case hasAny(c, `save hklm\sam`, `save hklm\system`, `save hklm\security`):
		return "T1003.002"
	case strings.Contains(c, "ntdsutil") || strings.Contains(c, "ntds.dit"):
		return "T1003.003"
	}
	return ""
}

// proxies finds foreign code that runs through programs of the system, and downloads.
func proxies(p launch) string {
	c := p.command
	switch {
	case p.image == "mshta.exe" && hasAny(c, "http:", "https:", "vbscript:", "javascript:"):
		return "T1218.005"
	case p.image == "regsvr32.exe" && hasAny(c, "scrobj", "/i:http"):
		return "T1218.010"
	case p.image == "rundll32.exe" && (writable(c) || p.suspect):
		return "T1218.011"
	case p.image == "bitsadmin.exe" && p.suspect:
		return "T1197"
	case p.image == "certutil.exe" && hasAny(c, "-decode") && (writable(c) || p.suspect):
		return "T1140"
	case p.image == "certutil.exe" && hasAny(c, "-urlcache", "-verifyctl") && (writable(c) || p.suspect):
		return "T1105"
	case p.image == "powershell.exe" && hasAny(c, "iwr http", "-outfile") && writable(c):
		return "T1105"
	case p.image == "schtasks.exe" && strings.Contains(c, "/create") && (writable(c) || p.suspect),
		strings.Contains(c, "register-scheduledtask"):
		return "T1053.005"
	}
	return ""
}

// files finds staging and the removal of traces.
func files(p launch) string {
	c := p.command
	switch {
	case (hasAny(c, "-mhe", " -hp") || strings.Contains(c, "compress-archive")) && writable(c) && (p.suspect || p.watched):
		return "T1560.001"
	case p.admin || !p.watched:
		return ""
	case strings.Contains(c, "sdelete"), strings.Contains(c, "cipher.exe /w:c:"),
		strings.Contains(c, "del /f") && hasAny(c, ".7z", ".zip", ".rar", ".dat"):
		return "T1070.004"
	}
	return ""
}

// discovery finds first looks around. Commands that everybody uses count only below a
// process that is suspected already.
func discovery(p launch) string {
	c := p.command
	if p.admin && !p.suspect {
		return ""
	}
	switch {
	case strings.HasPrefix(c, "net") && strings.Contains(c, " admins") && strings.Contains(c, "/domain"), strings.Contains(c, "get-adgroupmember"):
		return "T1069.002"
	case strings.HasPrefix(c, "net") && strings.Contains(c, " user /domain"), strings.HasPrefix(c, "dsquery"), strings.Contains(c, "adsisearcher"):
		return "T1087.002"
	case strings.HasPrefix(c, "nltest") && strings.Contains(c, "trust"):
		return "T1482"
	case !p.suspect:
		return ""
	case p.image == "whoami.exe" || p.image == "quser.exe":
		return "T1033"
	case p.image == "ipconfig.exe" || p.image == "arp.exe" || p.image == "route.exe":
		return "T1016"
	case p.image == "systeminfo.exe" || p.image == "hostname.exe":
		return "T1082"
	}
	return ""
}
