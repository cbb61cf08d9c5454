"""The warm engine: what a notebook gives is what an ordinary kernel gives; and what is started ends, however it ends."""

import asyncio
import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import nbformat
import papermill
import psutil
import pytest
from jupyter_client.provisioning import LocalProvisioner
from livingbook.evidence.reading import load
from livingbook.notebook.payload import MIME
from livingbook.project.project import Edition, Project
from livingbook.runs import running
from livingbook.runs.present import Present
from livingbook.runs.runs import Runs
from livingbook.runs.warm import client, engine
from livingbook.system.errors import BuildError
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from papermill.engines import papermill_engines
from papermill.exceptions import PapermillExecutionError

ROOT = Path(__file__).parents[3]
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="nothing is forked there")
papermill_engines.register("warm", engine.WarmEngine)  # of this checkout, whichever is installed

# One cell each. Those that fail do not stop the others.
GALLERY = r"""
print("one", end=""); print(" line"); 1 + 1
---
def outer(x):
    return inner(x)
def inner(x):
    return 1 / x
outer(0)
---
try:
    {}["missing"]
except KeyError as error:
    raise ValueError("wörds") from error
---
this is not Python
---
raise KeyboardInterrupt
---
import sys; sys.exit(3)
---
input("name? ")
---
print("x" * 3_000_000)
---
for number in range(5000): print(number)
---
sys.stderr.write("to the other stream\n")
---
from IPython.display import HTML, clear_output, display
display({"text/plain": "p", "text/html": "<b>p</b>", "application/x+json": {"a": [1, 2.5, None]}}, raw=True)
handle = display(HTML("<i>first</i>"), display_id="one"); handle.update(HTML("<i>second</i>"))
---
print("gone"); clear_output(); print("kept")
---
%matplotlib inline
import matplotlib, matplotlib.pyplot as plt
print(matplotlib.get_backend(), sorted((key, str(value)) for key, value in matplotlib.rcParams.items()))
plt.plot([1, 3, 2]); plt.title("a figure")
---
import pandas as pd, numpy as np
pd.DataFrame({"a": [1, 2], "b": np.array([0.5, np.nan])})
---
import subprocess
subprocess.run(["echo", "from a child"], check=True); !echo from a shell
---
%%bash
echo from bash; cd /; pwd
---
print(repr(sys.stdin.read()), sys.__stdin__.closed, subprocess.run(["cat"], capture_output=True).stdout)
---
import threading
thread = threading.Thread(target=print, args=("in", "a", "thread")); thread.start(); thread.join()
---
def fail(): raise OSError("in a thread")
thread = threading.Thread(target=fail, name="named"); thread.start(); thread.join()
---
import asyncio
await asyncio.sleep(0.01)
print(await asyncio.gather(*(asyncio.to_thread(pow, 2, n) for n in range(4))))
---
import multiprocessing, concurrent.futures
with concurrent.futures.ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("fork")) as pool: print(list(pool.map(abs, [-1, -2])))
print(multiprocessing.current_process().name, multiprocessing.parent_process(), multiprocessing.active_children())
---
print(subprocess.run([sys.executable, "-c", "import multiprocessing as m; m.set_start_method('forkserver'); p = m.Process(target=print, args=(5,)); p.start(); p.join()"], capture_output=True, text=True).stdout)
import multiprocessing.shared_memory
memory = multiprocessing.shared_memory.SharedMemory(create=True, size=10); memory.close(); memory.unlink()
---
import random
random.seed(7); np.random.seed(7); random.random(), np.random.rand(), np.random.default_rng(7).random()
---
import warnings, logging
warnings.warn("careful", UserWarning); warnings.warn("old", DeprecationWarning); logging.getLogger("mine").warning("logged")
---
import os, signal, gc
print(__name__, os.getcwd() == os.environ["PWD_EXPECTED"], os.path.basename(sys.argv[0]), len(sys.argv), sys.argv[-1], sys.path, sys.flags)
print(sorted(set(os.environ) - {"PYDEVD_USE_FRAME_EVAL"}), os.getpgid(0) == os.getpid(), os.getsid(0) == os.getpid())
print([signal.getsignal(each) for each in (signal.SIGTERM, signal.SIGCHLD, signal.SIGHUP)], signal.pthread_sigmask(signal.SIG_BLOCK, []), gc.isenabled(), gc.get_threshold())
print(sys.getrecursionlimit(), sys.getdefaultencoding(), sys.stdout.encoding, type(get_ipython()).__name__, hash("text"))
---
from comm import create_comm
create_comm(target_name="jupyter.widget", comm_id="widget-1", data={"state": {"_model_name": "Model", "_model_module": "module", "value": 5}});
---
%%time
pass
---
get_ipython().run_line_magic("no_such_magic", "")
---
print?
"""


