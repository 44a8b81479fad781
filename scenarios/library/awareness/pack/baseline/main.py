"""Baseline of "Find the intrusion": patterns on command lines and a few thresholds.

It reads each log once, line by line, and knows nothing about what is normal in the
network. Standard library only.
"""
import csv
import json
import os
import re
import sys
from collections import defaultdict

INPUT = sys.argv[1] if len(sys.argv) > 1 else "/app/input_data"
OUTPUT = sys.argv[2] if len(sys.argv) > 2 else "/app/output"

# One pattern per technique, tried in this order on the command line of Sysmon event 1.
COMMANDS = [(re.compile(pattern, re.IGNORECASE), technique) for pattern, technique in [
    (r"comsvcs|lsass", "T1003.001"),
    (r"save\s+hklm.(sam|system|security)", "T1003.002"),
    (r"ntdsutil|ntds\.dit", "T1003.003"),
    (r"delete\s+shadows.*/all|shadowcopy", "T1490"),
    (r"wevtutil.*\scl\s", "T1070.001"),
    (r"mppreference|windefend", "T1562.001"),
    (r"auditpol", "T1562.002"),
    (r"netsh.*firewall", "T1562.004"),
    (r"certutil.*-decode", "T1140"),
    (r"certutil.*-urlcache", "T1105"),
    (r"bitsadmin.*/transfer", "T1197"),
    (r"mshta", "T1218.005"),
    (r"regsvr32.*(/i:|scrobj)", "T1218.010"),
    (r"rundll32.*(temp|public|programdata)", "T1218.011"),
    (r"schtasks.*/create.*(wscript|appdata|public)", "T1053.005"),
    (r"net1?(\.exe)?\"?\s+group", "T1069.002"),
    (r"net1?(\.exe)?\"?\s+user\b", "T1087.002"),
    (r"nltest", "T1482"),
    (r"whoami\S*\s+/(all|priv)", "T1033"),
    (r"systeminfo", "T1082"),
    (r"7z\S*\s+a\s.*-p|\s-hp", "T1560.001"),
    (r"sdelete|cipher(\.exe)?\s+/w", "T1070.004"),
    (r"net(\.exe)?\s+stop\s.*/y", "T1489"),
    (r"(wscript|cscript)(\.exe)?\"?\s.*\.vbs", "T1059.005"),
    (r"powershell.*(\bnop\b|hidden|downloadstring|\benc\b)", "T1059.001"),
]]

# A command line that more hosts than this share is taken for ordinary.
COMMON = 3


def lines(name):
    """Yield the records of one log; the log may be missing."""
    path = os.path.join(INPUT, name)
    if not os.path.exists(path):
        return
    with open(path, encoding="utf-8") as file:
        for line in file:
            yield json.loads(line)


class Alerts:
    """Writes each technique once per host and hour."""

    def __init__(self, file):
        self.writer = csv.writer(file)
        self.writer.writerow(["time", "host", "technique", "confidence"])
        self.seen = set()

    def add(self, time, host, technique, confidence):
        key = (host, technique, time[:13])
        if host and key not in self.seen:
            self.seen.add(key)
            self.writer.writerow([time, host, technique, confidence])


def addresses():
    """Map addresses to hosts as the inventory lists them in the morning."""
    path = os.path.join(INPUT, "assets.csv")
    if not os.path.exists(path):
        return {}
    with open(path, newline="", encoding="utf-8") as file:
        return {row["address"]: row["host"] for row in csv.DictReader(file)}


def stamp(seconds):
    """Format a Zeek time as RFC 3339."""
    from datetime import datetime, timezone
    return datetime.fromtimestamp(seconds, timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def hosts(alerts, where):
    failures = defaultdict(set)
    candidates = []
    users = defaultdict(set)  # command line: hosts that ran it
    for r in lines("host.jsonl"):
        time = r["UtcTime"].replace(" ", "T") + "Z"
        host = r["Computer"].split(".")[0]
        event = r["EventID"]
        if event == 1:
            command = r.get("CommandLine") or ""
            for pattern, technique in COMMANDS:
                if pattern.search(command):
                    users[command].add(host)
                    candidates.append((time, host, technique, command))
                    break
        elif event == 10 and r.get("TargetImage", "").lower().endswith("lsass.exe"):
            if r.get("GrantedAccess", "").lower() in ("0x1fffff", "0x1438"):
                alerts.add(time, host, "T1003.001", 0.6)
        elif event == 4625:
            source = where.get(r.get("IpAddress"))
            failures[source, time[:13]].add(r["TargetUserName"])
            if len(failures[source, time[:13]]) == 10:
                alerts.add(time, source, "T1110.003", 0.6)
        elif event == 7045:
            alerts.add(time, host, "T1569.002", 0.4)
        elif event == 1102:
            alerts.add(time, host, "T1070.001", 0.6)
    for time, host, technique, command in candidates:
        if len(users[command]) <= COMMON:
            alerts.add(time, host, technique, 0.5)


def network(alerts, where):
    labels = defaultdict(set)
    for r in lines("dns.log"):
        first = r["query"].split(".")[0]
        host = where.get(r["id.orig_h"])
        if len(first) > 20:
            zone = (host, r["query"].split(".")[-2])
            labels[zone].add(hash(first))
            if len(labels[zone]) == 50:
                alerts.add(stamp(r["ts"]), host, "T1071.004", 0.5)
    closed = defaultdict(set)
    for r in lines("conn.log"):
        if r["conn_state"] in ("S0", "REJ"):
            host = where.get(r["id.orig_h"])
            closed[host].add(r["id.resp_h"])
            if len(closed[host]) == 25:
                alerts.add(stamp(r["ts"]), host, "T1046", 0.5)


def main():
    os.makedirs(OUTPUT, exist_ok=True)
    with open(os.path.join(OUTPUT, "alerts.csv"), "w", newline="", encoding="utf-8") as file:
        alerts = Alerts(file)
        where = addresses()
        hosts(alerts, where)
        network(alerts, where)
    print(len(alerts.seen), "alerts")


if __name__ == "__main__":
    main()
