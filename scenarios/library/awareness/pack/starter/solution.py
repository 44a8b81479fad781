"""Skeleton for "Find the intrusion": one rule, the stream and the output."""
import csv
import heapq
import json
import os
import sys
from datetime import datetime, timezone

LOGS = ["dhcp.log", "conn.log", "dns.log", "http.log", "ssl.log", "host.jsonl"]


def read(folder, name):
    """Yield (seconds, log, record) of one log in the order of time."""
    path = os.path.join(folder, name)
    if not os.path.exists(path):
        return
    with open(path, encoding="utf-8") as file:
        for line in file:
            record = json.loads(line)
            if "ts" in record:
                yield record["ts"], name, record
            else:
                at = datetime.strptime(record["UtcTime"], "%Y-%m-%d %H:%M:%S.%f")
                yield at.replace(tzinfo=timezone.utc).timestamp(), name, record


class Detector:
    """Your work goes here."""

    def __init__(self, folder, out):
        self.out = csv.writer(out)
        self.out.writerow(["time", "host", "technique", "confidence"])
        self.assets, self.address = {}, {}
        path = os.path.join(folder, "assets.csv")
        if os.path.exists(path):
            with open(path, newline="", encoding="utf-8") as file:
                for row in csv.DictReader(file):
                    self.assets[row["host"].lower()] = row
                    self.address[row["address"]] = row["host"]

    def alert(self, at, host, technique, confidence):
        time = datetime.fromtimestamp(at, timezone.utc).isoformat(timespec="milliseconds")
        self.out.writerow([time.replace("+00:00", "Z"), host, technique, confidence])

    def see(self, at, log, record):
        """Called once for each record of all logs, in the order of time."""
        if log == "dhcp.log":
            self.address[record["assigned_addr"]] = record["host_name"]
        elif log == "host.jsonl" and record["EventID"] == 1102:
            host = record["Computer"].split(".")[0]
            self.alert(at, host, "T1070.001", 0.6)  # the audit log was cleared


def main():
    folder = sys.argv[1] if len(sys.argv) > 1 else "/app/input_data"
    output = sys.argv[2] if len(sys.argv) > 2 else "/app/output"
    os.makedirs(output, exist_ok=True)
    with open(os.path.join(output, "alerts.csv"), "w", newline="", encoding="utf-8") as out:
        detector = Detector(folder, out)
        for at, log, record in heapq.merge(*(read(folder, name) for name in LOGS), key=lambda x: x[0]):
            detector.see(at, log, record)


if __name__ == "__main__":
    main()
