"""The figures as one SVG picture: four panels."""

from bench.figures import text_of

_WIDTH, _HEIGHT = 460, 300  # of a panel
_LEFT, _RIGHT, _TOP, _BOTTOM = 66, 16, 46, 44
_COLOURS = ("#9aa5b1", "#1f6feb", "#d9822b", "#a33ea1")
_LOADS = (("25 %", "quarter"), ("50 %", "half"), ("90 %", "90_percent"))


def write_plot(path, figures, rss_track, about):
    panels = [_throughput(figures), _latency(figures), _workers(figures) or _in_memory(figures), _memory(rss_track)]
    columns = 2
    height = (len(panels) + 1) // columns * _HEIGHT + 30
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{columns * _WIDTH}" height="{height}" '
             'font-family="sans-serif" font-size="12">',
             f'<rect width="{columns * _WIDTH}" height="{height}" fill="white"/>']
    for number, panel in enumerate(panels):
        x, y = number % columns * _WIDTH, number // columns * _HEIGHT
        parts.append(f'<g transform="translate({x},{y})">{panel}</g>')
    parts.append(f'<text x="10" y="{height - 10}" fill="#555">{_escape(about["machine"])}; {about["when"]}</text></svg>\n')
    with open(path, "w", encoding="utf-8") as file:
        file.write("\n".join(parts))


def _throughput(figures):
    cases = [(label, name) for label, name in (("none", "kafka"), ("lz4", "kafka.lz4"), ("zstd", "kafka.zstd"),
                                               ("at least once", "kafka.at_least_once"))
             if figures.named(f"preprocessor.{name}.events_per_cpu_second")]
    return _bars("Events per CPU-second, exactly once unless said", [label for label, _ in cases],
                 {who: [figures.get(f"{who}.{name}.events_per_cpu_second") for _, name in cases]
                  for who in ("passthrough", "preprocessor") if figures.named(f"{who}.kafka.")})


def _latency(figures):
    return _bars("End to end, ms, by share of the full rate", [label for label, _ in _LOADS],
                 {quantile: [figures.get(f"preprocessor.kafka.{quantile}_ms_at_{load}_load") for _, load in _LOADS]
                  for quantile in ("p50", "p99", "p999")})


def _workers(figures):
    labels = [(partitions, workers) for partitions in (8, 64) for workers in (1, 2, 4)
              if figures.named(f"preprocessor.kafka.partitions_{partitions}.workers_{workers}.events_per_second")]
    if not labels:
        return None
    return _bars("Events per second by partitions x workers", [f"{p} x {w}" for p, w in labels], {
        "wall": [figures.get(f"preprocessor.kafka.partitions_{p}.workers_{w}.events_per_second") for p, w in labels],
        "per CPU-second": [figures.get(f"preprocessor.kafka.partitions_{p}.workers_{w}.events_per_cpu_second")
                           for p, w in labels]})


def _in_memory(figures):
    return _bars("Events per second without Kafka, one thread", ["memory", "Redis"], {
        "wall": [figures.get(f"preprocessor.{store}.events_per_second") for store in ("memory", "redis")]})


def _memory(track):
    points = track[::max(1, len(track) // 200)]
    most_events = max(events for events, _ in points)
    most_mb = _round_up(max(mb for _, mb in points))
    line = " ".join(f"{_x(events / most_events):.1f},{_y(mb / most_mb):.1f}" for events, mb in points)
    return (_frame("Resident MB as events go through", most_mb)
            + f'<polyline points="{line}" fill="none" stroke="{_COLOURS[1]}" stroke-width="2"/>'
            + _text(_x(1), _HEIGHT - _BOTTOM + 18, f"{text_of(most_events)} events", "end"))


def _bars(title, labels, series):
    most = _round_up(max(value for values in series.values() for value in values))
    parts = [_frame(title, most)]
    slot = 1 / len(labels)
    width = slot * 0.8 / len(series)
    for index, (name, values) in enumerate(series.items()):
        colour = _COLOURS[index if len(series) > 1 else 1]
        parts.append(f'<rect x="{_LEFT + index * 120}" y="26" width="10" height="10" fill="{colour}"/>'
                     + _text(_LEFT + index * 120 + 14, 35, name))
        for place, value in enumerate(values):
            left, top = _x(place * slot + slot * 0.1 + index * width), _y(value / most)
            wide = _x(width) - _x(0)
            parts.append(f'<rect x="{left:.1f}" y="{top:.1f}" width="{wide - 2:.1f}" height="{_y(0) - top:.1f}" '
                         f'fill="{colour}"/>')
            parts.append(_text(left + wide / 2, top - 3, _short(value), "middle", 10))
    for place, label in enumerate(labels):
        parts.append(_text(_x((place + 0.5) * slot), _HEIGHT - _BOTTOM + 18, label, "middle"))
    return "".join(parts)


def _frame(title, most):
    parts = [_text(_LEFT, 16, title, size=13)]
    for share in (0, 0.25, 0.5, 0.75, 1):
        y = _y(share)
        parts.append(f'<line x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" y1="{y:.1f}" y2="{y:.1f}" stroke="#ddd"/>')
        parts.append(_text(_LEFT - 6, y + 4, _short(most * share), "end"))
    return "".join(parts)


def _x(share):
    return _LEFT + share * (_WIDTH - _LEFT - _RIGHT)


def _y(share):
    return _HEIGHT - _BOTTOM - share * (_HEIGHT - _TOP - _BOTTOM)


def _round_up(value):
    """The next of 1, 2, 4, 5, 8 times a power of ten, with room for a label above the highest bar."""
    power = 10 ** (len(str(int(max(value, 1)))) - 1)
    return next(step * power for step in (1, 2, 4, 5, 8, 10, 20) if step * power >= value * 1.05)


def _short(value):
    return f"{value / 1000:.0f} k" if value >= 10_000 else text_of(value)


def _text(x, y, text, anchor="start", size=12):
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="{size}">{_escape(text)}</text>'


def _escape(text):
    return str(text).replace("&", "&amp;").replace("<", "&lt;")
