"""Run the notebooks: in parallel, each in a fresh kernel, and only when something it uses changed.

The usual execution caches compare the code cells alone, so a corrected number in ``data/`` or a
mended function leaves the old figure standing. Here each run records what it read (tables of the
data package, modules of the helper package, words and their translations); the outputs are used
again only while all of these, the code, the pinned requirements and the language are unchanged.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

import nbformat

from . import BuildError, places, translation

TIMEOUT_SECONDS = 300

#: Runs after the last cell and tells what the notebook used. Never part of the book.
PROBE = """
import json as _json, sys as _sys
_tables = _sys.modules.get("afterwashington.data")
_words = _sys.modules.get("afterwashington.words")
print(_json.dumps({
    "modules": sorted({m.__file__ for n, m in list(_sys.modules.items())
                       if n.split(".")[0] == "afterwashington" and getattr(m, "__file__", None)}),
    "tables": list(_tables.tables_read()) if _tables else [],
    "words": _words.asked() if _words else {},
}))
"""


class ExecutionError(BuildError):
    """A notebook failed or warned; the message names the chapter and the cell."""


@dataclass(frozen=True)
class Run:
    """What one execution left behind.

    ``outputs``: one list of outputs per code cell. ``tables``: names of the tables that were read.
    ``words``: what is printed, with its translation or None. ``key``: changes whenever the outputs
    may have changed.
    """

    outputs: list[list[dict]]
    tables: list[str]
    words: dict[str, str | None]
    key: str


def _sha(data: bytes | str) -> str:
    return hashlib.sha256(data.encode() if isinstance(data, str) else data).hexdigest()


def _code(notebook: nbformat.NotebookNode) -> str:
    return _sha(json.dumps([c.source for c in notebook.cells if c.cell_type == "code"]))


def _notebook(path: Path) -> nbformat.NotebookNode:
    return places.read_source(path, lambda text: nbformat.reads(text, as_version=4), "cells")


class Inputs:
    """Hashes of everything a notebook may depend on, taken once, before anything runs.

    Taking them first means that a file edited during a run counts as changed at the next one.
    """

    def __init__(self, language: str = "en"):
        package = places.read_source(places.DATA / "datapackage.json", json.loads, "resources")
        self.resources = {r["name"]: r for r in package["resources"]}
        self.environment = _sha(
            places.REQUIREMENTS.read_text(encoding="utf-8") + sys.version + language + PROBE
        )
        self._known: dict[str, str] = {}

    def sha(self, name: str) -> str:
        """Hash of ``table:<name>`` (contents and description) or of ``module:<path>``."""
        if name not in self._known:
            self._known[name] = self._hash(*name.split(":", 1))
        return self._known[name]

    def _hash(self, kind: str, name: str) -> str:
        if kind == "module":
            path = places.ROOT / name
            return _sha(path.read_bytes()) if path.exists() else "missing"
        resource = self.resources.get(name)
        if resource is None or not (places.DATA / resource["path"]).exists():
            return "missing"
        return _sha(
            json.dumps(resource, sort_keys=True)
            + _sha((places.DATA / resource["path"]).read_bytes())
        )

    def take_all(self) -> None:
        for path in sorted((places.SCRIPTS / "afterwashington").glob("*.py")):
            self.sha(f"module:{path.relative_to(places.ROOT).as_posix()}")
        for name in self.resources:
            self.sha(f"table:{name}")


def _record(path: Path, language: str) -> Path:
    return places.EXECUTED / language / f"{path.stem}.json"


def read(path: Path, inputs: Inputs, language: str = "en") -> Run | None:
    """The stored run of the notebook at ``path``, or None if anything that it used changed."""
    record = _record(path, language)
    if not record.exists():
        return None
    stored = json.loads(record.read_text(encoding="utf-8"))
    notebook = _notebook(path)
    fresh = (
        stored["code"] == _code(notebook)
        and stored["environment"] == inputs.environment
        and all(inputs.sha(name) == sha for name, sha in stored["inputs"].items())
        and translation.holds(stored["words"], language, _page(path))
    )
    if not fresh:
        return None
    return Run(stored["outputs"], stored["tables"], stored["words"], stored["key"])


def _page(path: Path) -> str:
    return path.relative_to(places.BOOK).with_suffix("").as_posix()


def _own_kernel(folder: str) -> type:
    """A kernel manager for the Python that builds the book, reached through pipes in ``folder``."""
    from jupyter_client.manager import AsyncKernelManager

    class OwnKernel(AsyncKernelManager):
        def __init__(self, *args, **kwargs):
            # Pipes, not network sockets: notebooks run with no network at all, loopback included.
            super().__init__(*args, **kwargs | {"transport": "ipc", "ip": f"{folder}/k"})

        @property
        def kernel_spec(self):
            # A kernel of the same name elsewhere on the machine must not run our chapters.
            spec = super().kernel_spec
            spec.argv[0] = sys.executable
            return spec

    return OwnKernel


def _run(path: Path, inputs: Inputs, language: str) -> float:
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

    started = time.monotonic()
    name = path.relative_to(places.BOOK).as_posix()
    notebook = _notebook(path)
    code = _code(notebook)
    notebook.cells.append(nbformat.v4.new_code_cell(PROBE, id="probe"))
    with tempfile.TemporaryDirectory() as profile:
        environment = os.environ | {
            "AFTER_WASHINGTON_LANGUAGE": language,
            "AFTER_WASHINGTON_CATALOGUES": translation.catalogues(language, _page(path)),
            "IPYTHONDIR": profile,
            "PYTHONHASHSEED": "0",
            "OMP_NUM_THREADS": "1",
            "OPENBLAS_NUM_THREADS": "1",
            "MPLBACKEND": "agg",
        }
        client = NotebookClient(
            notebook,
            kernel_manager_class=_own_kernel(profile),
            timeout=TIMEOUT_SECONDS,
            resources={"metadata": {"path": str(path.parent)}},
            record_timing=False,
        )
        try:
            client.execute(env=environment)
        except CellExecutionError as error:
            cell = next(c for c in notebook.cells if _failed(c))
            raise ExecutionError(
                f"{name}, cell {cell.id!r}: {error.ename}: {error.evalue}\n{str(error).strip()}"
            ) from None
        except (CellTimeoutError, DeadKernelError) as error:
            raise ExecutionError(f"{name}: {error}") from None
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            if output.output_type == "stream" and output.name == "stderr":
                raise ExecutionError(f"{name}, cell {cell.id!r} warned:\n{output.text.strip()}")
    probe = json.loads(notebook.cells.pop().outputs[0].text)
    modules = [Path(m).relative_to(places.ROOT).as_posix() for m in probe["modules"]]
    used = [f"module:{m}" for m in modules] + [f"table:{t}" for t in probe["tables"]]
    outputs = [c.outputs for c in notebook.cells if c.cell_type == "code"]
    for cell_outputs in outputs:
        for output in cell_outputs:
            output.pop("execution_count", None)
    stored = {
        "code": code,
        "environment": inputs.environment,
        "inputs": {name: inputs.sha(name) for name in sorted(used)},
        "tables": sorted(probe["tables"]),
        "words": probe["words"],
        "outputs": outputs,
        "key": _sha(json.dumps(outputs, sort_keys=True)),
    }
    record = _record(path, language)
    record.parent.mkdir(parents=True, exist_ok=True)
    partial = record.with_suffix(".partial")
    partial.write_text(json.dumps(stored, ensure_ascii=False), encoding="utf-8")
    partial.replace(record)
    return time.monotonic() - started


def _failed(cell: nbformat.NotebookNode) -> bool:
    return any(o.output_type == "error" for o in cell.get("outputs", []))


def execute(paths: list[Path], inputs: Inputs, language: str = "en", report=lambda *_: None) -> int:
    """Run those of ``paths`` that need it, as many at once as there are cores.

    ``report(done, of, name, seconds)`` is called after each. Returns the number that ran. Raises
    ExecutionError with every failure, after all the others have finished.
    """
    inputs.take_all()
    stale = [path for path in paths if read(path, inputs, language) is None]
    failures = []
    with ThreadPoolExecutor(max_workers=os.cpu_count() or 1) as pool:
        jobs = {pool.submit(_run, path, inputs, language): path for path in stale}
        for done, job in enumerate(as_completed(jobs), start=1):
            name = _page(jobs[job])
            try:
                report(done, len(stale), name, job.result())
            except ExecutionError as error:
                failures.append(str(error))
    if failures:
        raise ExecutionError("\n\n".join(sorted(failures)))
    return len(stale)
