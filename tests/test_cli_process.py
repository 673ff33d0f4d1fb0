"""Commands whose streams, memory or process fail."""

import gc
import os
import signal
import subprocess
import sys
import warnings
from pathlib import Path

import pytest

import exposure.assessment
from exposure.cli import main, process
from tests.commands import LIGHT, NEEDS_FORK, code_of, ended, in_child
from tests.tiny import write_folder

QUICK = ["free_flow", "--draws", "8"]
FULL = pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no full device")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return write_folder(tmp_path_factory.mktemp("tables"))


def shell(line: str, **environment) -> subprocess.CompletedProcess:
    """Run a line of bash in which $exposure is the command; its code is that of the command.

    In the line, `light` is the command without what takes most of its time.
    """
    light = f'light() {{ {sys.executable} -c "$LIGHT" "$@"; }}'
    return subprocess.run(
        ["/bin/bash", "-c", f"set -o pipefail; {light}; {line}"],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ
        | {"exposure": f"{sys.executable} -m exposure", "LIGHT": LIGHT}
        | environment,
    )


@NEEDS_FORK
@pytest.mark.parametrize("words", ["--help", "--version", "scenarios", "sources", "rank --help"])
def test_a_closed_pipe_is_no_error(words):
    reads, writes = os.pipe()
    os.close(reads)
    assert ended(words.split(), stdout=writes) == (0, "", "")
    os.close(writes)


@pytest.mark.long  # a process of its own; copies show it by default
def test_a_closed_pipe_is_no_error_to_a_process_that_ends_by_itself():
    done = shell("(sleep 0.1; $exposure scenarios) | true")
    assert (done.returncode, done.stderr) == (0, "")


@NEEDS_FORK
def test_a_reader_that_leaves_early_gets_its_lines(folder, tmp_path):
    reads, writes = os.pipe()

    def command() -> int:
        os.close(reads)  # else this copy would be a reader too
        return main(["sources", "needs", "--data", str(folder), "--format", "csv"])

    with (tmp_path / "said").open("wb") as said:
        child = in_child(command, stdout=writes, stderr=said.fileno())
    os.close(writes)
    with os.fdopen(reads) as reader:
        assert reader.readline().startswith("table,key,")
    assert (code_of(child), (tmp_path / "said").read_text()) == (0, "")


@NEEDS_FORK
@pytest.mark.parametrize("stream", [None, pytest.param("/dev/full", marks=FULL)])
def test_a_stderr_that_takes_nothing_loses_nothing(folder, stream):
    words = ["rank", "free_flow", "--draws", "1", "--data", str(folder)]
    code, printed, _ = ended(words, stderr=stream)
    assert code == 0
    assert "Missiles" in printed


def test_a_process_without_a_stderr_has_one_for_the_time_of_a_command(monkeypatch):
    monkeypatch.setattr(sys, "stderr", None)
    with process.plain_streams():
        assert sys.stderr.write("said by a library at import") == 27
        sys.stderr.flush()
        assert not sys.stderr.isatty()
    assert sys.stderr is None


@FULL
@NEEDS_FORK
@pytest.mark.usefixtures("undrawn")
def test_a_report_is_written_though_nobody_reads_what_it_prints_and_stderr_takes_nothing(
    folder, tmp_path
):
    words = ["report", "free_flow", "--draws", "1", "--data", str(folder), "--out", str(tmp_path)]
    reads, writes = os.pipe()
    os.close(reads)
    assert ended(words, stdout=writes, stderr="/dev/full")[0] == 0
    os.close(writes)
    assert (tmp_path / "report.html").is_file()


REFUSED = {"rank nowhere": 2, "rank --draws many": 2, "check /nowhere": 3}


@NEEDS_FORK
@pytest.mark.parametrize("stream", [None, pytest.param("/dev/full", marks=FULL)])
@pytest.mark.parametrize("words", REFUSED)
def test_a_refusal_keeps_its_code_without_a_stderr(words, stream):
    assert ended(words.split(), stderr=stream) == (REFUSED[words], "", "")


@pytest.mark.parametrize("stream", ["2>&-", pytest.param("2>/dev/full", marks=FULL)])
def test_a_process_that_begins_without_a_stderr_keeps_the_code_of_a_refusal(stream):
    assert shell(f"$exposure rank --draws many {stream}").returncode == 2


