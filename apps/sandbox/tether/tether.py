"""Runs one command that must not outlive whoever started it.

    python3 -I -S tether.py RECORD GRACE_SECONDS COMMAND [ARGUMENT...]

Standard input is the tether: it is a pipe that the starter holds open and never writes to. When it closes, because the starter
asks for the end or was killed, the command's process group gets SIGTERM, and SIGKILL after the grace. When the tether itself is
killed, Linux kills the command at once (PR_SET_PDEATHSIG). RECORD tells the next start what to end if even that failed:
process id and start time, which together name one process for ever. Ends with the command's own exit status.
"""

import ctypes
import json
import os
import signal
import sys
import threading
import time

PR_SET_PDEATHSIG = 1


def die_with_parent(parent):
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)


def started_at(pid):
    """Ticks since boot on Linux; elsewhere the second, good enough against a reused number."""
    try:
        with open(f"/proc/{pid}/stat") as stat:
            return stat.read().rsplit(")", 1)[1].split()[19]
    except OSError:
        return str(int(time.time()))


def start(command):
    parent = os.getpid()
    child = os.fork()
    if child:
        return child
    try:
        os.setpgid(0, 0)
        die_with_parent(parent)
        nothing = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing, 0)
        os.execvp(command[0], command)
    except OSError as problem:
        print(f"{command[0]}: {problem.strerror}", file=sys.stderr)
    os._exit(127)


def end(child, grace):
    try:
        os.killpg(child, signal.SIGTERM)
        time.sleep(grace)
        os.killpg(child, signal.SIGKILL)
    except ProcessLookupError:
        pass


def wait_for_end_of_tether(child, grace):
    while os.read(0, 1024):
        pass
    end(child, grace)


def main():
    record, grace, command = sys.argv[1], float(sys.argv[2]), sys.argv[3:]
    child = start(command)
    for descriptor in range(3, 16):
        try:
            os.close(descriptor)
        except OSError:
            pass
    # Whoever reads meanwhile finds all of it, or nothing.
    with open(f"{record}.new", "w") as file:
        json.dump({"pid": child, "startedAt": started_at(child), "command": command[0]}, file)
    os.replace(f"{record}.new", record)
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda *_: threading.Thread(target=end, args=(child, grace), daemon=True).start())
    threading.Thread(target=wait_for_end_of_tether, args=(child, grace), daemon=True).start()
    _, status = os.waitpid(child, 0)
    try:
        os.killpg(child, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        pass
    try:
        os.unlink(record)
    except OSError:
        pass
    code = os.waitstatus_to_exitcode(status)
    os._exit(code if code >= 0 else 128 - code)


main()
