package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// One report in every format, all of the same facts.
var formats = map[string]string{
	"a.stix.jsonl": `{"type":"bundle","objects":[{"type":"identity","id":"identity--1","name":"Lindvik Bank AG"},{"type":"malware","name":"RustLoader"},{"type":"intrusion-set","name":"TG-1"},{"type":"attack-pattern","name":"T1486","external_references":[{"source_name":"mitre-attack","external_id":"T1486"}]},{"type":"indicator","pattern":"[file:hashes.'SHA-256' = '0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef']","valid_from":"2025-03-03T10:00:00.000Z"},{"type":"report","id":"report--a","published":"2025-03-03T12:00:00.000Z","labels":["ransomware"],"external_references":[{"source_name":"national-case","external_id":"4000001"}]}]}` + "\n",
	"b.misp.jsonl": `{"Event":{"uuid":"b","info":"Chiffrement par rançongiciel","date":"2025-03-03","timestamp":"1741003200","Attribute":[{"type":"target-org","value":"Lindvik Bank AG"},{"type":"sha256","value":"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef","first_seen":"2025-03-03T12:00:00.000000+02:00"},{"type":"text","value":"ref:4000001"}],"Tag":[{"name":"tlp:green"},{"name":"misp-galaxy:threat-actor=\"TG-1\""},{"name":"misp-galaxy:malpedia=\"RustLoader\""}]}}` + "\n",
	"c.csv":        "id;gemeldet;festgestellt;organisation;akteur;schadsoftware;indikatoren;beschreibung\nc;03.03.2025 12:00;03.03.2025 10:00;Lindvik Bank AG;TG-1;RustLoader;0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF ref:4000001;Verschlüsselung durch Ransomware\n",
	"d.csv":        "id,reported,observed,organisation,contact,actor,malware,indicators,summary\nd,03/03/2025 12:00 PM,03/03/2025 10:00 AM,Lindvik Bank AG,Anna Roth,TG-1,RustLoader,0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef ref:4000001,Caller reports ransomware encryption.\n",
	"e.syslog":     `<132>1 2025-03-03T10:00:00.000Z edge-soc correlator - INC100 [report@32473 id="e" conf="60" type="ransomware" org="Lindvik Bank AG" actor="TG-1" family="RustLoader"] Ransomware encryption: sha256=0123456789abcdef..., ref:4000001` + "\n",
}

func TestEveryFormatSaysTheSame(t *testing.T) {
	dir := t.TempDir()
	for name, text := range formats {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600))
	}
	reports, err := readReports(dir)
	require.NoError(t, err)
	require.Len(t, reports, len(formats))
	const observed = 1740996000 / 3600.0
	for _, r := range reports {
		require.Contains(t, []string{"report--a", "b", "c", "d", "e"}, r.id)
		require.Equal(t, "Lindvik Bank AG", r.victim, r.partner)
		require.Equal(t, "TG-1", r.actor, r.partner)
		require.Equal(t, "RustLoader", r.malware, r.partner)
		require.Equal(t, "ransomware", r.kind, r.partner)
		require.True(t, r.hasObserved, r.partner)
		require.InDelta(t, observed, r.observed, 1e-9, r.partner)
		require.Equal(t, []string{"hash:0123456789abcdef", "ref:4000001"}, r.indicators, r.partner)
	}
}

func TestBrokenInputIsNamed(t *testing.T) {
	for name, text := range map[string]string{
		"a.stix.jsonl": formats["a.stix.jsonl"] + "{\n",
		"b.misp.jsonl": formats["b.misp.jsonl"] + `{"Event":{"timestamp":"soon"}}` + "\n",
		"e.syslog":     formats["e.syslog"] + "hello\n",
	} {
		dir := t.TempDir()
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600))
		_, err := readReports(dir)
		require.ErrorContains(t, err, name+": line 2: ")
	}
}

func TestExtractUndoesDefanging(t *testing.T) {
	r := &report{}
	r.extract("hxxp://cdn-check1[.]example/ab/x.php roth@mail-share2(.)example DST=198[.]18.7.9:443 ABCDEF0123456789ABCDEF0123456789")
	require.Equal(t, []string{"email:roth@mail-share2.example", "hash:abcdef0123456789", "host:cdn-check1.example",
		"host:mail-share2.example", "ip:198.18.7.9", "url:http://cdn-check1.example/ab/x.php"}, r.indicators)
}

func TestParseTime(t *testing.T) {
	for text, want := range map[string]float64{
		"1970-01-02T00:00:00.000Z": 24, "1970-01-01T02:00:00.000000+02:00": 0, "02.01.1970 06:30": 30.5,
		"01/02/1970 06:30 PM": 42.5, "01/02/1970": 36, "1970-01-02": 24, "": 0,
	} {
		require.InDelta(t, want, parseTime(text), 1e-9, text)
	}
}
