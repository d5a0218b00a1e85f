"""Commands of the book, run inside its environment by scripts/book.py."""

from __future__ import annotations

import argparse
import sys

from . import BuildError, build, places


def main() -> int:
    parser = argparse.ArgumentParser(prog="book.py")
    commands = parser.add_subparsers(dest="command", required=True)
    one = commands.add_parser("build", help="build the book: web pages and PDF")
    one.add_argument("--no-pdf", action="store_true", help="leave the PDF out")
    commands.add_parser("serve", help="show the book and rebuild what changes").add_argument(
        "--port", type=int, default=8000
    )
    arguments = parser.parse_args()
    if arguments.command == "serve":
        from . import serve

        return serve.serve(arguments.port)

    progress = build.Progress()
    try:
        build.build(pdf=not arguments.no_pdf, progress=progress)
    except BuildError as error:
        print(
            f"\nThe build failed; the last good edition is untouched.\n\n{error}", file=sys.stderr
        )
        return 1
    progress.say("The book stands:")
    for kind, path in build.outputs("en").items():
        if path.exists() and not (kind == "PDF" and arguments.no_pdf):
            print(f"  {kind:4}  {path.relative_to(places.ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
