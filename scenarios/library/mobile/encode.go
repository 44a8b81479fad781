package mobile

import (
	"fmt"
	"strconv"
)

// appendApp appends the app as one JSON line. Every string in it is plain
// ASCII without quotes, so no escaping is needed; a test decodes the lines.
func appendApp(buf []byte, a *app, labelled bool) []byte {
	buf = fmt.Appendf(buf, `{"id":"%s","package":"%s","first_seen":"%s","certificate":"%s","min_sdk":%d,"target_sdk":%d,"size_bytes":%d`,
		a.id, a.pkg, a.seen, a.certificate, a.minSDK, a.targetSDK, a.size)
	buf = append(buf, `,"permissions":[`...)
	first := len(buf)
	for i, declared := range a.declared {
		if declared {
			buf = separate(buf, first)
			buf = append(buf, '"')
			buf = append(buf, permissionNames[i]...)
			buf = append(buf, '"')
		}
	}
	buf = append(buf, ']')
	for _, kind := range []struct {
		letter byte
		field  string
	}{{'a', "activities"}, {'s', "services"}, {'r', "receivers"}, {'p', "providers"}} {
		buf = appendComponents(buf, a, kind.letter, kind.field)
	}
	buf = append(buf, `,"calls":{`...)
	first = len(buf)
	for i, count := range a.calls {
		if count > 0 {
			buf = separate(buf, first)
			buf = append(buf, '"')
			buf = append(buf, callNames[i]...)
			buf = append(buf, '"', ':')
			buf = strconv.AppendInt(buf, int64(count), 10)
		}
	}
	buf = append(buf, '}')
	if labelled {
		buf = append(buf, `,"label":`...)
		buf = strconv.AppendInt(buf, int64(a.label), 10)
	}
	return append(buf, '}', '\n')
}

// appendComponents adds the entry activity that every app has.
func appendComponents(buf []byte, a *app, kind byte, field string) []byte {
	buf = fmt.Appendf(buf, `,"%s":[`, field)
	first := len(buf)
	if kind == 'a' {
		buf = appendComponent(buf, a, component{'a', "MainActivity", true})
	}
	for _, c := range a.components {
		if c.kind == kind {
			buf = separate(buf, first)
			buf = appendComponent(buf, a, c)
		}
	}
	return append(buf, ']')
}

func appendComponent(buf []byte, a *app, c component) []byte {
	buf = append(buf, `{"name":"`...)
	buf = append(buf, a.pkg...)
	buf = append(buf, '.')
	buf = append(buf, c.name...)
	buf = append(buf, `","exported":`...)
	buf = strconv.AppendBool(buf, c.exported)
	return append(buf, '}')
}

// separate appends a comma unless the list, which starts at first, is empty.
func separate(buf []byte, first int) []byte {
	if len(buf) > first {
		return append(buf, ',')
	}
	return buf
}
