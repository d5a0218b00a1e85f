"""Feed Sphinx with executed notebooks, so that every way of building gives the same book.

The execution itself is in ``press.execution``. Here its outputs are put into the notebooks as
Sphinx reads them, and what the house style promises for outputs is arranged: alternative text from
the computed one, numbered tables from frames, files for download beside each figure.
"""

from __future__ import annotations

import base64
import copy
import re
from pathlib import Path

import nbformat
from babel.dates import get_month_names
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError

from afterwashington import words
from aw_editions import published
from press import BuildError, execution, places, translation

GLUED = "application/papermill.record/text/plain"
FIGURE_FILES = {
    "image/svg+xml": ".svg",
    "image/png": ".png",
    "text/csv": ".csv",
    "application/vnd.afterwashington.narrow+svg": ".narrow.svg",
}


def run_notebooks(app: Sphinx) -> None:
    app.aw_runs = {}
    try:
        for language, paths in translation.spoken(app.config.aw_language).items():
            inputs = execution.Inputs(language)
            execution.execute(paths, inputs, language)
            for path in paths:
                page = path.relative_to(places.BOOK).with_suffix("").as_posix()
                app.aw_runs[page] = execution.read(path, inputs, language)
    except BuildError as error:
        raise ExtensionError(str(error)) from None


def in_language(value: str, language: str, page: str = "") -> str:
    """A value from a page that is not translated yet, shown on one that is.

    It is translated if a catalogue has its words already, and its months in any case.
    """
    known = words.catalogue(translation.catalogues(language, page))
    said = known.gettext(value[1:-1]) if value[:1] in ("'", '"') else None
    if said is not None:
        return repr(said)
    there, here = (get_month_names("wide", locale=one) for one in ("en", language))
    return re.sub("|".join(there.values()), lambda m: here[_number(m[0], there)], value)


def _number(name: str, months: dict[int, str]) -> int:
    return next(number for number, month in months.items() if month == name)


def outdated(app: Sphinx, env, added, changed, removed) -> list[str]:
    """Chapters whose outputs changed, and then every page that prints numbers of other pages."""
    seen = getattr(env, "aw_keys", {})
    keys = {name: run.key for name, run in app.aw_runs.items()}
    env.aw_keys = keys
    stale = {name for name, key in keys.items() if seen.get(name) != key}
    if stale | added | changed | removed:
        stale |= env.found_docs - set(keys)
    return sorted(stale & env.found_docs)


def insert_outputs(app: Sphinx, docname: str, content: list[str]) -> None:
    run = app.aw_runs.get(docname)
    if run is None:
        return
    notebook = nbformat.reads(content[0], as_version=4)
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    borrowed = docname not in published(app.config.aw_language)
    app.env.aw_tables[docname] = run.tables
    app.env.aw_sources.setdefault(docname, set())
    for cell, outputs in zip(cells, copy.deepcopy(run.outputs), strict=True):
        cell.outputs = [nbformat.from_dict(output) for output in outputs]
        for output in cell.outputs:
            if output.output_type == "display_data":
                _prepare(app, docname, cell, output)
                if borrowed and GLUED in output.data:
                    output.data[GLUED] = in_language(
                        output.data[GLUED], app.config.aw_language, docname
                    )
    content[0] = nbformat.writes(notebook)


def _prepare(app: Sphinx, docname: str, cell, output) -> None:
    meta = output.get("metadata", {})
    if "alt" in meta:
        figure = cell.metadata.get("mystnb", {}).get("figure", {})
        if not figure.get("name") or not figure.get("caption"):
            raise ExtensionError(
                f"{docname}, cell {cell.id!r}: a figure needs a name and a caption"
            )
        if app.builder.name != "gettext":  # the notebook itself prints it translated
            cell.metadata["mystnb"]["image"] = {"alt": meta["alt"]}
        app.env.aw_sources[docname].update(meta.get("sources", []))
        folder = Path(app.outdir) / "_figures"
        folder.mkdir(parents=True, exist_ok=True)
        for mime, suffix in FIGURE_FILES.items():
            body = output.data.pop(mime) if mime != "image/svg+xml" else output.data[mime]
            if docname not in published(app.config.aw_language):
                continue
            body = base64.b64decode(body) if mime == "image/png" else body.encode("utf-8")
            (folder / f"{figure['name']}{suffix}").write_bytes(body)
    elif "text/markdown" in output.data:
        table = cell.metadata.get("table")
        if not table:
            raise ExtensionError(f"{docname}, cell {cell.id!r}: a table needs a name and a caption")
        output.data.pop("text/csv", None)
        if app.builder.name == "gettext":  # the notebook itself prints the cells translated
            output.data["text/markdown"] = "| |\n|---|\n| |"
        output.data["text/markdown"] = (
            f"```{{table}} {table['caption']}\n:name: {table['name']}\n\n"
            f"{output.data['text/markdown'].strip()}\n```\n"
        )


def ready(app: Sphinx, env, docnames) -> None:
    for name, empty in (("aw_tables", dict), ("aw_sources", dict), ("aw_claims", dict)):
        if not hasattr(env, name):
            setattr(env, name, empty())


def purge(app: Sphinx, env, docname: str) -> None:
    for name in ("aw_tables", "aw_sources", "aw_claims"):
        getattr(env, name, {}).pop(docname, None)


def setup(app: Sphinx) -> dict:
    app.add_config_value("aw_language", "en", "env")
    app.connect("builder-inited", run_notebooks)
    app.connect("env-get-outdated", outdated)
    app.connect("env-before-read-docs", ready)
    app.connect("env-purge-doc", purge)
    app.connect("source-read", insert_outputs)
    return {"parallel_read_safe": False, "parallel_write_safe": True}
