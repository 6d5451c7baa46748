"""A wall clock that a test can step for all processes that it starts."""

import pathlib
import shutil
import struct
import subprocess
import tempfile


class SteppedClock:
    """Where there is a C compiler; else, and under sanitizers, which must be loaded first, it steps nothing."""

    def __init__(self, binary):
        self._folder = pathlib.Path(tempfile.mkdtemp(prefix="sluice-clock-"))
        self._step = self._folder / "step"
        self._library = self._folder / "clock_shim.so"
        self._step.write_bytes(struct.pack("<q", 0))
        compiler = shutil.which("cc")
        self.works = compiler is not None and b"__asan_init" not in binary.read_bytes() and subprocess.run(
            [compiler, "-shared", "-fPIC", "-O1", "-o", self._library, pathlib.Path(__file__).with_name("clock_shim.c"),
             "-ldl"], check=False).returncode == 0

    def environment(self):
        return {"LD_PRELOAD": str(self._library), "CLOCK_SHIM_FILE": str(self._step)} if self.works else {}

    def step(self, seconds):
        """The clock is that many seconds ahead of the true one from now on."""
        with open(self._step, "r+b") as file:  # in place: the file is mapped
            file.write(struct.pack("<q", seconds))

    def close(self):
        shutil.rmtree(self._folder, ignore_errors=True)
