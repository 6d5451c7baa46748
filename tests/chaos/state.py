"""What the stores hold after a run, and how it differs from what they hold after an unharmed one."""

import collections

_MARKS = b"sluice:"
_COUNTERS = ("mdo_registered_officer_count",)


def state_of(world):
    """{(place, key): value}; times of writing are left out, and what is sluice's own."""
    model, found = world.job.model, {}
    for database in model.before.redis_databases:
        client = world.redis.client(database)
        for key in client.scan_iter(count=1000):
            if not key.startswith(_MARKS):
                found[f"redis {database}", key.decode()] = _redis_value(client, key)
    for place, row in world.stores.rows().items():
        found[place] = {name: value for name, value in row.items() if name not in model.now}
    return found


def _redis_value(client, key):
    kind = client.type(key)
    if kind == b"hash":
        return dict(sorted(client.hgetall(key).items()))
    return sorted(client.smembers(key)) if kind == b"set" else client.get(key)


def compare(actual, expected, verdict):
    """Adds each difference to the verdict."""
    verdict.inputs += len(expected)
    verdict.positions += len(actual)
    for place in sorted(expected.keys() | actual.keys()):
        name = " ".join(place)
        if place not in actual:
            verdict.add("lost", f"{name} is not there")
        elif place not in expected:
            verdict.add("doubled", f"{name} is there, and is not after an unharmed run")
        elif actual[place] != expected[place]:
            verdict.add("misrouted", f"{name} differs: {_difference(actual[place], expected[place])}")


def side_by_side(actual, expected):
    """A line per table or database: entries after the harm, and after the unharmed run."""
    counts = [collections.Counter(place for place, _ in state) for state in (actual, expected)]
    for place in sorted(counts[0].keys() | counts[1].keys()):
        yield f"{place}: {counts[0][place]} entries, unharmed {counts[1][place]}"
    for place in sorted(place for place in expected if place[1] in _COUNTERS):
        yield f"{place[1]}: {_sum(actual.get(place))}, unharmed {_sum(expected[place])}"


def _sum(numbers):
    return None if numbers is None else sum(map(int, numbers.values()))


def _difference(actual, expected):
    if not isinstance(actual, dict) or not isinstance(expected, dict):
        return f"{actual!r}, not {expected!r}"[:400]
    names = sorted(name for name in actual.keys() | expected.keys() if actual.get(name) != expected.get(name))
    return "; ".join(f"{name}: {actual.get(name)!r}, not {expected.get(name)!r}" for name in names[:3])[:400]
