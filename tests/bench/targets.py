"""What the figures are to reach (for a machine of 4 cores, telemetry of 0.8 to 1 KB)."""

from bench.figures import text_of

_TARGETS = (  # name, what it is, must, aim; more is better where must < aim
    ("preprocessor.memory.events_per_second", "in memory, one thread, no Redis, events/s", 300_000, 450_000),
    ("preprocessor.redis.events_per_second", "with a local Redis, events/s", 250_000, 330_000),
    ("preprocessor.kafka.events_per_cpu_second", "Kafka and Redis, exactly once, events per CPU-second", 80_000, 120_000),
    ("preprocessor.kafka.ratio_to_passthrough", "the same as a share of the passthrough's", 0.5, 0.7),
    ("validate.ns_per_event", "validation, ns per event", 1_000, 400),
    ("preprocessor.allocations_per_event", "allocations per valid event", 2, 0),
    ("preprocessor.kafka.p99_ms_at_half_load", "p99 end to end at half load, ms", 150, 80),
    ("preprocessor.rss_mb", "resident, peak, MB", 400, 250),
    ("preprocessor.start_seconds", "start to the first event, s", 5, 1),
)


def table(figures):
    """A table in Markdown that names each target and what was reached."""
    rows = ["| figure | must | aim | measured | |", "|---|---:|---:|---:|---|"]
    for name, what, must, aim in _TARGETS:
        value = figures.find(name)
        if value is None:
            rows.append(f"| {what} | {text_of(must)} | {text_of(aim)} | | not measured |")
            continue
        sign = 1 if must < aim else -1
        verdict = "aim" if sign * value >= sign * aim else "must" if sign * value >= sign * must else "missed"
        rows.append(f"| {what} | {text_of(must)} | {text_of(aim)} | {text_of(value)} | {verdict} |")
    return "\n".join(rows)
