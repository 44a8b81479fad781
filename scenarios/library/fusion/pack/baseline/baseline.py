"""Baseline: reports that share an exact indicator belong together.

Usage: python3 baseline.py INPUT_DIR OUTPUT_DIR

It reads every partner's file below INPUT_DIR/reports, pulls indicators out of
the raw text, and joins reports that share one. Indicators that many reports
name are left out, since they are shared infrastructure rather than evidence.
It ignores times, victims, actors and malware.
"""

import csv
import json
import re
import sys
from collections import defaultdict
from pathlib import Path

TOO_COMMON = 12  # an indicator in more reports than this proves nothing

PATTERNS = {
    "sha256": re.compile(r"\b[0-9a-f]{64}\b"),
    "md5": re.compile(r"\b[0-9a-f]{32}\b"),
    "ipv4": re.compile(r"\b(?:\d{1,3}\.){3}\d{1,3}\b"),
    "url": re.compile(r"\bhttps?://[^\s'\",;<>\]]+"),
    "email": re.compile(r"\b[\w.+-]+@[\w-]+(?:\.[\w-]+)+\b"),
    "domain": re.compile(r"\b[a-z0-9-]+(?:\.[a-z0-9-]+)*\.example\b"),
    "ref": re.compile(r"\bref:\d+\b"),
}


def records(folder):
    """Yields (id, text with indicators) for every report of every partner."""
    for path in sorted(folder.iterdir()):
        with open(path, encoding="utf-8", newline="") as file:
            if path.name.endswith(".stix.jsonl"):
                for line in file:
                    objects = json.loads(line)["objects"]
                    report = next(o["id"] for o in objects if o["type"] == "report")
                    text = [o["pattern"] for o in objects if o["type"] == "indicator"]
                    text += ["ref:" + r["external_id"] for o in objects for r in o.get("external_references", [])
                             if r["source_name"] == "national-case"]
                    yield report, " ".join(text)
            elif path.name.endswith(".misp.jsonl"):
                for line in file:
                    event = json.loads(line)["Event"]
                    yield event["uuid"], " ".join(a["value"] for a in event["Attribute"] if a["type"] != "target-org")
            elif path.suffix == ".csv":
                comma = ";" if ";" in file.readline() else ","
                file.seek(0)
                for row in csv.DictReader(file, delimiter=comma):
                    yield row["id"], row.get("indicators") or row.get("indikatoren") or ""
            elif path.suffix == ".syslog":
                for line in file:
                    found = re.search(r'\bid="([^"]+)"', line)
                    if found:
                        yield found.group(1), line.rpartition("] ")[2]


def indicators(text):
    text = text.lower().replace("hxxp", "http").replace("[.]", ".").replace("(.)", ".")
    return {kind + ":" + value for kind, pattern in PATTERNS.items() for value in pattern.findall(text)}


def cluster(found):
    """Union-find over shared indicators; found maps id to a set of them."""
    parent = {report: report for report in found}

    def root(report):
        while parent[report] != report:
            parent[report] = parent[parent[report]]
            report = parent[report]
        return report

    holders = defaultdict(list)
    for report, values in found.items():
        for value in values:
            holders[value].append(report)
    for reports in holders.values():
        if len(reports) <= TOO_COMMON:
            for other in reports[1:]:
                parent[root(other)] = root(reports[0])
    return {report: root(report) for report in found}


def main(source, target):
    found = {report: indicators(text) for report, text in records(Path(source) / "reports")}
    target = Path(target)
    target.mkdir(parents=True, exist_ok=True)
    with open(target / "clusters.csv", "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["id", "cluster"])
        writer.writerows(cluster(found).items())


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
