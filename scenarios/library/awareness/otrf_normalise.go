package awareness

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"
)

const stampForm = "2006-01-02T15:04:05.000Z"

// otrfFields are the fields that the challenge has, in the order of output. Collectors
// spell some differently; the comparison ignores case.
var otrfFields = []string{
	"ProcessGuid", "ProcessId", "Image", "CommandLine", "User", "IntegrityLevel", "ParentProcessGuid", "ParentProcessId",
	"ParentImage", "ParentCommandLine", "Protocol", "Initiated", "SourceIp", "SourcePort", "DestinationIp", "DestinationPort",
	"ImageLoaded", "Signed", "SourceProcessGUID", "SourceProcessId", "SourceImage", "TargetImage", "GrantedAccess", "SourceUser",
	"TargetFilename", "EventType", "TargetObject", "Details", "QueryName", "QueryStatus", "QueryResults", "SubjectUserName",
	"TargetUserName", "TargetDomainName", "LogonType", "IpAddress", "WorkstationName", "AuthenticationPackageName", "SubStatus",
	"ObjectServer", "Properties", "AccessMask", "NewProcessName", "NewProcessId", "ParentProcessName", "TaskName", "TaskContent",
	"MemberName", "ServiceName", "ImagePath", "TicketEncryptionType", "ShareName", "Status", "AccountName",
}

// otrfText are long free texts, which are kept up to a length.
var otrfText = []string{"ScriptBlockText", "Payload"}

const maxText = 4096

// normalise turns one line into an event in the form of the challenge. The problem is
// "" or the reason why the line cannot be used.
func normalise(line []byte, number int) (event otrfEvent, host, problem string) {
	var raw map[string]json.RawMessage
	if json.Unmarshal(line, &raw) != nil || raw == nil {
		return event, "", "the line is not a JSON object"
	}
	fields := make(map[string]json.RawMessage, len(raw))
	for name, value := range raw {
		fields[strings.ToLower(name)] = value
	}
	at, ok := eventTime(fields)
	if !ok {
		return event, "", "the event has no time that can be read"
	}
	id, err := strconv.ParseInt(text(fields["eventid"]), 10, 32)
	if err != nil {
		return event, "", "the event has no EventID"
	}
	name := firstText(fields, "hostname", "computer", "computername", "host")
	name, _, _ = strings.Cut(name, ".")
	if name == "" {
		return event, "", "the event names no host"
	}
	host = fmt.Sprintf("l%02d-%s", number, strings.ToLower(name))
	return otrfEvent{at: at, rest: encodeFields(fields, id, host)}, host, ""
}

// encodeFields writes the fields after the time.
func encodeFields(fields map[string]json.RawMessage, id int64, host string) []byte {
	// These bytes follow the time in the object, so every key needs its comma.
	e := encoder{buf: append(make([]byte, 0, 512), "  "...)}
	e.int("EventID", id)
	e.str("Channel", or(text(fields["channel"]), text(fields["sourcename"])))
	e.str("Computer", host)
	for _, name := range otrfFields {
		if value := text(fields[strings.ToLower(name)]); value != "" && value != "-" {
			e.str(name, value)
		}
	}
	for _, name := range otrfText {
		if value := text(fields[strings.ToLower(name)]); value != "" {
			e.str(name, strings.ToValidUTF8(value[:min(len(value), maxText)], ""))
		}
	}
	return e.buf[2:]
}

// eventTime reads the collector's clock, which all events of a recording share. Sysmon's
// own UtcTime comes last: half of the events lack it, and in some recordings it differs
// from the collector's by the time zone.
func eventTime(fields map[string]json.RawMessage) (time.Time, bool) {
	for _, name := range []string{"@timestamp", "timecreated", "eventtime", "utctime"} {
		value := text(fields[name])
		for _, form := range []string{time.RFC3339Nano, "2006-01-02 15:04:05.999999999"} {
			if at, err := time.Parse(form, value); err == nil {
				return at.UTC().Truncate(time.Millisecond), true
			}
		}
	}
	return time.Time{}, false
}

func firstText(fields map[string]json.RawMessage, names ...string) string {
	for _, name := range names {
		if value := text(fields[name]); value != "" {
			return value
		}
	}
	return ""
}

// text returns a string, number or truth value as text, and "" for anything else.
func text(raw json.RawMessage) string {
	if len(raw) == 0 {
		return ""
	}
	switch raw[0] {
	case '"':
		var s string
		if json.Unmarshal(raw, &s) != nil {
			return ""
		}
		return s
	case '{', '[', 'n':
		return ""
	}
	return string(raw)
}
