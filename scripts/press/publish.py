"""Put a finished edition in the reader's place, all at once or not at all."""

from __future__ import annotations

import ctypes
import os
import shutil
from collections.abc import Iterable
from pathlib import Path

AT_FDCWD, RENAME_EXCHANGE = -100, 2


def replace_file(new: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    staged = target.with_name(f".{target.name}.new")
    shutil.copyfile(new, staged)
    staged.replace(target)


def replace_tree(new: Path, target: Path, keep: Iterable[str] = ()) -> None:
    """Make ``target`` a copy of ``new``, with the folders ``keep`` as they were in it. Whoever looks sees the old folder or the new one, whole,
    also when the copying is killed half way: the copy is made beside it and exchanged in one step.
    """
    staged = target.with_name(f".{target.name}.new")
    shutil.rmtree(staged, ignore_errors=True)
    shutil.copytree(new, staged)
    for name in keep:
        if (target / name).is_dir():
            shutil.copytree(target / name, staged / name, copy_function=os.link)
    if not target.exists():
        staged.rename(target)
        return
    if not _exchange(staged, target):
        # Not Linux: two renames, with a moment between them.
        old = target.with_name(f".{target.name}.old")
        shutil.rmtree(old, ignore_errors=True)
        target.rename(old)
        staged.rename(target)
        staged = old
    shutil.rmtree(staged)


def _exchange(a: Path, b: Path) -> bool:
    rename = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    return bool(rename) and not rename(
        AT_FDCWD, os.fsencode(a), AT_FDCWD, os.fsencode(b), RENAME_EXCHANGE
    )
