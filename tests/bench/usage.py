"""What processes and the machine have used, from /proc."""

import os
import pathlib
import platform
import re

_TICKS = os.sysconf("SC_CLK_TCK")


def cpu_seconds(pid):
    """User and system time of all threads of a process, ended ones too."""
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace").rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def _status_mb(pid, name):
    text = pathlib.Path(f"/proc/{pid}/status").read_text(encoding="ascii", errors="replace")
    return int(re.search(rf"^{name}:\s*(\d+) kB", text, re.MULTILINE).group(1)) / 1024


def rss_mb(pid):
    return _status_mb(pid, "VmRSS")


def peak_rss_mb(pid):
    return _status_mb(pid, "VmHWM")


def machine_busy_seconds():
    """CPU seconds that all processes together have used since the machine's start."""
    fields = [int(field) for field in pathlib.Path("/proc/stat").read_text(encoding="ascii").split("\n", 1)[0].split()[1:]]
    user, nice, system, _idle, _iowait, irq, softirq, *_ = fields
    return (user + nice + system + irq + softirq) / _TICKS


def describe_machine():
    """One line: processor, cores, memory, kernel."""
    cpu = re.search(r"^model name\s*:\s*(.*)$", pathlib.Path("/proc/cpuinfo").read_text(encoding="ascii"), re.MULTILINE)
    memory = re.search(r"MemTotal:\s*(\d+)", pathlib.Path("/proc/meminfo").read_text(encoding="ascii"))
    system = re.search(r'^PRETTY_NAME="(.*)"', pathlib.Path("/etc/os-release").read_text(encoding="utf-8"), re.MULTILINE)
    return (f"{cpu.group(1) if cpu else platform.processor()}, {os.cpu_count()} cores, "
            f"{int(memory.group(1)) / 1048576:.0f} GB, {system.group(1) if system else platform.system()}")
