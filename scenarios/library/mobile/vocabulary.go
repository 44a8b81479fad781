package mobile

import (
	"slices"
	"strconv"
	"strings"
)

// The permissions and calls of all capabilities, sorted, and the capabilities
// as positions in those lists: an app is drawn with arrays instead of maps.
var (
	capabilityIndex = indexCapabilities()
	permissionNames = collect(capability.fullPermissions)
	callNames       = collect(func(c capability) []string { return c.calls })
	permissionsOf   = positions(permissionNames, capability.fullPermissions)
	coveted         = permissionsNamed("sms_read", "sms_send", "phone_state", "contacts", "call_log", "accounts", "overlay", "boot", "wake", "package_list")
	callsOf         = positions(callNames, func(c capability) []string { return c.calls })
)

func indexCapabilities() map[string]int {
	index := make(map[string]int, len(capabilities))
	for i, c := range capabilities {
		index[c.name] = i
	}
	return index
}

// fullPermissions returns the permissions with their prefix.
func (c capability) fullPermissions() []string {
	full := make([]string, len(c.permissions))
	for i, name := range c.permissions {
		full[i] = name
		if !strings.Contains(name, ".") {
			full[i] = permissionPrefix + name
		}
	}
	return full
}

// collect returns the sorted names of all capabilities, each once.
func collect(of func(capability) []string) []string {
	var all []string
	for _, c := range capabilities {
		all = append(all, of(c)...)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// positions returns, for each capability, where its names stand in the list.
func positions(names []string, of func(capability) []string) [][]int {
	list := make([][]int, len(capabilities))
	for i, c := range capabilities {
		for _, name := range of(c) {
			at, _ := slices.BinarySearch(names, name)
			list[i] = append(list[i], at)
		}
	}
	return list
}

func permissionsNamed(names ...string) []int {
	var list []int
	for _, name := range names {
		list = append(list, permissionsOf[capabilityIndex[name]]...)
	}
	return list
}

// chance reads a number of the tables in profile.go; a test proves that all
// of them parse and lie between 0 and 1.
func chance(s string) float64 {
	value, err := strconv.ParseFloat(s, 64)
	if err != nil {
		return -1
	}
	return value
}

// at is the chance of the trait in a month.
func (t trait) at(month int) float64 {
	return t.first + (t.last-t.first)*float64(month-1)/float64(months-1)
}

// share is the profile's weight in a month; zero outside its active months.
func (p *profile) share(month int) float64 {
	if month < p.active[0] || month > p.active[1] {
		return 0
	}
	span := max(p.active[1]-p.active[0], 1)
	return p.weight[0] + (p.weight[1]-p.weight[0])*float64(month-p.active[0])/float64(span)
}
