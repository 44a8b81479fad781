package main

import (
	"encoding/csv"
	"fmt"
	"os"
	"strings"
)

// assets knows the hosts: what they are for, who uses them, where they are now.
type assets struct {
	role   map[string]string // by host in lower case
	name   map[string]string // host as the inventory spells it
	byIP   map[string]string // current address to host
	owner  map[string]string // login of the person at a workstation
	admins map[string]bool   // logins of those who administer
	people int               // how many workstations there are
}

// readAssets reads the inventory.
func readAssets(path string) (*assets, error) {
	a := &assets{role: map[string]string{}, name: map[string]string{}, byIP: map[string]string{},
		owner: map[string]string{}, admins: map[string]bool{}}
	file, err := os.Open(path)
	if os.IsNotExist(err) {
		return a, nil // imported recordings come without an inventory
	}
	if err != nil {
		return nil, err
	}
	defer file.Close()
	rows, err := csv.NewReader(file).ReadAll()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	for _, row := range rows[min(1, len(rows)):] {
		if len(row) < 7 {
			return nil, fmt.Errorf("%s: seven columns are expected, not %d", path, len(row))
		}
		a.add(row[0], row[1], row[3], row[6])
	}
	return a, nil
}

// add takes one row of it.
func (a *assets) add(host, role, ip, owner string) {
	key := strings.ToLower(host)
	a.name[key], a.role[key], a.byIP[ip] = host, role, key
	a.owner[key] = strings.ToLower(owner)
	switch role {
	case "admin_workstation":
		a.admins[strings.ToLower(owner)] = true
		a.people++
	case "workstation":
		a.people++
	}
}

// lease notes that a host has an address from now on.
func (a *assets) lease(ip, host string) {
	if ip != "" && host != "" {
		a.byIP[ip] = strings.ToLower(host)
	}
}

// at returns the host at an address, or "" for one outside.
func (a *assets) at(ip string) string { return a.byIP[strings.TrimPrefix(ip, "::ffff:")] }

// short strips the domain from a computer name.
func short(computer string) string {
	name, _, _ := strings.Cut(strings.ToLower(computer), ".")
	return name
}

// manages tells whether a host may administer others.
func (a *assets) manages(host string) bool {
	switch a.role[host] {
	case "admin_workstation", "jump_host", "monitoring_server", "vulnerability_scanner", "backup_server", "directory_sync", "domain_controller":
		return true
	}
	return false
}

// isPC tells whether people sit at a host.
func (a *assets) isPC(host string) bool {
	return a.role[host] == "workstation" || a.role[host] == "admin_workstation"
}
