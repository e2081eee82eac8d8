"""`consents`: the ledger of decisions, to be checked, proved and handed over."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

import click

from ..consent import VerifierKey
from ..errors import LedgerError
from ..register import accept_restore, load_ledger_key, look_at_restore, note_act, sign_ledger
from ..reports import (
    Verification,
    export,
    find_receipt_faults,
    last_checkpoint,
    prove,
    read_proof,
    read_receipt,
    write_bundle,
)
from ..settings import find
from .acting import named
from .output import opened
from .upkeep import find_checkpoint_file, find_key_file

_FILE = click.Path(dir_okay=False, path_type=Path)
_STORE = click.option("--store", help="Where it is recorded, such as sqlite:///cookiegate.db.  [COOKIEGATE_STORE]")
_KEY = click.option(
    "--key",
    "vkeys",
    multiple=True,
    help="A public key, name+id+base64, once for each; else from the ledger's key file.  [COOKIEGATE_LEDGER_KEY]",
)


@click.group()
def consents() -> None:
    """The consent ledger.

    Example: cookiegate consents verify
    """


@consents.command("verify")
@click.option("--since", type=_FILE, multiple=True, help="A checkpoint that was signed earlier.")
@click.option("--witness", type=_FILE, multiple=True, help="A file in which somebody else kept checkpoints.")
@click.option("--json", "as_json", is_flag=True, help="Say it as JSON.")
@_KEY
@_STORE
@click.pass_context
def verify(
    context: click.Context,
    since: tuple[Path, ...],
    witness: tuple[Path, ...],
    as_json: bool,
    vkeys: tuple[str, ...],
    store: str | None,
) -> None:
    """Look for anything that was altered, taken out or cut off.

    Each finding is a line that names the record. Exits with 1 when there are any. Whoever holds the ledger's key could
    make it anew as a whole: that shows only against a checkpoint kept elsewhere.

    Example: cookiegate consents verify --witness kept-by-the-auditor.txt
    """
    url, index_key = store or find("store"), None
    if vkeys:
        keys = _read_keys(vkeys)
    else:
        ledger_key = load_ledger_key(find_key_file(None, store))
        keys, index_key = ledger_key.verifiers, ledger_key.index
    file = find_checkpoint_file(url)
    notes = [_read_file(path) for path in since]
    with _progress("Verifying") as progress:
        verification = Verification(
            url, keys, index_key=index_key, checkpoint=file, since=notes, witnesses=witness, progress=progress
        )
        findings = []
        for finding in verification.find():
            findings.append(finding)
            if not as_json:
                click.echo(finding)
    summary = verification.summary
    if as_json:
        told = {"findings": findings, **summary._asdict(), "keys": [str(key) for key in keys]}
        click.echo(json.dumps(told, ensure_ascii=False, indent=1))
    else:
        click.echo(
            f"{summary.leaves} leaves, {summary.absent} records absent, {summary.checkpoints} checkpoints, "
            f"{summary.unsigned} leaves not signed yet"
        )
        click.echo(f"findings: {len(findings)}" if findings else "nothing found: all is as it was signed")
    context.exit(1 if findings else 0)


@consents.command("prove")
@click.argument("seq", type=click.IntRange(min=0), required=False)
@click.option("--check", type=_FILE, help="Check a proof or receipt instead, which needs no store if a key is given.")
@click.option("--restricted", is_flag=True, help="Put the record in even if it is restricted (GDPR art. 18).")
@click.option("--output", "-o", default="-", help="A file; else here.")
@_KEY
@_STORE
@click.pass_context
@named
def prove_record(
    context: click.Context,
    seq: int | None,
    check: Path | None,
    restricted: bool,
    output: str,
    vkeys: tuple[str, ...],
    store: str | None,
) -> None:
    """Prove that record SEQ is on the ledger, or check such a proof, or a visitor's receipt.

    The proof shows this record and nobody else's. A check exits with 1 when it does not hold. Of a receipt it says what
    is proven; what stands under "record" there is the same in other words, and is not looked at.

    Example: cookiegate consents prove 1042 -o proof.json
    """
    if (seq is None) == (check is None):
        raise click.UsageError("name either the number of a record, or with --check a proof")
    keys = _find_keys(vkeys, store)
    if check:
        text = _read_file(check).decode("utf-8", "replace")
        if (receipts := read_receipt(text)) is not None:
            faults = list(find_receipt_faults(receipts, keys, None if vkeys else store or find("store")))
            held = [f"it holds: {each.describe()}" for each in receipts]
            click.echo("\n".join(faults or held))
            context.exit(1 if faults else 0)
        proof = read_proof(text)
        faults = list(proof.find_faults(keys))
        what = "with its record" if proof.record else "without its record"
        click.echo("\n".join(faults) or f"it holds: leaf {proof.index} was on the ledger, {what}")
        context.exit(1 if faults else 0)
    assert seq is not None
    url = store or find("store")
    proof = prove(url, seq, keys, restricted=restricted)
    if proof.record:
        note_act(url, "consents prove", time.time(), record=seq)
    with opened(output) as out:
        out.write(proof.write())


@consents.command("checkpoint")
@click.option("--sign", is_flag=True, help="Sign the ledger as it is now; needs the ledger's key file.")
@_STORE
def print_checkpoint(sign: bool, store: str | None) -> None:
    """The last signed checkpoint, to be kept by somebody else.

    Example: cookiegate consents checkpoint --sign
    """
    url = store or find("store")
    if sign:
        sign_ledger(url, load_ledger_key(find_key_file(None, store)), find_checkpoint_file(url), time.time())
    click.echo(last_checkpoint(url), nl=False)


@consents.command("accept-restore")
@click.option("--erasures", type=_FILE, help="leaves.jsonl of a bundle that was exported after the copy was made.")
@click.option("--yes", is_flag=True, help="Do it; else it is only said what was lost.")
@_STORE
@named
def accept(erasures: Path | None, yes: bool, store: str | None) -> None:
    """Go on from an older copy of the database that was put back.

    The ledger is then smaller than it was signed, and is signed no more, until somebody says that this is known. It
    stays on the ledger that it was. Whoever holds a checkpoint from what was lost can still show it. Stop the gateways
    before a copy is put back; where several have a checkpoint file, run this for each.

    \b
    Example: cookiegate consents accept-restore \\
        --erasures bundle/leaves.jsonl --yes
    """
    url = store or find("store")
    key, file = load_ledger_key(find_key_file(None, store)), find_checkpoint_file(url)
    seen = accept_restore(url, key, file, erasures, time.time()) if yes else look_at_restore(url, key, file, erasures)
    signed, agreed, size = seen.found.signed.size, seen.found.agreed, seen.found.size
    click.echo(f"Signed before: {signed} leaves. Here: {size}, of which the first {agreed} are known to be the same.")
    click.echo(f"Lost: what was recorded from leaf {agreed} to {signed - 1} and is not in this copy.")
    done, gone, nobodys = "done" if yes else "to be done", len(seen.erased), len(seen.unlinked)
    if erasures:
        click.echo(f"Erasures {done} again: {gone} records erased, {nobodys} made nobody's.")
    click.echo("Lost with it, and in no export: bans and permits, restrictions, corrections and requests made since.")
    if seen.known < signed:
        click.echo(f"Not known: erasures from leaf {max(seen.known, agreed)} on. Do again what people asked for since.")
    if not yes:
        click.echo("Nothing was changed. With --yes the ledger goes on from here, and says that it did.")
        raise SystemExit(1)


@consents.command("export")
@click.option(
    "--format", "form", type=click.Choice(["jsonl", "csv", "jsonld", "bundle"]), default="jsonl", show_default=True
)
@click.option("--output", "-o", default="-", help="A file; else here. For a bundle: a folder.")
@click.option("--restricted", is_flag=True, help="With restricted records (GDPR art. 18), marked as such.")
@_KEY
@_STORE
@named
def export_consents(
    form: Literal["jsonl", "csv", "jsonld", "bundle"],
    output: str,
    restricted: bool,
    vkeys: tuple[str, ...],
    store: str | None,
) -> None:
    """The records, oldest first, for other programs; or all it takes to check them, for an authority.

    \b
    jsonl   every record as an object
    csv     the decisions; no cell is taken for a formula
    jsonld  the decisions in the W3C Data Privacy Vocabulary,
            structured after ISO/IEC TS 27560
    bundle  a folder with a verifier that needs no cookiegate

    Example: cookiegate consents export --format bundle -o for-the-authority
    """
    url = store or find("store")
    if form == "bundle":
        if output == "-":
            raise click.UsageError("a bundle is a folder: name one with --output")
        with _progress("Writing") as progress:
            count = write_bundle(url, Path(output), _find_keys(vkeys, store), progress)
        note_act(url, "consents export", time.time(), form=form, leaves=count)
        click.echo(f"Wrote {count} leaves into {output}; its README.txt says how to check them.")
        return
    with opened(output) as out:
        count = export(url, form, out, restricted=restricted)
        if count:
            note_act(url, "consents export", time.time(), form=form, records=count)
    if not count:
        click.echo("No decision has been recorded yet.", err=True)
    elif sys.stderr.isatty():
        click.echo(f"{count} records", err=True)


def _find_keys(vkeys: Sequence[str], store: str | None) -> Sequence[VerifierKey]:
    """The public halves, as said or out of the ledger's key file."""
    return _read_keys(vkeys) if vkeys else load_ledger_key(find_key_file(None, store)).verifiers


def _read_keys(vkeys: Sequence[str]) -> tuple[VerifierKey, ...]:
    return tuple(map(VerifierKey.read, vkeys))


def _read_file(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise LedgerError(f"{path} cannot be read: {error.strerror}") from None


@contextmanager
def _progress(label: str) -> Iterator[Callable[[int, int], object]]:
    """A bar on standard error where that is a terminal."""
    with click.progressbar(length=1, label=label, file=sys.stderr, hidden=not sys.stderr.isatty()) as bar:

        def show(done: int, of: int) -> None:
            bar.length = max(of, 1)
            bar.update(done - bar.pos)

        yield show
