"""The faults by name. `all` are those after which Redis still knows every claim; `claims` are the others."""

from chaos.faults import feed_faults, kafka_faults, policy_faults, process_faults, redis_faults, store_faults
from chaos.faults.fault import Fault  # noqa: F401

_MODULES = process_faults, redis_faults, kafka_faults, policy_faults, feed_faults, store_faults
FAULTS = {fault.name: fault for module in _MODULES for fault in module.FAULTS}


def select(text):
    """The faults of a list such as `all,claims` or `kill,redis-stop`; SystemExit names what is not known."""
    chosen = {}
    for word in filter(None, text.split(",")):
        if word == "all":
            found = [fault for fault in FAULTS.values() if not fault.loses_claims]
        elif word == "claims":
            found = [fault for fault in FAULTS.values() if fault.loses_claims]
        elif word in FAULTS:
            found = [FAULTS[word]]
        else:
            raise SystemExit(f"chaos: no fault is called {word}: all, claims, {', '.join(FAULTS)}")
        chosen.update((fault.name, fault) for fault in found)
    return list(chosen.values())