def notebook_of(cells, path, **metadata):
    """Writes a notebook of the given code cells, none of whose errors stops it if it says so."""
    body = [nbformat.v4.new_code_cell(source, id=f"c{index}", metadata=metadata) for index, source in enumerate(cells)]
    kernel = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}}
    nbformat.write(nbformat.v4.new_notebook(cells=body, metadata=kernel), path)
    return path


def execute(engine, path, **options):
    """The executed notebook, and the error if there was one."""
    os.environ.pop("PYTEST_CURRENT_TEST", None)  # where that is set, kernels do not capture what children write
    output = path.with_name(f"{path.stem}-{engine}.ipynb")
    error = None
    try:
        papermill.execute_notebook(
            str(path),
            str(output),
            engine_name=engine,
            kernel_name="python3",
            language="python",
            progress_bar=False,
            **{"extra_arguments": ["--log-level=50"], **options},
        )
    except Exception as found:
        error = found
    return nbformat.read(output, as_version=4), error


def run(cells, path, engine="warm", **options):
    """What each cell printed, if none failed."""
    done, error = execute(engine, notebook_of(cells, path), **options)
    assert error is None, error
    return ["".join(each.get("text", "") for each in cell.outputs) for cell in done.cells]


def lasting(notebook):
    """The notebook without what differs between any two runs of it."""
    widgets = notebook.metadata.get("widgets")
    text = nbformat.writes(running.scrubbed(notebook))
    # Wall times; process ids; and ids of clip paths, hashed from positions that the layout solver does not fix to the last bit.
    return widgets, re.sub(r"(?:CPU times|Wall time).*?\\n|(?<=/ipykernel_)\d+|-p[0-9a-f]{10}", "", text).split('"cell_type"')


