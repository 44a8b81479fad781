package awareness

import (
	"fmt"
	"strings"
)

// process is a running program as Sysmon names it.
type process struct {
	host *host
	// guid joins all events of the process; parents are named by it too.
	guid     string
	pid      int
	image    string
	command  string
	user     string
	parent   *process
	reported bool // its network connections are reported (the agent leaves browsers out)
}

// baseProcesses are the ones that run since the machine started.
type baseProcesses struct {
	explorer, services, svchost, wmi, winrm, system, browser, outlook, w3wp, agent *process
}

// newBaseProcesses makes a host's long-running processes. Their start lies before the
// day, so no event 1 tells of them: a parent may be unknown without being suspicious.
func newBaseProcesses(r *rng, h *host) baseProcesses {
	owner := `NT AUTHORITY\SYSTEM`
	make := func(image, user string) *process {
		return &process{host: h, guid: newGUID(r, h), pid: h.nextPID(r), image: image, command: image, user: user, reported: true}
	}
	b := baseProcesses{
		services: make(sys32+"services.exe", owner), svchost: make(sys32+"svchost.exe", `NT AUTHORITY\NETWORK SERVICE`),
		wmi: make(sys32+`wbem\WmiPrvSE.exe`, `NT AUTHORITY\NETWORK SERVICE`), winrm: make(sys32+"wsmprovhost.exe", owner),
		system: make("System", owner), w3wp: make(sys32+`inetsrv\w3wp.exe`, `IIS APPPOOL\DefaultAppPool`),
		agent: make(`C:\Program Files\EndpointManager\mgmtagent.exe`, owner),
	}
	user := ""
	if h.owner != nil {
		user = h.owner.name
	}
	b.explorer = make(`C:\Windows\explorer.exe`, user)
	b.browser = make(`C:\Program Files\Google\Chrome\Application\chrome.exe`, user)
	b.browser.reported = false
	b.outlook = make(office+"OUTLOOK.EXE", user)
	return b
}

