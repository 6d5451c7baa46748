"""The figures of one run of scripts/bench: names end in their unit, values are numbers."""

import json


class Figures:
    def __init__(self):
        self._values = {}
        self.notes = []  # what a reader of the figures must know

    def add(self, name, value):
        self._values[name] = value
        print(f"  {name:<62} {text_of(value):>12}", flush=True)

    def get(self, name):
        return self._values[name]

    def find(self, name):
        """None where it was not measured."""
        return self._values.get(name)

    def named(self, prefix):
        """Those whose name starts so, the start cut off."""
        return {name.removeprefix(prefix): value for name, value in self._values.items() if name.startswith(prefix)}

    def note(self, text):
        self.notes.append(text)
        print(f"  NOTE: {text}", flush=True)

    def write(self, path, about):
        with open(path, "w", encoding="utf-8") as file:
            json.dump({"figures": {name: round(value, 5) for name, value in self._values.items()},
                       "notes": self.notes, **about}, file, indent=2)
            file.write("\n")


def text_of(value):
    """Three digits that count, thousands apart."""
    if abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.0f}" if abs(value) >= 100 else f"{value:.3g}"