def test_a_run_that_does_not_fit_into_memory_says_so(capsys, monkeypatch, folder):
    def fail(*_args, **_kwargs):
        raise MemoryError

    monkeypatch.setattr("exposure.assessment.assess", fail)
    assert main(["rank", *QUICK, "--data", str(folder)]) == 2
    assert capsys.readouterr().err == (
        "exposure: memory: found too little for this run; expected room for every draw; take "
        "fewer, such as --draws 1024, or a shorter --horizon-weeks\n"
    )


def test_a_backend_that_does_not_exist_and_a_home_that_cannot_be_written_do_not_matter(
    folder, tmp_path
):
    line = f"light report {' '.join(QUICK)} --data {folder} --out {tmp_path} --quiet"
    nowhere = "/proc/nowhere"
    done = shell(line, DRAWN="yes", MPLBACKEND="bogus", MPLCONFIGDIR=nowhere, HOME=nowhere)
    assert (done.returncode, done.stderr) == (0, "")
    assert (tmp_path / "scores.svg").stat().st_size > 1000


def test_a_warning_of_a_library_has_no_path_of_a_source(capsys, monkeypatch):
    def warn(*_args, **_kwargs):
        warnings.warn("glyph missing", UserWarning, stacklevel=1)
        raise ZeroDivisionError("boom")

    monkeypatch.setattr("exposure.tables.reading.folders.read_dataset", warn)
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        main(["check"])
    assert capsys.readouterr().err.splitlines()[0] == "note: UserWarning: glyph missing"


WAITS = """
import sys
import exposure.assessment
from exposure import fast
from exposure.cli import main

fast.AVAILABLE = False  # numba takes long to load
assess = exposure.assessment.assess

def announced(*arguments, **options):
    print("ready", file=sys.stderr, flush=True)
    return assess(*arguments, **options)

exposure.assessment.assess = announced
sys.exit(main(sys.argv[1:]))
"""
"""The command, which tells that it has begun to compute."""


def long_report(folder: Path, out: Path) -> list[str]:
    words = ["report", "full_withhold", "--draws", "20000", "--data", folder, "--out", out]
    return [str(word) for word in words]


@pytest.mark.long  # a process of its own; copies show it by default
def test_a_signal_ends_a_run(folder, tmp_path):
    started = subprocess.Popen(
        [sys.executable, "-c", WAITS, *long_report(folder, tmp_path)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # Whoever runs the tests in the background may ignore signals, and children inherit that.
        preexec_fn=lambda: signal.signal(signal.SIGTERM, signal.SIG_DFL),  # noqa: PLW1509 - no threads here
    )
    assert any(line == "ready\n" for line in started.stderr)
    started.send_signal(signal.SIGTERM)
    out, err = started.communicate(timeout=300)
    assert (started.returncode, out) == (143, "")
    assert "Traceback" not in err
    assert list(tmp_path.iterdir()) == []


@NEEDS_FORK
@pytest.mark.parametrize(("name", "code"), [("SIGTERM", 143), ("SIGHUP", 129), ("SIGINT", 130)])
def test_each_signal_has_a_code_of_its_own(folder, tmp_path, monkeypatch, name, code):
    number, says, out = getattr(signal, name), tmp_path / "says", tmp_path / "out"
    says.mkdir()
    out.mkdir()
    ready, begins = os.pipe()
    assess = exposure.assessment.assess

    def announced(*arguments, **options):
        os.write(begins, b"!")
        return assess(*arguments, **options)

    def command() -> int:
        usual = signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL
        signal.signal(number, usual)
        return main(long_report(folder, out))

    monkeypatch.setattr(exposure.assessment, "assess", announced)
    child = in_child(command, says=says)
    os.close(begins)
    assert os.read(ready, 1) == b"!"
    os.close(ready)
    os.kill(child, number)
    assert code_of(child) == code
    assert (says / "1").read_text() == ""
    assert "Traceback" not in (says / "2").read_text()
    assert list(out.iterdir()) == []


def test_a_command_leaves_the_collection_of_garbage_as_it_was(capsys):
    before = gc.get_threshold()
    with process.rare_collections():
        assert gc.get_threshold() == process.COLLECTED_AT
        assert gc.isenabled()
    assert main(["--version"]) == 0
    assert gc.get_threshold() == before
    assert capsys.readouterr().out.startswith("exposure ")
