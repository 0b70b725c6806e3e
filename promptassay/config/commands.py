"""The console command `promptassay`: what it can do, in words, and the way to each."""

import argparse
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from promptassay import __version__
from promptassay.config import child
from promptassay.config.embedded import Embedded, attach_or_start
from promptassay.config.environment import load
from promptassay.config.keys_from_environment import is_given
from promptassay.config.setting_values import Reader, SettingError
from promptassay.core.errors import AppError

EXIT_BAD_SETTING = 2
# Commands whose options are their own: the words after them are handed on untouched.
_DJANGO_COMMANDS = {
    "bootstrap": "Create the first account without a browser; safe to repeat.",
    "demo": "Fill a workspace with a worked example.",
}


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code: 2 with three short lines on stderr for an expected failure."""
    words = list(sys.argv[1:] if argv is None else argv)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "promptassay.config.settings")
    try:
        if words and words[0] in _DJANGO_COMMANDS:
            return _django(words)
        arguments, rest = _parser().parse_known_args(words)
        if rest and arguments.command != "dev":
            _parser().error(f"unrecognized arguments: {' '.join(rest)}")
        run: Callable[[argparse.Namespace, list[str]], int] = arguments.run
        return run(arguments, rest)
    except AppError as error:
        sys.stderr.write(_explain(error))
        return EXIT_BAD_SETTING
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # the reader of our output left; nothing is wrong here
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="promptassay",
        description="Write, refine, test and ship prompts for language models on your own provider keys.",
        epilog="Settings are environment variables; `promptassay doctor` checks them.",
    )
    parser.add_argument("--version", action="version", version=f"promptassay {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def add(name: str, text: str, run: Callable[[argparse.Namespace, list[str]], int]) -> argparse.ArgumentParser:
        made = commands.add_parser(name, help=text, description=text)
        made.set_defaults(run=run)
        return made

    add("serve", "Start everything: database, web, worker. Ctrl-C stops it.", _serve)
    doctor = add("doctor", "Check settings and database; say what is wrong and how to mend it.", _doctor)
    doctor.add_argument("--json", action="store_true", help="print the findings as JSON")
    doctor.add_argument("--print-sql", action="store_true", help="print SQL that makes the roles and the database")
    migrate = add("migrate", "Bring the database to this version's schema, as the owner role.", _migrate)
    migrate.add_argument("--check", action="store_true", help="change nothing; exit 1 when migrations are waiting")
    migrate.add_argument("--quiet", action="store_true", help="print nothing when all goes well")
    keys = add("keys", "The master key: what is under which one, and changing it while servers run.", _keys)
    keys.add_argument(
        "act",
        choices=["status", "rotate", "retire"],
        help="status: count what is under which key; rotate: move everything to the new key, which is made here where "
        "the key is kept in the data directory; retire: let the old key go once nothing needs it",
    )
    keys.add_argument("--json", action="store_true", help="print the result as JSON")
    keys.add_argument(
        "--abandon-lost",
        action="store_true",
        help="rotate: go on although a master key is lost; what it wrapped never opens again",
    )
    add("web", "Serve pages only (part of serve).", _web)
    add("worker", "Run background jobs only (part of serve).", _worker)
    for name, text in _DJANGO_COMMANDS.items():
        add(name, text, lambda arguments, rest: 0)  # never reached: for the list of commands
    words = (
        "The trust page: verify evidence, prove here and now, lower a claim, tell of an incident, attack an instance."
    )
    trust = add("trust", words, _trust)
    trust.add_argument(
        "act",
        choices=["verify", "prove", "lower", "incident", "attack"],
        help="verify FILE: offline; prove PROOF: run it here; lower CLAIM: show it as failing, with a reason; "
        "incident NUMBER: say something of it on the status page, or list; attack: try from outside to get from one "
        "workspace of yours into another (exits with 0 when nothing came through, 1 when something did, 2 when it "
        "could not be tried whole)",
    )
    trust.add_argument(
        "subject",
        metavar="SUBJECT",
        nargs="?",
        default="",
        help="the bundle's path, a name as the page has it in its address, or a number; attack takes none",
    )
    trust.add_argument("--reason", default="", help="lower: why, in one public line")
    trust.add_argument("--cause", default="", help="incident: what it came from, in one public line")
    trust.add_argument("--note", default="", help="incident: what is going on, in one public line")
    trust.add_argument("--lift", action="store_true", help="lower: leave the claim to its proofs again")
    trust.add_argument("--key", default="", help="verify: the id of the key that must have signed the bundle")
    trust.add_argument("--after", default="", metavar="OLDER", help="verify: an older bundle that it continues")
    trust.add_argument("--any-age", action="store_true", help="verify: do not ask that the proofs be fresh")
    trust.add_argument("--json", action="store_true", help="print what was found as JSON")
    trust.add_argument("--url", default="", help="attack: the instance's address")
    for letter in "ab":
        words = f"attack: an API key of workspace {letter.upper()}, as env:NAME, file:PATH or as it is"
        trust.add_argument(f"--key-{letter}", default="", metavar="KEY", help=words)
    trust.add_argument("--write", action="store_true", help="attack: also try to change what is B's")
    trust.add_argument("--dry-run", action="store_true", help="attack: list what would be tried, and send none of it")
    trust.add_argument("--rate", type=float, default=5.0, help="attack: requests in a second, at most 5")
    trust.add_argument("--most", type=int, default=800, help="attack: requests in all")
    trust.add_argument("--report", default="", metavar="FILE", help="attack: write the report as JSON")
    dev = add("dev", "Tools for developers: fake-provider.", _dev)
    dev.add_argument("tool", choices=["fake-provider"], help="fake-provider: a model provider that answers by rule")
    return parser


def _serve(arguments: argparse.Namespace, rest: list[str]) -> int:
    from promptassay.config import serve

    return serve.main()


def _web(arguments: argparse.Namespace, rest: list[str]) -> int:
    with _database():
        from promptassay.config import web

        web.main()
    return 0


def _worker(arguments: argparse.Namespace, rest: list[str]) -> int:
    with _database():
        from promptassay.config import worker

        worker.main()
    return 0


def _migrate(arguments: argparse.Namespace, rest: list[str]) -> int:
    with _database(owner=not arguments.check):
        from promptassay.config import migrate

        return migrate.main(check=bool(arguments.check), quiet=bool(arguments.quiet))


def _keys(arguments: argparse.Namespace, rest: list[str]) -> int:
    environment = load()
    # Asked before the embedded database's own variables join the environment.
    kept_here = (environment.embedded or not environment.production) and not is_given(Reader(os.environ))
    with _database() as database:
        if database is not None and database.process is not None:
            _migrate_started(database)
        from promptassay.config import keys

        return keys.main(
            arguments.act,
            paths=environment.paths,
            kept_here=kept_here,
            abandon_lost=bool(arguments.abandon_lost),
            as_json=bool(arguments.json),
        )


def _doctor(arguments: argparse.Namespace, rest: list[str]) -> int:
    from promptassay.config import doctor

    return doctor.main(as_json=arguments.json, print_sql=arguments.print_sql)


def _trust(arguments: argparse.Namespace, rest: list[str]) -> int:
    if arguments.act == "attack":
        return _attack(arguments)
    if not arguments.subject:
        raise AppError(
            f"`trust {arguments.act}` needs to know of what.", next_step="See `promptassay trust --help` for its words."
        )
    if arguments.act == "verify":
        from promptassay.trust import verifying

        given = arguments
        return verifying.main(
            given.subject, key_id=given.key, after=given.after, any_age=given.any_age, as_json=given.json
        )
    with _database():
        import django

        django.setup()
        from promptassay.trust import lowering, proving

        if arguments.act == "incident":
            from promptassay.trust.status import notes

            return notes.main(arguments.subject, cause=arguments.cause, note=arguments.note)
        if arguments.act == "lower":
            given = arguments
            return lowering.main(given.subject, reason=given.reason, lifted=given.lift, as_json=given.json)
        return proving.main(arguments.subject, as_json=arguments.json)


def _attack(arguments: argparse.Namespace) -> int:
    from promptassay.trust.attack import command

    given = arguments
    return command.main(
        command.Wanted(
            url=given.url,
            key_a=given.key_a,
            key_b=given.key_b,
            write=given.write,
            dry_run=given.dry_run,
            rate=given.rate,
            most=given.most,
            report=given.report,
            as_json=given.json,
        )
    )


def _dev(arguments: argparse.Namespace, rest: list[str]) -> int:
    from promptassay.providers.fake.__main__ import main as fake_provider

    return int(fake_provider(rest) or 0)


def _django(words: list[str]) -> int:
    """A Django management command, with its own options, as the app role."""
    if {"-h", "--help"} & set(words):
        return _execute(words)
    with _database() as database:
        if database is not None and database.process is not None:
            _migrate_started(database)
        return _execute(words)


def _execute(words: list[str]) -> int:
    from django.core.management import execute_from_command_line

    execute_from_command_line(["promptassay", *words])
    return 0


def _migrate_started(database: Embedded) -> None:
    """Migrate an embedded database that no server has prepared: this command is the first to use it."""
    variables = child.python_variables({**database.variables(os.environ), "DATABASE_OWNER_URL": database.owner_url})
    command = child.python_command("-m", "promptassay", "migrate", "--quiet")
    if subprocess.run(command, env=variables, check=False).returncode:  # noqa: S603 - our own arguments
        raise AppError("The database could not be migrated.", why="The message stands above.")


@contextmanager
def _database(*, owner: bool = False) -> Iterator[Embedded | None]:
    """The database the environment names; else the embedded one, found running or started for this command.

    `owner` asks for the owner role's address too. Raises SettingError when it is not there.
    """
    environment = load()
    if not environment.embedded:
        if owner and environment.database_owner_url is None:
            raise SettingError(
                "DATABASE_OWNER_URL",
                "DATABASE_OWNER_URL is not set.",
                why="Migrations change tables, which only the owner role may do.",
                next_step="Set DATABASE_OWNER_URL=postgresql://promptassay_owner:PASSWORD@HOST:5432/promptassay",
            )
        yield None
        return
    with attach_or_start(environment.data_dir) as database:
        os.environ.update(database.variables(os.environ))
        if owner:
            os.environ["DATABASE_OWNER_URL"] = database.owner_url
        load.cache_clear()
        yield database


def _explain(error: AppError) -> str:
    lines = [error.message, error.why, error.next_step]
    return "".join(f"{'promptassay: ' if index == 0 else '  '}{line}\n" for index, line in enumerate(lines) if line)
