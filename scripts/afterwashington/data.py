"""The tables of `data/`: typed frames, or a plain statement of what is wrong with a file.

`data/datapackage.json` describes every table: columns, types, units, allowed values, keys, cut-off.
`load` holds each file against that description on every read, because a slip in a data file would
otherwise come out as a wrong figure in a finished page.
"""

import copy
import csv
import datetime as dt
import functools
import io
import json
import os
import re
from pathlib import Path

import pandas as pd

PROBLEMS_SHOWN = 5


class DataError(Exception):
    """A table, a row or an identifier that does not agree with the description of the data."""


# Table Schema type: written form, how to read it, what to say when it does not fit.
TYPES = {
    "string": (r"(?s).+", str, "text"),
    "integer": (r"[+-]?\d+", int, "a whole number"),
    "number": (r"[+-]?\d+(\.\d+)?([eE][+-]?\d+)?", float, "a number with a decimal point"),
    "boolean": (r"true|false", "true".__eq__, "true or false"),
    "date": (r"\d{4}-\d\d-\d\d", dt.date.fromisoformat, "a calendar day, YYYY-MM-DD"),
    "year": (r"\d{4}", int, "a year, YYYY"),
    "yearmonth": (r"\d{4}-(0[1-9]|1[0-2])", str, "a month, YYYY-MM"),
}

#: The pattern of text columns whose dates are only as exact as known: 2024, 2024-07, 2024-07-10.
PARTIAL_DATE = r"\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?"


def load(name):
    """Read one table, check it against its description and give it as a typed frame.

    Columns, units and meanings stand in `describe(name)`. `date` and `yearmonth` columns come as
    datetime64 (a month as its first day), `year` and `integer` as int64 (Int64 where a value may
    be missing), `number` as float64, `boolean` as bool (or boolean), `string` as str with NaN for
    nothing. Raises DataError, naming file, line, column, value and what was expected.
    """
    home = _home()
    needed = [name, *sorted({table for table, _, _ in _references(home, name).values()} - {name})]
    _read_so_far.update(needed)
    # The stamp makes a table be read anew when it, its description or a table it needs changes.
    paths = [home / "datapackage.json", *(home / _resource(home, one)["path"] for one in needed)]
    stamp = tuple((p.stat().st_mtime_ns, p.stat().st_size) for p in paths if p.is_file())
    return _checked(home, name, stamp).copy()


def cutoff(name, *more):
    """The latest cut-off date among the tables named: where their knowledge ends."""
    return max(dt.date.fromisoformat(_resource(_home(), n)["cutoff"]) for n in (name, *more))


def describe(name):
    """The descriptor of one table: title, description, schema, sources, licences, cut-off."""
    return copy.deepcopy(_resource(_home(), name))


def tables():
    """Names of all tables, in the order of the descriptor."""
    return list(_resources(_home()))


def subjects():
    """The folders of the data and what they are about, in the order of the descriptor."""
    return dict(_package(_home())["subjects"])


_read_so_far = set()


def tables_read():
    """Names of the tables read in this process, those behind foreign keys included, sorted."""
    return sorted(_read_so_far)


# ---- descriptor and files


def _home():
    """The data folder of the checkout; AFTER_WASHINGTON_DATA points to another one in tests."""
    default = Path(__file__).resolve().parents[2] / "data"
    return Path(os.environ.get("AFTER_WASHINGTON_DATA") or default)


def _package(home):
    path = home / "datapackage.json"
    if not path.is_file():
        raise DataError(f"{path}: the description of the data is missing")
    return _parse(path, path.stat().st_mtime_ns)


def _resources(home):
    return {resource["name"]: resource for resource in _package(home)["resources"]}


@functools.lru_cache
def _parse(path, _stamp):
    try:
        package = json.loads(path.read_text(encoding="utf-8"))
        if not all("name" in resource for resource in package["resources"]):
            raise KeyError("name")
    except (ValueError, KeyError, TypeError) as error:
        raise DataError(f"{path}: not a data package ({error})") from error
    return package


def _resource(home, name):
    resources = _resources(home)
    if name not in resources:
        raise DataError(f"no table {name!r}; there are: {', '.join(resources)}")
    return resources[name]


def _references(home, name):
    """The columns whose values must occur in another table: {column: (table, column, is list)}."""
    schema = _resource(home, name)["schema"]
    found = {
        key["fields"][0]: (key["reference"]["resource"], key["reference"]["fields"][0], False)
        for key in schema.get("foreignKeys", [])
    }
    for field in schema["fields"]:
        if "listOf" in field:
            found[field["name"]] = (field["listOf"]["resource"], field["listOf"]["field"], True)
    return found


