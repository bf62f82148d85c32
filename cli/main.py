"""The door: `mojoraya VERB ...`. Nothing heavy is imported before a verb needs it."""

from __future__ import annotations

import argparse
import importlib
import os
import sys
from collections.abc import Sequence

# fmt: off
VERBS = (
    "run", "serve", "status", "sql", "explain", "sources", "indicators", "releases", "diff", "quarantine", "accept",
    "check", "draft", "rebuild", "page", "verify", "rollback", "publish", "backup", "restore",
    "install",
)
# fmt: on
USAGE, FAILED = 2, 1


def main(argv: Sequence[str] | None = None) -> int:
    """Run one verb; exit codes as in DESIGN section 8 (0 in order, 3 attention, 1 nothing published, 2 usage)."""
    parser = build_parser()
    args = parser.parse_args(argv)
    if args.verb is None:
        parser.print_help()
        return USAGE
    # Imported after parsing: pydantic costs half of what --help may take.
    from catalog.settings import load_settings
    from catalog.strict import DeclarationError
    from flows.layout import LayoutTooNew, refuse_newer

    try:
        settings = load_settings(data=args.data, sources=args.sources, lang=args.lang)
        refuse_newer(settings.data)
        return int(importlib.import_module(f"cli.verbs.{args.verb}").run(args, settings))
    except (DeclarationError, LayoutTooNew) as error:
        print(error.message.get(args.lang or os.environ.get("MOJORAYA_LANG") or "id"), file=sys.stderr)
        return FAILED if isinstance(error, LayoutTooNew) else USAGE
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        # The reader of a pipe (head, say) has what it wanted; Python must not complain at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        from flows.machine import machine_fault

        fault = machine_fault(error)
        if fault is None:
            raise
        print(fault.get(settings.lang), file=sys.stderr)
        return FAILED


def build_parser() -> argparse.ArgumentParser:
    """The whole command line, verb by verb."""
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--lang", choices=("id", "en"), default=None, help="bahasa keluaran / output language")
    common.add_argument("--data", default=None, metavar="FOLDER", help="folder keadaan / state (MOJORAYA_DATA)")
    common.add_argument(
        "--sources", default=None, metavar="FOLDER", help="folder kontrak / contracts (MOJORAYA_SOURCES)"
    )
    parser = argparse.ArgumentParser(
        prog="mojoraya",
        description="Indikator bersama Mojokerto Raya / joint indicators of Mojokerto Raya",
        epilog="Kode keluar / exit codes: 0 beres, 3 terbit dengan catatan, 1 tidak ada yang terbit, 2 salah pakai.",
    )
    verbs = parser.add_subparsers(dest="verb", metavar="VERB")
    for name in VERBS:
        module = importlib.import_module(f"cli.verbs.{name}")
        module.add(verbs.add_parser(name, parents=[common], help=module.HELP, description=module.HELP))
    return parser


if __name__ == "__main__":
    raise SystemExit(main())
