"""Check alerts.csv and print its scores: check.py ALERTS INCIDENTS"""
import csv
import re
import sys
from datetime import datetime

COLUMNS = ["time", "host", "technique", "confidence"]
TOLERANCE, MIN_STEPS, HORIZON = 300, 3, 86400


def seconds(text):
    return datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()


def related(a, b):
    return a == b or a == b.split(".")[0] or b == a.split(".")[0]


def load_alerts(path):
    """Return the alerts in the order of time; exit with the line at fault."""
    alerts = []
    with open(path, newline="", encoding="utf-8") as file:
        rows = csv.reader(file)
        if next(rows, None) != COLUMNS:
            sys.exit(f"{path}:1: the header must be {','.join(COLUMNS)}")
        for row in rows:
            try:
                if len(row) != 4 or not row[1] or not re.fullmatch(r"T\d{4}(\.\d{3})?", row[2]):
                    raise ValueError("a host and a technique such as T1003.001 are expected")
                if not 0 <= float(row[3]) <= 1:
                    raise ValueError("the confidence must lie between 0 and 1")
                alerts.append((seconds(row[0]), row[1].lower(), row[2]))
            except ValueError as problem:
                sys.exit(f"{path}:{rows.line_num}: {problem}")
    return sorted(alerts)


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    alerts = load_alerts(sys.argv[1])
    with open(sys.argv[2], newline="", encoding="utf-8") as file:
        steps = [(r["incident"], r["host"].lower(), r["technique"], seconds(r["start"]), seconds(r["end"]))
                 for r in csv.DictReader(file)]
    size, begin, found, detected, matching = {}, {}, {}, {}, 0
    for incident, _, _, start, _ in steps:
        size[incident] = size.get(incident, 0) + 1
        begin[incident] = min(begin.get(incident, start), start)
    for at, host, technique in alerts:
        hit = [i for i, s in enumerate(steps)
               if s[1] == host and related(s[2], technique) and s[3] <= at <= s[4] + TOLERANCE]
        matching += bool(hit)
        for i in hit:
            incident = steps[i][0]
            matched = found.setdefault(incident, set())
            matched.add(i)
            if len(matched) >= min(MIN_STEPS, size[incident]):
                detected.setdefault(incident, at - begin[incident])
    steps_found = sum(len(matched) for matched in found.values())
    precision = steps_found / (steps_found + len(alerts) - matching) if alerts else 0.0
    recall = len(detected) / len(size)
    f1 = 2 * precision * recall / (precision + recall) if precision and recall else 0.0
    late = sum(min(HORIZON, d) for d in detected.values()) + HORIZON * (len(size) - len(detected))
    for name, value in [("event_f1", f1), ("incident_recall", recall), ("alert_precision", precision)]:
        print(f"{name} {value:.4f}")
    print(f"mean_time_to_detect {late / len(size):.0f}")


if __name__ == "__main__":
    main()