// Where Windows keeps its programs.
const (
	sys32  = `C:\Windows\System32\`
	office = `C:\Program Files\Microsoft Office\root\Office16\`
	psExe  = sys32 + `WindowsPowerShell\v1.0\powershell.exe`
)

// newGUID makes an identifier whose first part is the host's, as Sysmon's are.
func newGUID(r *rng, h *host) string {
	a, b := r.next(), r.next()
	return fmt.Sprintf("{%08X-%04X-%04X-%04X-%012X}", mix(uint64(h.id))&0xffffffff, a&0xffff, a>>16&0xffff, a>>32&0xffff, b&0xffffffffffff)
}

// hostHead opens a host event; the caller adds fields and calls s.out.end.
func (s *sim) hostHead(t int64, h *host, id int64, channel string) *encoder {
	e := s.out.begin()
	e.utc("UtcTime", s.out.start+t)
	e.int("EventID", id)
	e.str("Channel", channel)
	e.str("Computer", h.name+"."+s.w.style.domain)
	return e
}

// The channels of host events.
const (
	sysmon   = "Microsoft-Windows-Sysmon/Operational"
	security = "Security"
	systemCh = "System"
)

// sysmonHead opens an event of a process.
func (s *sim) sysmonHead(t int64, p *process, id int64) *encoder {
	e := s.hostHead(t, p.host, id, sysmon)
	e.str("ProcessGuid", p.guid)
	e.int("ProcessId", int64(p.pid))
	e.str("Image", p.image)
	e.str("User", s.account(p.user))
	return e
}

// account adds the directory's name to a login.
func (s *sim) account(name string) string {
	if name == "" || strings.Contains(name, `\`) {
		return name
	}
	return s.w.style.netbios + `\` + name
}

// run logs a process start (Sysmon 1, and Security 4688 on servers) and returns it.
func (s *sim) run(t int64, parent *process, image, command, as string) *process {
	h := parent.host
	if as == "" {
		as = parent.user
	}
	p := &process{host: h, guid: newGUID(s.r, h), pid: h.nextPID(s.r), image: image, command: command, user: as, parent: parent, reported: true}
	if !h.agent {
		return p
	}
	e := s.sysmonHead(t, p, 1)
	e.str("CommandLine", command)
	e.str("IntegrityLevel", integrity(as))
	e.str("ParentProcessGuid", parent.guid)
	e.int("ParentProcessId", int64(parent.pid))
	e.str("ParentImage", parent.image)
	e.str("ParentCommandLine", parent.command)
	s.out.end(t, hostLog)
	if h.role != workstation && h.role != adminPC {
		s.created(t, p)
	}
	return p
}

// integrity is the level that Windows gives to the account's processes.
func integrity(user string) string {
	if strings.HasPrefix(user, "NT AUTHORITY") {
		return "System"
	}
	return "Medium"
}

// created logs Security 4688, which servers audit beside Sysmon.
func (s *sim) created(t int64, p *process) {
	e := s.hostHead(t, p.host, 4688, security)
	e.str("SubjectUserName", p.user)
	e.str("NewProcessName", p.image)
	e.str("NewProcessId", fmt.Sprintf("0x%x", p.pid))
	e.str("CommandLine", p.command)
	e.str("ParentProcessName", p.parent.image)
	s.out.end(t, hostLog)
}

// netEvent logs Sysmon 3 for a connection of a process.
func (s *sim) netEvent(t int64, p *process, f flow) {
	if !p.host.agent {
		return
	}
	e := s.sysmonHead(t, p, 3)
	e.str("Protocol", f.proto)
	e.bool("Initiated", true)
	e.addr("SourceIp", f.from)
	e.int("SourcePort", int64(f.fromPort))
	e.addr("DestinationIp", f.to)
	e.int("DestinationPort", int64(f.toPort))
	s.out.end(t, hostLog)
}

// dnsEvent logs Sysmon 22 for a lookup of a process.
func (s *sim) dnsEvent(t int64, p *process, to site) {
	if !p.host.agent {
		return
	}
	e := s.sysmonHead(t, p, 22)
	e.str("QueryName", to.name)
	e.str("QueryStatus", "0")
	e.str("QueryResults", to.addr.String())
	s.out.end(t, hostLog)
}

// write logs Sysmon 11: a process created a file.
func (s *sim) write(t int64, p *process, path string) {
	if !p.host.agent {
		return
	}
	e := s.sysmonHead(t, p, 11)
	e.str("TargetFilename", path)
	s.out.end(t, hostLog)
}

// load logs Sysmon 7: a process loaded a library.
func (s *sim) load(t int64, p *process, library string, signed bool) {
	if !p.host.agent {
		return
	}
	e := s.sysmonHead(t, p, 7)
	e.str("ImageLoaded", library)
	e.bool("Signed", signed)
	s.out.end(t, hostLog)
}

// setValue logs Sysmon 13: a registry value was set.
func (s *sim) setValue(t int64, p *process, key, value string) {
	if !p.host.agent {
		return
	}
	e := s.sysmonHead(t, p, 13)
	e.str("EventType", "SetValue")
	e.str("TargetObject", key)
	e.str("Details", value)
	s.out.end(t, hostLog)
}

// open logs Sysmon 10: a process opened another one with an access mask.
func (s *sim) open(t int64, p *process, target, mask string) {
	if !p.host.agent {
		return
	}
	e := s.hostHead(t, p.host, 10, sysmon)
	e.str("SourceProcessGUID", p.guid)
	e.int("SourceProcessId", int64(p.pid))
	e.str("SourceImage", p.image)
	e.str("TargetImage", target)
	e.str("GrantedAccess", mask)
	e.str("SourceUser", s.account(p.user))
	s.out.end(t, hostLog)
}