def living(mark):
    """Processes that were started with ``mark`` in their environment."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if mark.encode() in (folder / "environ").read_bytes():
                found.append((folder / "cmdline").read_bytes().replace(b"\0", b" ").decode())
        except OSError:
            continue
    return found


def kernels():
    """Processes that were forked for us and are there still."""
    me = psutil.Process()
    return [process for process in me.children(recursive=True) if process.ppid() != me.pid]


def soon(condition, seconds=120.0):
    """Whether something comes true in time."""
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        time.sleep(0.02)
    return condition()


@pytest.fixture(scope="module")
def project():
    return Project.at(ROOT)


# The same as an ordinary kernel gives.


def test_all_kinds_of_cells_give_what_they_give_in_an_ordinary_kernel(tmp_path, monkeypatch):
    monkeypatch.setenv("PYTHONHASHSEED", "0")
    monkeypatch.setenv("PWD_EXPECTED", str(Path.cwd()))
    path = notebook_of(GALLERY.strip().split("\n---\n"), tmp_path / "gallery.ipynb", tags=["raises-exception"])
    with ThreadPoolExecutor(2) as pool:
        (ours, our_error), (theirs, their_error) = pool.map(lambda engine: execute(engine, path, timeout=60), ("warm", "nbclient"))
    assert lasting(ours)[0] == lasting(theirs)[0] is not None
    for mine, other in zip(lasting(ours)[1], lasting(theirs)[1], strict=True):
        assert mine == other
    assert (type(our_error), str(our_error)) == (type(their_error), str(their_error)) == (PapermillExecutionError, str(our_error))


def test_a_notebook_of_the_book_gives_the_same_bytes(project, monkeypatch):
    monkeypatch.setenv("PYTHONHASHSEED", "0")
    found = []
    for name in ("warm", "nbclient"):
        monkeypatch.setenv("LIVINGBOOK_ENGINE", name)
        found.append(running.run_notebook(project, "lists", {"as_of": "latest", "data": "../data"}))
    assert running.payloads(found[0]) and lasting(found[0]) == lasting(found[1])


@pytest.mark.parametrize(
    ("cells", "kind", "options"),
    [
        (["1", "1 / 0", "2"], PapermillExecutionError, {}),
        (["import os, time; time.sleep(0.2); os._exit(3)"], DeadKernelError, {}),
        (["import os, signal, time; time.sleep(0.2); os.kill(os.getpid(), signal.SIGSEGV)"], DeadKernelError, {}),
        (["import time; time.sleep(60)"], CellTimeoutError, {"execution_timeout": 1}),
        (["import time; time.sleep(60)"], PapermillExecutionError, {"execution_timeout": 1, "interrupt_on_timeout": True}),
    ],
    ids=["error", "exit", "crash", "timeout", "interrupt"],
)
def test_what_stops_a_notebook_stops_it_in_the_same_way(tmp_path, cells, kind, options):
    path = notebook_of(cells, tmp_path / "stops.ipynb")
    with ThreadPoolExecutor(2) as pool:
        (ours, our_error), (theirs, their_error) = pool.map(lambda engine: execute(engine, path, **options), ("warm", "nbclient"))
    assert isinstance(our_error, kind) and str(our_error) == str(their_error)
    assert lasting(ours) == lasting(theirs)


def test_the_end_of_a_dying_kernel_is_seen_at_the_first_look_and_what_it_said_is_kept(tmp_path, monkeypatch):
    looked, pauses, ordinary = [], [], client.WarmClient.is_alive

    async def is_alive(self):
        looked.append(await ordinary(self))
        return looked[-1]

    async def pause(seconds, ordinary=asyncio.sleep):
        pauses.append(seconds)
        await ordinary(seconds)

    monkeypatch.setattr(client.WarmClient, "is_alive", is_alive)
    monkeypatch.setattr(client.asyncio, "sleep", pause)
    path = notebook_of(
        ["import os, sys; print('last words'); sys.stdout.flush(); import time; time.sleep(0.5); os._exit(1)"],
        tmp_path / "dies.ipynb",
    )
    done, error = execute("warm", path, cwd=str(tmp_path))
    assert isinstance(error, DeadKernelError) and "last words" in str(done.cells[0].outputs)
    assert looked.count(True) > 2 and looked.count(False) <= 2  # looked while it lived; once dead, not again but to make sure
    assert max(pauses) <= 0.1  # and looked often: an ordinary client does once a second


def test_a_timeout_ends_what_will_not_be_interrupted(tmp_path):
    stubborn = "import time\nwhile True:\n    try: time.sleep(60)\n    except KeyboardInterrupt: pass"
    _, error = execute("warm", notebook_of([stubborn], tmp_path / "stubborn.ipynb"), execution_timeout=1)
    assert isinstance(error, CellTimeoutError)
    assert soon(lambda: not kernels())


def test_what_a_notebook_registers_for_its_end_is_run(tmp_path):
    run(
        [
            f"import atexit, pathlib, tempfile; atexit.register(pathlib.Path({str(tmp_path / 'bye')!r}).write_text, 'bye')",
            "folder = tempfile.TemporaryDirectory(); print(folder.name)",
        ],
        tmp_path / "ends.ipynb",
    )
    assert (tmp_path / "bye").read_text() == "bye"


@pytest.mark.parametrize("name", running.ENGINES)
def test_a_run_for_numbers_only_publishes_the_same_numbers_and_draws_nothing(project, monkeypatch, name):
    monkeypatch.setenv("LIVINGBOOK_ENGINE", name)
    monkeypatch.chdir(project.notebooks)
    found = []
    for figures in (True, False):
        published = running.payloads(running.run_notebook(project, "lists", {"as_of": "latest", "data": "../data"}, figures))
        found.append(
            ({each["name"]: each["body"] for each in published if each["kind"] == "result"}, {each["kind"] for each in published})
        )
    (numbers, kinds), (others, less) = found
    assert numbers == others and kinds - less == {"figure"}


# Each kernel is new.


def test_nothing_passes_from_one_notebook_to_the_next(tmp_path):
    first = [
        "import random, numpy, matplotlib, os, sys, builtins, pandas, warnings",
        "random.seed(1); numpy.random.seed(1); matplotlib.rcParams['font.size'] = 99; os.environ['LEFT'] = '1'; builtins.left = 1; pandas.set_option('display.max_rows', 3); os.chdir('/')",
    ]
    second = [
        first[0],
        "print(matplotlib.rcParams['font.size'], 'LEFT' in os.environ, hasattr(builtins, 'left'), pandas.get_option('display.max_rows'), os.getcwd() == '/')",
    ]
    run(first, tmp_path / "first.ipynb")
    assert run(second, tmp_path / "second.ipynb")[1].split() == ["10.0", "False", "False", "60", "False"]
    draw = ["import random, numpy; print(random.random(), numpy.random.rand())"]
    drawn = [run(draw, tmp_path / f"draw{index}.ipynb")[0].split() for index in range(2)]
    assert all(len({*numbers}) == 2 for numbers in zip(*drawn, strict=True))


def test_the_library_is_that_of_the_notebooks_folder_as_it_is_now(tmp_path):
    (tmp_path / "desertion").mkdir()
    seen = []
    for value in ("one", "two"):
        (tmp_path / "desertion" / "__init__.py").write_text(f"VALUE = {value!r}  # {value * 50}\n")
        seen += run(
            [
                "import sys; print([name for name in sys.modules if name.startswith('desertion')]); import desertion; print(desertion.VALUE)"
            ],
            tmp_path / "reads.ipynb",
            cwd=str(tmp_path),
        )
    assert seen == ["[]\none\n", "[]\ntwo\n"]


def test_a_kernel_imports_little_that_was_not_there_already(project):
    path = project.notebooks / "lists.ipynb"
    original = nbformat.read(path, as_version=4)
    cells = [cell.source for cell in original.cells if cell.cell_type == "code"]
    cells = [
        "import sys; before = set(sys.modules)",
        *cells,
        "print(sorted(name for name in set(sys.modules) - before if name.partition('.')[0] not in ('desertion', 'livingbook')))",
    ]
    scratch = project.build / "tests" / f"{uuid.uuid4().hex}.ipynb"
    scratch.parent.mkdir(parents=True, exist_ok=True)
    try:
        late = eval(run(cells, scratch, cwd=str(project.notebooks))[-1])
    finally:
        for each in scratch.parent.glob(f"{scratch.stem}*"):
            each.unlink()
    assert len(late) <= 8, f"worth adding to PRELOADED: {late}"


def test_notebooks_in_threads_do_not_wait_for_each_other(tmp_path):
    meeting = [
        "import pathlib, time",
        f"here = pathlib.Path({str(tmp_path)!r})",
        "(here / f'here-{name}').touch()",
        "until = time.monotonic() + 60",
        "while len(list(here.glob('here-*'))) < 4 and time.monotonic() < until: time.sleep(0.05)",
        "print(len(list(here.glob('here-*'))))",
    ]
    with ThreadPoolExecutor(4) as pool:
        paths = [tmp_path / f"n{index}.ipynb" for index in range(4)]
        found = list(pool.map(lambda path: run(["\n".join([f"name = {path.stem!r}", *meeting])], path), paths))
    assert found == [["4\n"]] * 4  # each met the other three


def test_runs_leave_nothing_behind(tmp_path):
    def count():
        me = psutil.Process()
        return me.num_fds(), len(me.children(recursive=True)), me.num_threads()

    for index in range(3):
        run(["1"], tmp_path / f"warm{index}.ipynb")
    before = count()
    for index in range(20):
        execute("warm", notebook_of(["1", "1 / 0" if index % 4 == 1 else "2"], tmp_path / "again.ipynb"))
    assert all(after <= was for after, was in zip(count(), before, strict=True)), (before, count())


# What is started ends.

SCRIPT = """
import signal, sys, papermill
signal.signal(signal.SIGINT, signal.default_int_handler)  # who runs the tests in the background has it ignored
from papermill.engines import papermill_engines
from livingbook.runs.warm.engine import WarmEngine
papermill_engines.register("warm", WarmEngine)
papermill.execute_notebook(sys.argv[1], None, engine_name="warm", kernel_name="python3", progress_bar=False)
"""
CHILD = "import subprocess; child = subprocess.Popen(['sleep', '300'])"


@pytest.mark.parametrize(
    ("cells", "end"),
    [
        (["print(5)"], None),
        ([CHILD, "1 / 0"], None),
        ([CHILD, "import os; os._exit(1)"], None),
        ([CHILD, "import time; open('there', 'w').close(); time.sleep(300)"], signal.SIGKILL),
        ([CHILD, "open('there', 'w').close(); sum(range(10**12))"], signal.SIGKILL),
        ([CHILD, "import time; open('there', 'w').close(); time.sleep(300)"], signal.SIGTERM),
        ([CHILD, "import time; open('there', 'w').close(); time.sleep(300)"], signal.SIGINT),
    ],
    ids=["success", "failure", "death", "killed", "killed while the kernel is busy", "terminated", "interrupted"],
)
def test_no_process_outlives_the_one_that_asked_for_it(tmp_path, cells, end):
    mark = uuid.uuid4().hex
    notebook_of(cells, tmp_path / "n.ipynb")
    with subprocess.Popen(
        [sys.executable, "-c", SCRIPT, "n.ipynb"],
        cwd=tmp_path,
        start_new_session=True,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "MARK": mark, "PYTHONPATH": str(ROOT / "notebooks")},
    ) as parent:
        if end:
            assert soon((tmp_path / "there").exists)
            assert len(living(mark)) >= 4  # parent, the process forked from, kernel, its child
            (os.killpg if end == signal.SIGINT else os.kill)(parent.pid, end)  # Ctrl-C goes to all of them
        _, said = parent.communicate(timeout=120)
    assert soon(lambda: not living(mark)), living(mark)
    if cells[-1] == "print(5)":
        assert parent.returncode == 0 and said == ""


def test_the_process_forked_from_may_be_lost(tmp_path):
    run(["1"], tmp_path / "first.ipynb")
    for process in psutil.Process().children():
        if "forkserver" in " ".join(process.cmdline()):
            process.kill()
    assert run(["print(5)"], tmp_path / "second.ipynb") == ["5\n"]


# By name.


def test_papermill_knows_the_engine_by_name(tmp_path):
    notebook_of(["value = 1", "print(value)"], tmp_path / "n.ipynb")
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(
        [sys.executable, "-m", "papermill", "--engine", "warm", "--no-progress-bar", "n.ipynb", "out.ipynb"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        env=environment,
        check=False,
    )
    assert done.returncode == 0, f"{done.stderr}\nIs the project installed? `make test` does it."
    assert nbformat.read(tmp_path / "out.ipynb", as_version=4).cells[1].outputs[0].text == "1\n"


def test_a_script_without_a_guard_may_use_it(tmp_path):
    (tmp_path / "script.py").write_text(SCRIPT + "print('once')\n")
    notebook_of(["print(5)"], tmp_path / "n.ipynb")
    done = subprocess.run(
        [sys.executable, "script.py", "n.ipynb"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT / "notebooks")},
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "once\n", "")


def test_a_kernel_that_is_slow_to_say_that_it_ends_ends_quietly(tmp_path):
    (tmp_path / "script.py").write_text(SCRIPT)
    notebook_of(
        [
            "import time\nkernel = get_ipython().kernel\nsay = kernel._publish_status_and_flush\n"
            "kernel._publish_status_and_flush = lambda *words: [time.sleep(0.5), say(*words)]"
        ],
        tmp_path / "n.ipynb",
    )
    done = subprocess.run(
        [sys.executable, "script.py", "n.ipynb"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT / "notebooks")},
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_where_nothing_can_be_forked_kernels_start_as_usual_and_that_is_said_once(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(engine.multiprocessing, "get_all_start_methods", lambda: ["spawn"])
    monkeypatch.setattr(client, "WarmNotebookClient", None)
    engine.say_once.cache_clear()
    for name in ("a.ipynb", "b.ipynb"):
        assert run(["print(5)"], tmp_path / name) == ["5\n"]
    assert capsys.readouterr().err == "This system cannot fork processes: kernels start cold.\n"


async def _cold(self, cmd, **kwargs):
    return cmd


def test_a_kernel_of_another_interpreter_starts_as_usual(monkeypatch):
    monkeypatch.setattr(LocalProvisioner, "launch_kernel", _cold)
    command = ["/usr/bin/other", "-m", "ipykernel_launcher", "-f", "file"]
    assert asyncio.run(client.WarmProvisioner().launch_kernel(command)) == command


# Runs take turns only where they must.


@pytest.fixture
def fake(tmp_path, monkeypatch):
    """A project of one notebook whose runs last until two are under way, or for a while; each run is counted."""
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "requirements.txt").write_text("")
    notebook_of(["as_of: AsOf = 'latest'  # date", "load(data, as_of)"], tmp_path / "notebooks" / "n.ipynb", tags=["parameters"])
    both, runs = threading.Barrier(2), []

    def run_it(project, name, source, given, figures, data, results):
        runs.append(given["as_of"])
        with contextlib.suppress(threading.BrokenBarrierError):
            both.wait(2)
        payload = {"kind": "result", "notebook": name, "name": "x", "body": {}}
        read = {"table": "observations", "where": {"measure": "listed_absent"}}
        rows = f"rows:{json.dumps({**read, 'folder': '', 'as_of': ''}, sort_keys=True)}"
        output = nbformat.v4.new_output("display_data", data={MIME: payload})
        made = nbformat.v4.new_notebook(
            cells=[nbformat.v4.new_code_cell("1", outputs=[output])],
            metadata={"kernelspec": {"name": "python3", "display_name": "Python"}},
        )
        return running.Ran(made, [(rows, load(project.data).view(given["as_of"]).digest(json.dumps(read, sort_keys=True)))])

    return Project(tmp_path, ROOT / "data"), runs, both, run_it


def obtain_all(project, days, run_it):
    """Outcome of each day's run, asked for at once."""
    runs = Runs(project, Present(), run_it)
    editions = [Edition(f"e{place}", day, {}) for place, day in enumerate(days)]
    with ThreadPoolExecutor(len(days)) as pool:
        list(pool.map(lambda edition: runs.settle(edition, "n"), editions))
    return [runs.made[edition.name, "n"] for edition in editions]


