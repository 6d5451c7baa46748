"""The two Redis servers of a case, by the names that its files use."""

import json

from recorded_case import Unrunnable
from support.own_redis import RedisServer

STORES = ("redis", "redis-meta")
MARKS = b"sluice:mark:"  # of events that were counted; the originals have none, and they go by themselves


class Redis:
    def __init__(self):
        self.servers = {store: RedisServer(settings={"databases": "32"}).start() for store in STORES}

    def close(self):
        for server in self.servers.values():
            server.close()

    def load(self, entries):
        for server in self.servers.values():
            server.client().flushall()
        clients = {}
        for entry in entries:
            place = entry["store"], entry["db"]
            if place not in clients:
                clients[place] = self.servers[entry["store"]].client(entry["db"])
            self._put(clients[place], entry)

    @staticmethod
    def _put(client, entry):
        key, value = entry["key"], entry["value"]
        if entry["type"] == "string":
            client.set(key, value)
        elif entry["type"] == "hash":
            client.hset(key, mapping=value)
        elif entry["type"] == "set":
            client.sadd(key, *value)
        elif entry["type"] == "list":
            client.rpush(key, *value)
        else:
            raise Unrunnable(f"redis.ndjson: unknown type {entry['type']}")
        if entry.get("ttl") is not None:
            client.expire(key, entry["ttl"])

    def dump(self, places):
        for store, db in sorted(places):
            client = self.servers[store].client(db)
            for key in sorted(client.scan_iter(count=1000)):
                if key.startswith(MARKS):
                    continue
                kind = client.type(key).decode()
                ttl = client.ttl(key)
                yield {"store": store, "db": db, "key": text_of(key), "type": kind,
                       "value": self._get(client, kind, key), "ttl": ttl if ttl >= 0 else None}

    @staticmethod
    def _get(client, kind, key):
        if kind == "string":
            return text_of(client.get(key))
        if kind == "hash":
            return {text_of(name): text_of(value) for name, value in client.hgetall(key).items()}
        if kind == "set":
            return sorted(map(text_of, client.smembers(key)))
        if kind == "list":
            return list(map(text_of, client.lrange(key, 0, -1)))
        return f"<{kind}>"


def comparable(entries, rules):
    """The entries with those values in one form of JSON that the case declares to be JSON (`redis_values`)."""
    for entry in entries:
        for rule in rules:
            if (entry["store"], entry["db"]) == (rule["store"], rule["db"]) and isinstance(entry["value"], dict):
                entry["value"] |= {name: _canonical(entry["value"][name], rule["as"])
                                   for name in rule.get("fields", ()) if name in entry["value"]}
        yield entry


def _canonical(text, how):
    plain = text.replace("\\[", "[").replace("\\]", "]") if "\\[" in how else text
    try:
        return json.dumps(json.loads(plain), sort_keys=True)
    except ValueError:
        return text


def text_of(value):
    return value.decode("utf-8", "replace")
