"""Put into a project as ``sitecustomize``: every process of a build then watches its own changes of files under ``_build``.

``KILL`` is "area at" or nothing: just before the given change of that area, the process that began the build is killed.
``KILL_LOG``, a file, gets a line with the area of each change. An area is a folder of the build.
"""

import os
import re
import signal
import sys

CHANGES = {"os.rename": 1, "os.remove": 0, "os.mkdir": 0, "os.rmdir": 0, "os.symlink": 1, "shutil.rmtree": 0, "os.utime": 0}
AREAS = re.compile(r"/_build/(sphinx/_build/html|sphinx/_build/\.doctrees|[.\w]+)|/data/(\.import)")
WRITES = os.O_WRONLY | os.O_RDWR

os.environ.setdefault("KILL_WHOM", str(os.getpid()))
asked = os.environ.get("KILL", "").split()
log = os.environ.get("KILL_LOG")
seen = 0


def watch(event, arguments):
    global seen
    if event == "open":
        path = arguments[0] if arguments[2] & WRITES else None
    else:
        path = arguments[CHANGES[event]] if event in CHANGES else None
    found = AREAS.search(os.fsdecode(path)) if isinstance(path, (str, bytes, os.PathLike)) else None
    if found is None:
        return
    area = found.group(1) or found.group(2)
    if log:
        handle = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        os.write(handle, f"{area}\n".encode())
        os.close(handle)
    if asked and area == asked[0]:
        seen += 1
        if seen == int(asked[1]):
            os.kill(int(os.environ["KILL_WHOM"]), signal.SIGKILL)


if limit := os.environ.get("LIMIT"):  # "FSIZE 1000": a limit that the system sets
    import resource

    kind, number = limit.split()
    resource.setrlimit(getattr(resource, f"RLIMIT_{kind}"), (int(number), int(number)))
if asked or log:
    sys.addaudithook(watch)
