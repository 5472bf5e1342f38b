"""A model in a process of its own, so that its memory and its processor time are nobody else's."""

import multiprocessing
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from outweigh.metering.energy import Idle
from outweigh.metering.meter import Stretch
from outweigh.models.model import OutOfMemory
from outweigh.records import ModelCard, ModelSpec, Timing, UserError, Workload


@dataclass(frozen=True)
class Order:
    """What to load, and how."""

    spec: ModelSpec
    card: ModelCard
    folder: Path
    device: str
    threads: int | None


@dataclass(frozen=True)
class Loaded:
    """What loading took. Without `packs`, sequences are computed one by one."""

    seconds: float
    packs: bool


@dataclass(frozen=True)
class Batch:
    """One repeat to run: a seed for its prompts, the moment that times count from, and the start that it belongs to.

    A number below 0 is a repeat that warms up and is not recorded.
    """

    workload: Workload
    repeat: int
    origin: float
    start: int = 0


@dataclass(frozen=True)
class Turn:
    """One repeat as it went."""

    timings: tuple[Timing, ...]
    stretch: Stretch


class Lost(Exception):
    """The process is gone; nothing more is known of it."""


class Worker:
    """The near end: asks for one repeat after the other. Killed with its parent, and by leaving the block.

    `start_seconds` are what the last start took: the process, and loading.
    """

    def __init__(self, order: Order) -> None:
        self.title = order.card.title
        self._order = order
        self._idle: Idle | None = None
        self._begin()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()

    def restart(self) -> None:
        """End the process and start another one with the same model, which takes the same idling off its energy.

        Raises what starting a worker raises.
        """
        self._end()
        self._begin()
        if self._idle is not None:
            self.take_off(self._idle)

    def check(self, workload: Workload) -> None:
        """Raises UserError where the model cannot hold this workload."""
        self._ask(("check", workload))

    def idle(self, seconds: float) -> Idle | None:
        """Watts while nothing is asked of the machine; None where nothing counts them."""
        found = self._ask(("idle", seconds))
        assert found is None or isinstance(found, Idle)
        return found

    def take_off(self, idle: Idle | None) -> None:
        """Take idling off the energy of every repeat from here on."""
        self._idle = idle
        self._ask(("take off", idle))

    def repeat(self, batch: Batch) -> Turn:
        """Run one batch. Raises OutOfMemory, and Lost where the process died of it."""
        found = self._ask(("repeat", batch))
        assert isinstance(found, Turn)
        return found

    def _begin(self) -> None:
        begun = time.perf_counter()
        context = multiprocessing.get_context("spawn")
        self._near, far = context.Pipe()
        self._process = context.Process(target=serve, args=(far, self._order), daemon=True)
        with _deaf():
            self._process.start()
        far.close()
        self.loaded: Loaded = self._answer()
        self.start_seconds = time.perf_counter() - begun

    def _end(self) -> None:
        self._near.close()
        if self._process.pid is None:  # Ctrl-C came before it was started
            return
        self._process.join(1)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()

    def _ask(self, order: tuple[str, Any]) -> Any:
        try:
            self._near.send(order)
        except OSError as error:
            raise Lost(self._epitaph()) from error
        return self._answer()

    def _answer(self) -> Any:
        try:
            found = self._near.recv()
        except (EOFError, OSError) as error:
            raise Lost(self._epitaph()) from error
        if isinstance(found, Exception):
            raise found
        return found

    def _epitaph(self) -> str:
        self._process.join(5)
        code = self._process.exitcode
        killed = "; the system killed it, most likely because memory ran out" if code == -signal.SIGKILL else ""
        return f"{self.title}: the process that ran it ended with code {code}{killed}"


@contextmanager
def _deaf() -> Iterator[None]:
    """A process that starts in here never hears Ctrl-C, which is for its parent, not even while Python comes up."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def serve(pipe: Connection, order: Order) -> None:
    """The far end. It ends when its parent does."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides
    try:
        host = _Host(order)
        does: dict[str, Callable[[Any], Any]] = {
            "check": host.fits,
            "idle": host.idle,
            "take off": host.take_off,
            "repeat": host.repeat,
        }
        pipe.send(host.loaded)
        while True:
            name, value = pipe.recv()
            try:
                pipe.send(does[name](value))
            except (UserError, OutOfMemory) as error:
                pipe.send(_plain(error))
    except UserError as error:
        pipe.send(_plain(error))
    except (EOFError, BrokenPipeError):
        return


def _plain(error: Exception) -> Exception:
    """Without its cause, which may not travel."""
    return UserError(str(error), code=error.code) if isinstance(error, UserError) else OutOfMemory(str(error))


class _Host:
    def __init__(self, order: Order) -> None:
        import torch

        from outweigh.models.transformers_model import load

        if order.threads:
            torch.set_num_threads(order.threads)
        begun = time.perf_counter()
        self._model = load(order.spec, order.card, order.folder, device=order.device)
        self._order = order
        self._idle: Idle | None = None
        self.loaded = Loaded(time.perf_counter() - begun, self._model.network is not None)

    def fits(self, workload: Workload) -> bool:
        from outweigh.models.pacing import check

        check(self._model, workload.batch_size or 1, workload.prompt_tokens, workload.output_tokens)
        return True

    def idle(self, seconds: float) -> Idle | None:
        from outweigh.metering.energy import measure_idle

        return measure_idle(seconds, device=self._order.device)

    def take_off(self, idle: Idle | None) -> None:
        self._idle = idle

    def repeat(self, batch: Batch) -> Turn:
        from outweigh.metering.meter import Meter
        from outweigh.models.pacing import paced, prompts

        workload = batch.workload
        count = workload.batch_size or 1
        asked = prompts(self._model, count, workload.prompt_tokens, workload.seed + batch.repeat)
        with Meter(device=self._order.device, idle=self._idle) as meter:
            begun = time.perf_counter() - batch.origin
            times = paced(self._model, asked, workload.output_tokens, lambda: time.perf_counter() - batch.origin)
        return Turn(_timings(batch, begun, times), meter.stretch)


def _timings(batch: Batch, begun: float, times: Sequence[tuple[float, ...]]) -> tuple[Timing, ...]:
    return tuple(
        Timing(
            request=batch.repeat * len(times) + number,
            repeat=batch.repeat,
            start=batch.start,
            due=begun,
            sent=begun,
            tokens=own,
            done=own[-1],
            input_tokens=batch.workload.prompt_tokens,
            output_tokens=len(own),
        )
        for number, own in enumerate(times)
    )
