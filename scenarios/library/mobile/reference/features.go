package main

import (
	"math/bits"
	"slices"
	"strings"
)

type component struct {
	Name     string `json:"name"`
	Exported bool   `json:"exported"`
}

// app has the fields that the features use; certificates change hands too fast.
type app struct {
	ID          string         `json:"id"`
	Package     string         `json:"package"`
	FirstSeen   string         `json:"first_seen"`
	MinSDK      int            `json:"min_sdk"`
	TargetSDK   int            `json:"target_sdk"`
	Permissions []string       `json:"permissions"`
	Activities  []component    `json:"activities"`
	Services    []component    `json:"services"`
	Receivers   []component    `json:"receivers"`
	Providers   []component    `json:"providers"`
	Calls       map[string]int `json:"calls"`
	Label       int            `json:"label"`
}

// classes of the platform that need a permission: a permission without any of
// its calls suggests code that is loaded only at run time.
var guarded = map[string][]string{
	"SEND_SMS": {"android.telephony.SmsManager."}, "READ_SMS": {"android.telephony.SmsMessage."},
	"SYSTEM_ALERT_WINDOW":                {"android.view.WindowManager."},
	"BIND_ACCESSIBILITY_SERVICE":         {"android.view.accessibility.", "android.accessibilityservice."},
	"BIND_DEVICE_ADMIN":                  {"android.app.admin."},
	"BIND_NOTIFICATION_LISTENER_SERVICE": {"android.service.notification."},
	"REQUEST_INSTALL_PACKAGES":           {"android.content.pm.PackageInstaller"},
	"RECORD_AUDIO":                       {"android.media.MediaRecorder.", "android.media.AudioRecord."},
	"CAMERA":                             {"android.hardware.camera2.", "android.hardware.Camera."},
	"READ_CONTACTS":                      {"android.provider.ContactsContract"},
	"ACCESS_FINE_LOCATION":               {"android.location."},
	"READ_PHONE_STATE":                   {"android.telephony.TelephonyManager."},
	"FOREGROUND_SERVICE":                 {"android.app.Service."},
	"NFC":                                {"android.nfc."},
}

// features turns an app into the names of its binary features. Years and
// certificates are left out, since they do not carry over to later apps.
func features(a *app) []string {
	var list []string
	add := func(parts ...string) { list = append(list, strings.Join(parts, ":")) }
	unused := 0
	for _, permission := range a.Permissions {
		short := permission[strings.LastIndexByte(permission, '.')+1:]
		add("perm", short)
		if prefixes, ok := guarded[short]; ok && !called(a, prefixes) {
			add("unused", short)
			unused++
		}
	}
	classes := map[string]int{}
	total := 0
	for call, count := range a.Calls {
		add("call", call)
		classes[call[:max(strings.LastIndexByte(call, '.'), 0)]] += count
		total += count
	}
	for class, count := range classes {
		for step := range bits.Len(uint(count)) {
			add("class", class, digit(step))
		}
	}
	steps(add, "unused", unused)
	steps(add, "permissions", len(a.Permissions))
	steps(add, "calls", len(a.Calls)/4)
	for _, group := range []struct {
		name string
		list []component
	}{{"activity", a.Activities}, {"service", a.Services}, {"receiver", a.Receivers}, {"provider", a.Providers}} {
		exported := 0
		for _, c := range group.list {
			add(group.name, c.Name[strings.LastIndexByte(c.Name, '.')+1:], yesNo(c.Exported))
			if c.Exported {
				exported++
			}
		}
		steps(add, group.name, len(group.list))
		steps(add, group.name+"-exported", exported)
	}
	steps(add, "lag", lag(a))
	if unpronounceable(a.Package) {
		add("odd-package")
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// steps adds one feature for each whole step up to value, so that trees can
// split an amount anywhere.
func steps(add func(...string), name string, value int) {
	for step := 1; step <= min(value, 30); step++ {
		add(name, "at least", digit(step))
	}
}

func digit(n int) string { return string(rune('A' + n)) }

func yesNo(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

// called reports whether any call starts with one of the prefixes.
func called(a *app, prefixes []string) bool {
	for call := range a.Calls {
		for _, prefix := range prefixes {
			if strings.HasPrefix(call, prefix) {
				return true
			}
		}
	}
	return false
}

// lag is how many API levels the app is behind the newest at its time.
func lag(a *app) int {
	if len(a.FirstSeen) < 7 || a.TargetSDK == 0 {
		return 0
	}
	year := int(a.FirstSeen[2]-'0')*10 + int(a.FirstSeen[3]-'0')
	return max(33+year-24-a.TargetSDK, 0)
}

// unpronounceable reports whether a part of the package has four consonants
// in a row.
func unpronounceable(name string) bool {
	run := 0
	for _, c := range name {
		switch {
		case strings.ContainsRune("aeiouy", c) || c < 'a' || c > 'z':
			run = 0
		default:
			run++
		}
		if run >= 4 {
			return true
		}
	}
	return false
}

// vocabulary numbers the features that are worth a column.
type vocabulary struct {
	number map[string]int32
	names  []string
}

// known returns the sorted numbers of the app's features that training knows.
func (v *vocabulary) known(a *app) []int32 {
	var list []int32
	for _, name := range features(a) {
		if n, ok := v.number[name]; ok {
			list = append(list, n)
		}
	}
	slices.Sort(list)
	return list
}
