package main

import (
	"strings"
)

// ticket counts services that one client asks weak tickets for.
func (a *analyst) ticket(r *record) {
	client := a.at(r.IPAddress)
	if r.TicketEnc == "0x17" && a.rc4.add(r.at, client, r.ServiceName) >= 5 {
		a.raise(r.at, client, "T1558.003", 0.9)
	}
}

// signedIn watches failures over many accounts, and where clients go afterwards.
func (a *analyst) signedIn(r *record, host string) {
	client := a.at(r.IPAddress)
	if client == "" {
		return
	}
	if r.EventID == 4625 {
		if !a.manages(client) && a.failures.add(r.at, client, r.TargetUser) >= 7 {
			a.sprayers.add(r.at, client, r.TargetUser)
			a.raise(r.at, client, "T1110.003", 0.85)
		}
		return
	}
	a.logons[strings.ToLower(r.TargetUser)] = client
	server := !a.isPC(host) && a.role[host] != "" && client != host
	if server && a.role[client] == "workstation" {
		a.reached(r, host, client)
	}
}

// reached judges a sign-in from a workstation on a server.
func (a *analyst) reached(r *record, host, client string) {
	account := strings.ToLower(r.TargetUser)
	service := strings.HasPrefix(account, "svc_")
	sprayed := a.sprayers.has(r.at, client) && a.role[host] != "domain_controller" && a.role[host] != "file_server"
	if service || sprayed {
		a.raise(r.at, host, "T1078.002", 0.7)
	}
	if r.LogonType == "10" && account != a.owner[client] {
		a.raise(r.at, host, "T1021.001", 0.7)
	}
}

// replicated looks for replication by an account that is no domain controller's and no
// synchronisation service's; the client is where the account signed in from.
func (a *analyst) replicated(r *record) {
	account := strings.ToLower(r.SubjectUser)
	if !strings.Contains(r.Properties, "1131f6ad-9c07-11d1-f79f-00c04fc2dcd2") || strings.HasSuffix(account, "$") {
		return
	}
	if client := a.logons[account]; client != "" && !a.manages(client) {
		a.raise(r.at, client, "T1003.006", 0.9)
	}
}

// scheduled judges new tasks by what they start.
func (a *analyst) scheduled(r *record, host string) {
	content := strings.ToLower(r.TaskContent)
	if hasAny(content, "wscript", "mshta", "powershell", "rundll32") {
		a.raise(r.at, host, "T1053.005", 0.85)
	}
}

// changed handles rare administrative events.
func (a *analyst) changed(r *record, host string) {
	by := strings.ToLower(r.SubjectUser)
	switch r.EventID {
	case 4720:
		if !a.admins[by] && !strings.HasPrefix(by, "svc_") {
			a.raise(r.at, host, "T1136.002", 0.8)
		}
	case 4728:
		if !a.admins[by] && hasAny(strings.ToLower(r.TargetUser), "admins", "operators") {
			a.raise(r.at, host, "T1098", 0.8)
		}
	case 1102:
		a.raise(r.at, host, "T1070.001", 0.8)
	case 7045:
		path := strings.ToLower(r.ImagePath)
		if !hasAny(path, `\program files`, "psexesvc", `\windows\temp\`) {
			a.raise(r.at, host, "T1569.002", 0.8)
		}
	}
}
