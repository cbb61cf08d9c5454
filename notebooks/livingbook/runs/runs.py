"""The runs of one book or one sweep: for each notebook and edition a stored run is found, or the notebook is run.

Whether a stored run is still valid, ``validity`` decides. ``make book`` runs the notebooks without a valid run.

No notebook declares what it reads. A notebook that asks for results which this build has not made yet is stopped; they are made,
and it is run again. Notebooks that wait for each other are an error that names them.
"""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from functools import partial
from pathlib import Path
from typing import Any

from livingbook.project.project import SETTING, Edition, Project
from livingbook.runs import cell_errors
from livingbook.runs.asked import Asked
from livingbook.runs.cell_errors import CellError
from livingbook.runs.notebook_source import Source, source_at
from livingbook.runs.present import MADE_KINDS, Inputs, Present
from livingbook.runs.running import Runner, run_recorded, write_notebook
from livingbook.runs.store import Store, StoredRun
from livingbook.runs.validity import first_valid, in_short, made_inputs
from livingbook.system.digests import digest
from livingbook.system.errors import BuildError
from livingbook.system.files import as_json_line, write

Job = tuple[str, str]  # (edition, notebook), or ("sweep", name of the sweep)


class Changed(Exception):
    """Something that a notebook read changed while it ran, so that its run cannot be stored."""


