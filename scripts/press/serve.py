"""Show the book at a local address and rebuild what changes while one writes."""

from __future__ import annotations

from . import BuildError, build, places


def rebuild() -> None:
    try:
        build.build(pdf=False)
    except BuildError as error:
        print(f"\n{error}\n\nThe pages shown are those of the last good build.", flush=True)


def serve(port: int) -> int:
    """Serve the published pages; they reload in the browser after each rebuild. The PDF is left out
    until the next ``build``, since it would make every change wait."""
    from livereload import Server

    rebuild()
    server = Server()
    # The package looks at modification times, so what the build itself writes is not watched.
    for folder in (places.BOOK, places.DATA, places.SCRIPTS):
        for path in sorted({p.parent for p in build.sources() if folder in p.parents}):
            server.watch(f"{path}/*.*", rebuild, delay=0.5)
    print(f"The book is at http://127.0.0.1:{port}/ (Ctrl+C ends)", flush=True)
    server.serve(root=str(places.HTML), port=port, host="127.0.0.1")
    return 0