def _rows(home, name):
    """Header, records and the line on which each record ends; refuses what is not clean CSV."""
    resource = _resource(home, name)
    path, shown = home / resource["path"], f"data/{resource['path']}"
    if not path.is_file():
        raise DataError(f"{shown}: file is missing; expected the table {name!r}")
    raw = path.read_bytes()
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        line, byte = raw.count(b"\n", 0, error.start) + 1, raw[error.start : error.start + 1]
        raise DataError(f"{shown}: line {line}: byte {byte!r}; expected UTF-8") from error
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        numbered = [(reader.line_num, record) for record in reader]
    except csv.Error as error:
        raise DataError(f"{shown}: line {reader.line_num}: {error}; expected CSV") from error
    if len(numbered) < 2:
        raise DataError(f"{shown}: no rows; expected a header and at least one row")
    (_, header), *numbered = numbered
    fields = [field["name"] for field in resource["schema"]["fields"]]
    if header != fields:
        wrong = [f"column {c!r} is missing" for c in fields if c not in header]
        wrong += [f"column {c!r} is not in the description" for c in header if c not in fields]
        wrong = wrong or [f"columns {header} are in another order"]
        _refuse(shown, [f"line 1: {problem}; expected {fields}" for problem in wrong])
    ragged = [(line, record) for line, record in numbered if len(record) != len(fields)]
    expected = f"expected {len(fields)}"
    _refuse(shown, [f"line {n}: {len(r)} values {r[:3]} ...; {expected}" for n, r in ragged])
    lines, records = zip(*numbered, strict=True)
    return dict(zip(fields, zip(*records, strict=True), strict=True)), lines, shown


# ---- checks


def _refuse(shown, problems):
    if problems:
        rest = len(problems) - PROBLEMS_SHOWN
        more = [f"and {rest} more"] if rest > 0 else []
        raise DataError("\n  ".join([f"{shown}:", *problems[:PROBLEMS_SHOWN], *more]))


def _is_dated(field):
    """Whether a column says when something was. Plans may lie beyond the cut-off (`planned`)."""
    kind, pattern = field["type"], field.get("constraints", {}).get("pattern")
    dated = kind in ("date", "yearmonth", "year") or pattern == PARTIAL_DATE
    return dated and not field.get("planned")


def _expected(value, field, keys, cutoff):
    """What was expected instead of this value, or None if the value is right."""
    limits = field.get("constraints", {})
    form, parse, words = TYPES[field["type"]]
    if value == "":
        return words if limits.get("required") else None
    try:
        parsed = parse(value) if re.fullmatch(form, value) else None
    except ValueError:
        parsed = None
    if parsed is None:
        return words
    if "enum" in limits and value not in map(str, limits["enum"]):
        return f"one of {', '.join(map(str, limits['enum']))}"
    if "minimum" in limits and parsed < parse(str(limits["minimum"])):
        return f"at least {limits['minimum']}"
    if "maximum" in limits and parsed > parse(str(limits["maximum"])):
        return f"at most {limits['maximum']}"
    if "pattern" in limits and not re.fullmatch(limits["pattern"], value):
        return f"the form {limits['pattern']}"
    if _is_dated(field) and value > cutoff[: len(value)]:
        return f"nothing after the cut-off of the table, {cutoff}"
    if keys:
        known, table, several = keys
        unknown = [v for v in (value.split(";") if several else [value]) if v not in known]
        if unknown:
            return f"a value listed in the table {table!r}, which has no {', '.join(unknown)!r}"
    return None


@functools.lru_cache
def _checked(home, name, _stamp):
    resource = _resource(home, name)
    schema, cutoff = resource["schema"], resource["cutoff"]
    columns, lines, shown = _rows(home, name)
    references = _references(home, name)
    problems = []
    for field in schema["fields"]:
        column, keys = field["name"], None
        if column in references:
            table, target, several = references[column]
            keys = (set(_rows(home, table)[0][target]), table, several)
        # Distinct values only: long tables repeat the same few codes thousands of times.
        wrong = {v: e for v in set(columns[column]) if (e := _expected(v, field, keys, cutoff))}
        if wrong:
            problems += [
                (line, f"line {line}, column {column!r}: {v!r}; expected {wrong[v]}")
                for line, v in zip(lines, columns[column], strict=True)
                if v in wrong
            ]
        if "allowedBy" in field:
            problems += _wrong_together(field, columns, lines)
        if field.get("constraints", {}).get("unique"):
            problems += _repeats([column], columns, lines)
    if "primaryKey" in schema:
        problems += _repeats(schema["primaryKey"], columns, lines)
    _refuse(shown, [text for _, text in sorted(problems)])
    return pd.DataFrame({f["name"]: _typed(columns[f["name"]], f) for f in schema["fields"]})


def _wrong_together(field, columns, lines):
    """A value can be a known one and still be wrong beside another: a unit for what it measures."""
    by, allowed = field["allowedBy"]["field"], field["allowedBy"]["values"]
    for line, what, value in zip(lines, columns[by], columns[field["name"]], strict=True):
        if what in allowed and value not in allowed[what]:
            expected = f"expected {' or '.join(allowed[what])} for {what!r}"
            yield line, f"line {line}, column {field['name']!r}: {value!r}; {expected}"


def _repeats(key, columns, lines):
    first = {}
    for line, value in zip(lines, zip(*(columns[c] for c in key), strict=True), strict=True):
        if value in first:
            where = f"line {line}, column {', '.join(key)!r}: {', '.join(value)!r}"
            yield line, f"{where}; expected a value that line {first[value]} does not have"
        first.setdefault(value, line)


def _typed(values, field):
    kind = field["type"]
    column = pd.Series(values, dtype="str")
    column = column.mask(column == "")
    complete = column.notna().all()
    if kind in ("date", "yearmonth"):
        return pd.to_datetime(column, format="%Y-%m-%d" if kind == "date" else "%Y-%m")
    if kind == "boolean":
        column = column.map({"true": True, "false": False})
        return column.astype("bool" if complete else "boolean")
    if kind in ("integer", "year"):
        return pd.to_numeric(column).astype("int64" if complete else "Int64")
    return pd.to_numeric(column).astype("float64") if kind == "number" else column