def test_editions_that_see_the_same_rows_share_a_run_and_others_run_at_once(fake):
    project, runs, both, run_it = fake
    both.abort()
    assert obtain_all(project, ["2022-05-01"], run_it) == ["run"]
    both.reset()
    found = obtain_all(project, ["2025-06-09", "2026-01-01", "2022-05-02"], run_it)
    assert found == ["run", "run", "reused"] and not both.broken  # the two were under way together
    assert sorted(runs) == ["2022-05-01", "2025-06-09", "2026-01-01"]
    both.abort()
    runs.clear()
    assert obtain_all(project, ["2023-12-30", "2023-12-31", "2023-12-30"], run_it).count("run") == len(runs) <= 1


def test_an_engine_that_there_is_not_is_named(monkeypatch):
    monkeypatch.setenv("LIVINGBOOK_ENGINE", "hot")
    with pytest.raises(BuildError, match="no engine 'hot'; there are warm and nbclient"):
        running.engine()


def test_a_run_leaves_no_event_loop_open(tmp_path):
    """One that the garbage collector found was seen to complain, among the words of a refusal."""

    def in_a_thread():
        run(["print(1)"], tmp_path / "one.ipynb")
        return asyncio.get_event_loop()

    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(in_a_thread).result().is_closed()
        assert pool.submit(in_a_thread).result().is_closed()  # the next run in the thread has another
