"""What ends the command from outside: Ctrl-C, a container's stop, a terminal that closes.

The process ends at once, and nothing is unwound: whatever dies is made good by the next load or
build, and what lies in the working folder goes with it. A thread of its own sees to that, as the
main one may be in a statement of a database for minutes.
"""

import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Event, Thread, current_thread, main_thread
from typing import Protocol

NAMES = {signal.SIGINT: "Ctrl-C", signal.SIGTERM: "SIGTERM", signal.SIGHUP: "SIGHUP"}
WHAT_NOW = "no table is half done; run the same command again"
GRACE = 5.0  # seconds that another process has to end by itself
_children: list["Child"] = []
_stopping = Event()


class Child(Protocol):
    """A process that was started here, as `subprocess.Popen` has them."""

    def terminate(self) -> None: ...

    def kill(self) -> None: ...

    def wait(self, timeout: float | None = None) -> int:
        """Its exit code; `subprocess.TimeoutExpired` where it goes on."""


@contextmanager
def stoppable(what_now: str | None = WHAT_NOW) -> Iterator[None]:
    """While it lasts, a signal says what to do, and ends the process with 128 and its number."""
    if current_thread() is not main_thread():  # where Python takes no signals
        yield
        return
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    Thread(target=_end, args=(reading, what_now), daemon=True).start()
    # a byte arrives even where dlt, or whatever else, puts a handler of its own over ours
    before_us = signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
    heard = [number for number in NAMES if signal.getsignal(number) != signal.SIG_IGN]  # nohup
    former = {number: signal.signal(number, lambda *_: None) for number in heard}
    try:
        yield
    finally:
        for number, handler in former.items():
            signal.signal(number, handler)
        signal.set_wakeup_fd(before_us)
        os.close(writing)


@contextmanager
def ending_with_us(child: Child) -> Iterator[None]:
    """Another process that a signal to this one ends too."""
    _children.append(child)
    try:
        yield
    finally:
        if _stopping.is_set():  # nothing is made of how it ended
            Event().wait()
        _children.remove(child)


def end(child: Child) -> None:
    """End another process: it is asked first."""
    child.terminate()
    _wait(child)


def _wait(child: Child) -> None:
    try:
        child.wait(GRACE)
    except subprocess.TimeoutExpired:
        child.kill()


def _end(reading: int, what_now: str | None) -> None:
    """Wait for a signal; without one the pipe is closed at last."""
    while received := os.read(reading, 1):
        if (number := signal.Signals(received[0])) in NAMES:
            break
    else:
        os.close(reading)
        return
    _stopping.set()
    for child in _children:
        child.terminate()
    for child in _children:
        _wait(child)
    if what_now:
        with suppress(OSError):  # a terminal that is gone
            os.write(2, f"\nStopped by {NAMES[number]}: {what_now}\n".encode())
    os._exit(128 + number)
