"""Commands of the book, run inside its environment by scripts/book.py."""

from __future__ import annotations

import argparse
import sys

from . import BuildError, build, places, translation


def main() -> int:
    parser = argparse.ArgumentParser(prog="book.py")
    commands = parser.add_subparsers(dest="command", required=True)
    one = commands.add_parser("build", help="build the book: web pages and PDF")
    one.add_argument("--no-pdf", action="store_true", help="leave the PDF out")
    one.add_argument(
        "--lang", choices=translation.LANGUAGES, help="one edition only; without it, all"
    )
    commands.add_parser(
        "translate", help="bring the catalogues up to date and tell what is missing"
    )
    commands.add_parser("serve", help="show the book and rebuild what changes").add_argument(
        "--port", type=int, default=8000
    )
    arguments = parser.parse_args()
    if arguments.command == "serve":
        from . import serve

        return serve.serve(arguments.port)

    progress = build.Progress()
    if arguments.command == "translate":
        try:
            print(translation.translate(progress))
        except BuildError as error:
            print(f"\n{error}", file=sys.stderr)
            return 1
        return 0

    try:
        languages = build.editions(arguments.lang)
        for language in languages:
            build.build(language, not arguments.no_pdf, progress)
    except BuildError as error:
        print(
            f"\nThe build failed; the last good edition is untouched.\n\n{error}", file=sys.stderr
        )
        return 1
    progress.say("The book stands:")
    for language in languages:
        for kind, path in build.outputs(language).items():
            if path.exists() and not (kind == "PDF" and arguments.no_pdf):
                print(f"  {kind:4}  {path.relative_to(places.ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