class Runs:
    """Finds or makes runs, for one state of a project.

    run_it: the function that runs a notebook; by default on this machine. say: a function that is called with a line of text for
    everything that happens.
    """

    def __init__(
        self, project: Project, present: Present, run_it: Runner = run_recorded, say: Callable[[str], None] = lambda _: None
    ) -> None:
        self.project, self.present, self.run_it, self.say = project, present, run_it, say
        self.store = Store(project.build / "store")
        self.sweeps: dict[str, Callable[[], Any]] = {}  # name → function that brings its table up to date
        self.shares: dict[str, list[tuple[Edition, str]]] = {}  # sweep → the runs that it shares: with figures, made once
        self.made: dict[Job, str] = {}  # "run" or "reused"
        self.known: dict[Job, StoredRun] = {}  # the runs of the last book, if they are known to hold still
        self.kept: set[str] = set()  # keys of runs that unchanged sweeps use
        self._futures: dict[Job, Future[Any]] = {}
        self._waiting: dict[Job, list[Job]] = defaultdict(list)  # job → the jobs that it waits for
        self._sources: dict[str, Source] = {}
        self._locks: dict[str, threading.Lock] = defaultdict(threading.Lock)
        self._lock = threading.RLock()

    # --- Asking -------------------------------------------------------------------------------------------------------------

    def source(self, name: str) -> Source:
        """A notebook's file, read once. Raises ``BuildError`` if it is not a notebook."""
        with self._lock:
            if name not in self._sources:
                path = self.project.notebooks / f"{name}.ipynb"
                self._sources[name] = source_at(path, self.present.read(path), self.project.settings.kinds)
            return self._sources[name]

    def asked(self, edition: Edition, name: str) -> Asked:
        """The run of a notebook for an edition, not made yet."""
        return Asked(self.project, edition, name, self.source(name), self.present)

    def settle(self, edition: Edition, name: str, by: Job | None = None) -> StoredRun:
        """The valid run of a notebook for an edition, found or made; its results are then where other notebooks read them.

        by: the job that asks for it. Raises ``BuildError`` that names notebook and cell if a cell fails, or the notebooks that wait
        for each other.
        """
        return self._once((edition.name, name), by, lambda: self._settled(edition, name))

    def settle_all(self, editions: Iterable[Edition]) -> None:
        """Brings every notebook of the editions, and every sweep, up to date. Raises ``BuildError`` with all that went wrong.

        A notebook begins when the results that it is likely to read are there. If it reads others, it is stopped and run again. Of
        notebooks that seem to wait for each other, the one that waits for the fewest begins.
        """
        first = {name: set() if self.known else self._likely(name) for name in self.project.notebook_names}
        waiting: dict[Job, set[Job]] = {("sweep", name): set() for name in self.sweeps}
        waiting |= {
            (edition.name, name): {
                ("sweep" if each in self.sweeps and kind == "sweep" else edition.name, each) for kind, each in first[name]
            }
            for edition in editions
            for name in first
        }
        do = {(edition.name, name): partial(self.settle, edition, name) for edition in editions for name in first}
        do |= {("sweep", name): partial(self.settle_sweep, name) for name in self.sweeps}
        running: dict[Future[Any], Job] = {}
        failed: dict[Job, BaseException] = {}
        with ThreadPoolExecutor(len(do)) as pool:  # most threads only wait, for a core or for each other
            while waiting or running:
                left = waiting.keys() | set(running.values())
                ready = [job for job, before in waiting.items() if not before & left]
                if not (ready or running):
                    ready = [min(waiting, key=lambda job: (len(waiting[job] & left), len(waiting[job])))]
                for job in ready:
                    del waiting[job]
                    running[pool.submit(do[job])] = job
                for done in wait(running, return_when=FIRST_COMPLETED).done:
                    job = running.pop(done)
                    if error := done.exception():
                        failed[job] = error
        wrong = [failed[job] for job in do if job in failed]  # in the same order, whichever failed first
        ours = [error for error in wrong if not isinstance(error, BuildError)]
        if ours:
            raise ours[0]
        if wrong:
            raise BuildError("\n".join(dict.fromkeys(map(str, cell_errors.joined(wrong)))))

    def _likely(self, name: str) -> set[tuple[str, str]]:
        """The notebooks and sweeps that a notebook is likely to read, as ("results" or "sweep", name).

        Those that earlier runs of the same file read; without such a run, those that runs of other states of the file read, and
        those that it mentions.
        """
        if name not in self.project.notebook_names:
            return set()  # an earlier run read a notebook that does not exist any more
        source, runs = self.source(name), self.store.all(name)
        same = [run for run in runs if run.record["identity"].get("source") == source.hash]
        read = {(kind, each) for run in same or runs for kind, each in made_inputs(run.record["inputs"])}
        likely = {("results" if kind == "document" else kind, each) for kind, each in read}
        return (
            likely
            if same
            else likely | source.mentioned([each for each in self.project.notebook_names if each != name], list(self.sweeps))
        )

    def reads_sweeps(self, name: str) -> bool:
        """Whether a notebook is likely to read the table of a sweep, directly or by the results of others."""
        return any(kind == "sweep" for each in [name, *self.reads_of(name)] for kind, _ in self._likely(each))

    def has_sweep(self, name: str, by: Job) -> bool:
        """Brings the table of a sweep up to date; False if the book has no such sweep, even if an old table of it lies there."""
        self.settle_sweep(name, by)
        return name in self.sweeps

    def settle_sweep(self, name: str, by: Job | None = None) -> Any:
        """Brings the table of a sweep up to date."""
        return self._once(("sweep", name), by, partial(self._swept, name)) if name in self.sweeps else None

    def _swept(self, name: str) -> Any:
        shared = self.shares.get(name, [])
        with ThreadPoolExecutor(len(shared) or 1) as pool:
            list(pool.map(lambda each: self.settle(each[0], each[1], ("sweep", name)), shared))
        return self.sweeps[name]()

    def used(self) -> set[str]:
        """Keys of the runs that were found or made."""
        with self._lock:
            done = [future.result() for future in self._futures.values() if future.done() and not future.exception()]
        return self.kept | {each.key for each in done if isinstance(each, StoredRun)}

    def settled(self, editions: Collection[str]) -> dict[Job, StoredRun]:
        """The runs that were found or made for these editions."""
        with self._lock:
            return {
                job: future.result()
                for job, future in self._futures.items()
                if job[0] in editions and future.done() and not future.exception()
            }

    def reads_of(self, name: str) -> list[str]:
        """The notebooks whose results a notebook is likely to read, directly or not."""
        found: set[str] = set()
        waiting = [name]
        while waiting:
            new = {each for kind, each in self._likely(waiting.pop()) if kind != "sweep"} - found
            found |= new
            waiting += new
        return sorted((found - {name}) & set(self.project.notebook_names))

    def _once(self, job: Job, by: Job | None, make: Callable[[], Any]) -> Any:
        """The result of a job: ``make`` is called by the first thread that asks, other threads wait for its result.

        Raises ``BuildError`` where jobs wait for each other.
        """
        with self._lock:
            future, first = self._futures.get(job), False
            if future is None:
                future = self._futures[job] = Future()
                first = True
            elif not future.done():
                self._require_no_cycle(job, by)
            if by:
                self._waiting[by].append(job)
        try:
            if first:
                try:
                    future.set_result(make())
                except BaseException as error:
                    future.set_exception(error)
            return future.result()
        finally:
            with self._lock:
                if by:
                    self._waiting[by].remove(job)

    def _require_no_cycle(self, job: Job, by: Job | None) -> None:
        ways = [[job]]
        while by and ways:
            way = ways.pop()
            if way[-1] == by:
                names = [f"sweep {name}" if edition == "sweep" else name for edition, name in [*way, job]]
                raise BuildError(f"notebooks wait for each other: {' → '.join(names)}: each of them reads the results of the next")
            ways += [[*way, each] for each in self._waiting[way[-1]] if each not in way]

    # --- Finding and making -------------------------------------------------------------------------------------------------

    def inputs(self, edition: Edition, by: Job) -> Inputs:
        """The hashes of what a run for an edition can read. Asking for results or a sweep makes them. by: the job that asks."""

        def document(name: str) -> dict[str, Any] | None:
            if name not in self.project.notebook_names:
                return None
            return self.settle(edition, name, by).of_edition(edition.name)

        return Inputs(self.present, self.project, edition, document, lambda name: self.has_sweep(name, by))

    def _settled(self, edition: Edition, name: str) -> StoredRun:
        job = edition.name, name
        asked, inputs = self.asked(edition, name), self.inputs(edition, job)
        known = self.known.get(job)
        if known and known.is_whole:
            run = known
        else:
            run = first_valid(self.store.of(name, asked.identity), inputs) or self._made(asked, inputs, job)
        write(self.project.edition_folder(edition.name) / f"{name}.json", as_json_line(run.of_edition(edition.name)))
        if self.made.setdefault(job, "reused") == "reused":
            self.say(f"{edition.name}: {name}: reused in 0.0 s")
        return run

    def _made(self, asked: Asked, inputs: Inputs, job: Job) -> StoredRun:
        while True:
            sharing_key = self.sharing_key(asked, inputs)
            with self._locks[sharing_key]:  # of two editions that will share a run, the second waits and finds that of the first
                if run := first_valid(self.store.of(asked.name, asked.identity), inputs):
                    return run
                if sharing_key == self.sharing_key(asked, inputs) and (run := self._run(asked, inputs, job)):
                    return run

    def _run(self, asked: Asked, inputs: Inputs, job: Job) -> StoredRun | None:
        """Runs a notebook and stores the run. Returns ``None`` if it asked for results that were not made; they are made now."""
        self.say(f"{job[0]}: {job[1]} …")
        results = asked.project.edition_folder(asked.edition.name)
        half = self.project.build / "failed" / asked.edition.name / f"{asked.name}.ipynb"
        half.unlink(missing_ok=True)
        try:
            ran = self.run_it(
                asked.project, asked.name, asked.source.content, asked.given, asked.edition.figures, inputs.folder, results
            )
        except CellError as error:
            raise kept(error, half, asked) from None
        strange = [what for what, _ in ran.inputs if what.startswith("sweep:") and what.partition(":")[2] not in self.sweeps]
        if waits := [*ran.waits, *strange]:
            self._make_missing(asked, waits, ran.failure, inputs)
            return None
        moved = {what for what, found in ran.inputs if not found == inputs.hash(what) == inputs.hash_now(what)} | set(ran.changed)
        if moved:
            raise Changed(f"{job[1]} read {', '.join(map(in_short, sorted(moved)))}")
        run = self.store.keep(asked.name, asked.identity, ran)
        self.made[job] = "run"
        self.say(f"{job[0]}: {job[1]}: run in {ran.seconds:.1f} s")
        for complaint in ran.said:
            self.say(f"{job[0]}: {job[1]}: {complaint}")
        return run

    def _make_missing(self, asked: Asked, waits: list[str], failure: BuildError | None, inputs: Inputs) -> None:
        """Makes the results and sweeps that a notebook lacked. Raises ``BuildError`` for what does not exist."""
        for what in waits:
            kind, _, name = what.partition(":")
            known = self.sweeps if kind == "sweep" else self.project.notebook_names
            if kind != "sweep" and name == asked.name:
                raise BuildError(f"notebooks/{asked.name}.ipynb: reads its own results")
            if name not in known:
                read = "the sweep" if kind == "sweep" else "the results of the notebook"
                there = ", ".join(sorted(known)) or "none at all"
                raise BuildError(f"notebooks/{asked.name}.ipynb: reads {read} {name!r}, and there is none; there are {there}")
            if inputs.has_asked(what):  # it is made already: the notebook looked for it in another place
                raise failure or BuildError(f"notebooks/{asked.name}.ipynb: looks for {what} where it is not")
            inputs.hash(what)

    def sharing_key(self, asked: Asked, inputs: Inputs) -> str:
        """A hash that is equal for two runs which will probably be shared: they have equal inputs, as far as earlier runs show."""
        read = {
            what
            for run in self.store.of(asked.name, asked.identity)
            for what, _ in run.record["inputs"]
            if what.partition(":")[0] not in MADE_KINDS
        }
        return digest(
            asked.name, as_json_line(asked.identity), *(part for what in sorted(read) for part in (what, inputs.hash(what)))
        )


def kept(error: CellError, path: Path, asked: Asked) -> CellError:
    """The error with the edition it happened in; the notebook, as far as it ran, is kept at ``path``."""
    edition = asked.edition
    settings = ", ".join(f"{key}={value}" for key, value in asked.given.items() if key not in ("data", "results"))
    error.asked = f"sweep, {settings}" if edition.name.startswith(SETTING) else f"edition {edition.name}"
    if error.document is not None:
        write_notebook(path, error.document)
        error.kept = str(path.relative_to(asked.project.root))
    return error
