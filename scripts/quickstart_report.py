"""Shows what the runs of the quick start did: what came in, where it went, why it failed.

  scripts/quickstart_report.py EVENTS JOBS_OUTPUT_FOLDER BATCHES CHAINS_OUTPUT_FOLDER
"""

import collections
import gzip
import json
import pathlib
import sys

WHAT = {
    "telemetry.unique": "every unique event",
    "telemetry.unique.primary": "to be denormalised, first lane",
    "telemetry.unique.secondary": "to be denormalised, second lane",
    "telemetry.failed": "not valid: why is below",
    "telemetry.duplicate": "seen before, by mid",
    "telemetry.error": "ERROR events",
    "telemetry.audit": "AUDIT events",
    "telemetry.cb.audit": "CB_AUDIT events",
    "druid.events.log": "LOG events, for Druid as they are",
}
FLAGS = {"device": "device_denorm", "user": "user_denorm", "content": "content_denorm"}
WIDTH = 118
TRY_NEXT = [
    ("see an event that failed", "head -n 1 {out}/{failed} | python3 -m json.tool"),
    ("see what the stages can do", "build/release/sluice stages"),
    ("change a stage, then check the file", "build/release/sluice validate config/quickstart.yaml"),
    ("run one job on your Kafka and Redis", "KAFKA_BROKERS=host:9092 REDIS_URL=redis://host:6379 \\\n"
                                            "    build/release/sluice run config/pipeline-preprocessor.yaml"),
    ("run the whole chain on them", "KAFKA_BROKERS=host:9092 REDIS_URL=redis://host:6379 REDIS_META_URL=redis://host:6380 \\\n"
                                    "    build/release/sluice run config/telemetry-pipeline.yaml"),
    ("test everything on a real Kafka and Redis", "scripts/test"),
]


def lines(path):
    opened = gzip.open(path, "rb") if path.suffix == ".gz" else open(path, "rb")
    with opened as file:
        for line in file:
            if line.strip():
                yield line


def event_of(line):
    """The event of an input line, {} where there is none."""
    try:
        event = json.loads(line)
    except ValueError:
        return {}
    return event if isinstance(event, dict) else {}


def table(heads, rows):
    widths = [max(len(str(row[i])) for row in [heads, *rows]) for i in range(len(heads))]
    for row in [heads, ["-" * width for width in widths], *rows]:
        cells = [str(cell).rjust(width) if isinstance(cell, int) else str(cell).ljust(width)
                 for cell, width in zip(row, widths)]
        print("  " + "  ".join(cells).rstrip())


def most_common(counts, shown=4):
    listed = [f"{name} {count}" for name, count in counts.most_common(shown)]
    rest = len(counts) - shown
    return ", ".join(listed + ([f"{rest} more"] if rest > 0 else []))


def eids(events):
    return collections.Counter(str(event.get("eid", "(no eid)")) for event in events)


def written_to(folder, topics="*"):
    """The records of each topic."""
    return {path.name.removesuffix(".ndjson"): [json.loads(line) for line in lines(path)]
            for path in sorted(folder.glob(f"{topics}.ndjson"))}


def report_job(source, folder):
    came = [event_of(line) for line in lines(source)]
    written = written_to(folder)
    outputs = {topic: [record["value"] for record in records] for topic, records in written.items()}
    print(f"\nWhat came in: {len(came)} records of {source}")
    print(f"  {most_common(eids(came), 6)}")

    print(f"\nWhere it went ({folder}/<topic>.ndjson)\n")
    rows = []
    for topic, events in sorted(outputs.items(), key=lambda output: -len(output[1])):
        what = next((text for name, text in WHAT.items() if topic == name or topic.endswith("." + name)), "")
        rows.append([topic, len(events), what, most_common(eids(events), 3)])
    table(["topic", "records", "what", "event types"], rows)
    # An event that a stage made has a fourth part in its position.
    positions = {"/".join(record["headers"]["sluice-position"].split("/")[:3])
                 for records in written.values() for record in records}
    print(f"\n  {len(positions)} of {len(came)} records are on at least one topic; SHARE_ITEM events were made here")

    failed = next((topic for topic in outputs if topic.endswith("telemetry.failed")), None)
    if failed and outputs[failed]:
        print("\nWhy they failed (metadata.validation_error: a place in the event, or in the schema of its type)\n")
        reasons = collections.defaultdict(list)
        for event in outputs[failed]:
            reasons[event.get("metadata", {}).get("validation_error", "(none)")].append(event)
        table(["validation_error", "records", "event types"],
              [[reason, len(events), most_common(eids(events), 3)]
               for reason, events in sorted(reasons.items(), key=lambda reason: -len(reason[1]))])
    return f"{failed}.ndjson"


def members(event, compared=None):
    """One line per member; of those that differ from `compared`, where that is given."""
    for name, value in event.items():
        if compared is None or compared.get(name) != value:
            line = f"{name}: {json.dumps(value, ensure_ascii=False, separators=(',', ':'))}"
            print("    " + (line if len(line) <= WIDTH else line[:WIDTH - 1] + "…"))


def report_chain(source, folder):
    batches = [event_of(line) for line in lines(source)]
    came = [event for batch in batches for event in batch.get("events", []) if isinstance(event, dict)]
    druid = {topic: [record["value"] for record in records]
             for topic, records in written_to(folder, "*druid.*").items() if records}
    largest_first = sorted(druid.items(), key=lambda output: -len(output[1]))
    print(f"\nWhat came in: {len(came)} events in {len(batches)} batches of {source}")
    print(f"\nWhat Druid gets, and how many of it were enriched with what is known of their device, user and content ({folder})\n")
    rows = []
    for topic, events in largest_first:
        enriched = [sum(event.get("flags", {}).get(flag) is True for event in events) for flag in FLAGS.values()]
        rows.append([topic, len(events), *enriched, most_common(eids(events), 3)])
    table(["topic", "records", *FLAGS, "event types"], rows)

    by_mid = {event.get("mid"): event for event in reversed(came)}
    for event in (event for _, events in largest_first for event in events):
        if event.get("mid") in by_mid and all(event.get("flags", {}).get(flag) for flag in FLAGS.values()):
            print("\nOne of them, as it came in its batch\n")
            members(by_mid[event["mid"]])
            print("\n  and what Druid gets besides, or otherwise\n")
            members(event, by_mid[event["mid"]])
            return


def main():
    events, folder, batches, chain_folder = map(pathlib.Path, sys.argv[1:])
    print("\n== The main job")
    failed = report_job(events, folder)
    print("\n== The whole chain, from batches to Druid")
    report_chain(batches, chain_folder)
    print("\nWhat to try next\n")
    for what, command in TRY_NEXT:
        print(f"  {what}:\n    {command.format(out=folder, failed=failed)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
