#!/usr/bin/env python3
"""Build, test and serve the book. Needs Python 3.11 or newer and nothing else.

    python3 scripts/book.py build     web pages and PDF, in all languages or one (--lang ar)
    python3 scripts/book.py test      all tests
    python3 scripts/book.py serve     show the book, rebuild what changes
    python3 scripts/book.py translate bring the catalogues up to date, tell what is missing

The first run makes a virtual environment in .venv and installs the pinned requirements there; what
the system itself must provide is installed where that is allowed, and named in one line where not.
This file uses the standard library alone, since it runs before anything is installed.
"""

import ctypes.util
import hashlib
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMP = VENV / "installed.sha256"

#: What is needed: (how to see whether it is there, Debian packages, what goes without it).
SYSTEM = {
    "Pango": (
        lambda: all(
            map(ctypes.util.find_library, ("pango-1.0", "pangoft2-1.0", "harfbuzz-subset"))
        ),
        ["libpango-1.0-0", "libpangoft2-1.0-0", "libharfbuzz-subset0"],
        "the PDF",
    ),
    "Chromium": (
        lambda: shutil.which("chromium") or shutil.which("chromium-browser"),
        ["chromium"],
        "the tests in a browser",
    ),
}


def fail(message):
    sys.exit(f"book.py: {message}")


def run(command, **more):
    return subprocess.run(command, **more).returncode


def apt_install(packages):
    """Install Debian packages where we may; False where not or when it fails."""
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return False
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    env = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    install = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages]
    return run(install, env=env, **quiet) == 0 or (
        run(["apt-get", "update", "-qq"], env=env, **quiet) == 0
        and run(install, env=env, **quiet) == 0
    )


def ensure_environment():
    """Make .venv and install the requirements, unless exactly these are installed already."""
    if sys.version_info < (3, 11):
        fail(f"Python 3.11 or newer is needed; this is {sys.version.split()[0]}")
    parts = [ROOT / "requirements.txt", ROOT / "scripts" / "pyproject.toml"]
    wanted = hashlib.sha256(
        b"".join(p.read_bytes() for p in parts) + f"{sys.version_info[:2]} {ROOT}".encode()
    ).hexdigest()
    if PYTHON.exists() and STAMP.exists() and STAMP.read_text() == wanted:
        return
    started = time.monotonic()
    print("Installing the pinned requirements into .venv (once; a few minutes) ...", flush=True)
    if not PYTHON.exists() and run([sys.executable, "-m", "venv", str(VENV)]) != 0:
        version = f"python3.{sys.version_info[1]}-venv"
        shutil.rmtree(VENV, ignore_errors=True)
        if not apt_install([version]) or run([sys.executable, "-m", "venv", str(VENV)]) != 0:
            fail(f"no virtual environment can be made; install the package {version}")
    STAMP.unlink(missing_ok=True)
    pip = [str(PYTHON), "-m", "pip", "install", "--disable-pip-version-check", "--quiet"]
    log = VENV / "install.log"
    with log.open("w") as out:
        code = run([*pip, "-r", str(parts[0])], cwd=ROOT, stdout=out, stderr=subprocess.STDOUT)
    if code:
        tail = "\n".join(log.read_text(errors="replace").splitlines()[-8:])
        fail(f"the requirements could not be installed (network?). The installer said:\n{tail}")
    # Once here, so that no build has to wait for them: fonts and matplotlib's font list.
    if run(
        [str(PYTHON), "-c", "import matplotlib.font_manager; from press import fonts; fonts.make()"]
    ):
        fail("the fonts could not be prepared")
    STAMP.write_text(wanted)
    print(f"Installed in {time.monotonic() - started:.0f} s.", flush=True)


def ensure_system(*names):
    """Names of what is there after trying to install what is missing; says what goes without it."""
    there = []
    for name in names:
        check, packages, without = SYSTEM[name]
        if not check() and apt_install(packages):
            print(f"Installed {name}.", flush=True)
        if check():
            there.append(name)
        else:
            print(
                f"{name} is missing, so {without} will be left out; on Debian or Ubuntu install: "
                f"{' '.join(packages)}",
                flush=True,
            )
    return there


def main(arguments):
    command = arguments[0] if arguments else "--help"
    if command in ("-h", "--help"):
        print(__doc__)
        return 0
    if command not in ("build", "test", "serve", "translate"):
        fail(f"unknown command {command!r}; there are build, test, serve and translate")
    ensure_environment()
    env = os.environ | {"PYTHONUNBUFFERED": "1"}
    if command == "test":
        ensure_system("Pango", "Chromium")
        return run([str(PYTHON), "-m", "pytest", *arguments[1:]], cwd=ROOT, env=env)
    extra = []
    if command == "build" and "--no-pdf" not in arguments and not ensure_system("Pango"):
        extra = ["--no-pdf"]
    return run([str(PYTHON), "-m", "press", *arguments, *extra], cwd=ROOT, env=env)


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
