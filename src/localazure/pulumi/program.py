"""Runs a user's Pulumi program in this process and says how it ended."""

from __future__ import annotations

import asyncio
import logging
import os
import runpy
import sys
import traceback
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Any

import grpc
from pulumi import RunError, log
from pulumi.runtime import reset_options, run_in_stack, set_all_config

from localazure.pulumi.outcome import Outcome, Program

THREADS_FOR_EACH_RESOURCE = 4
THREADS_AT_MOST = 256


def run_program(program: Program) -> Outcome:
    """Run the program; its errors go to the engine's log with the program's own frames and nobody else's."""
    logging.getLogger("asyncio").setLevel(logging.CRITICAL)
    os.chdir(program.working_folder)
    sys.argv = [str(program.path), *program.arguments]
    sys.path.insert(0, str(program.path if program.path.is_dir() else program.path.parent))
    reset_options(
        project=program.project,
        monitor_address=program.monitor,
        engine_address=program.engine,
        stack=program.stack,
        parallel=program.parallel,
        preview=program.dry_run,
        organization=program.organization,
    )
    set_all_config(dict(program.config), list(program.secret_keys))
    loop = asyncio.new_event_loop()
    workers = min(max(program.parallel, 1) * THREADS_FOR_EACH_RESOURCE, THREADS_AT_MOST)
    loop.set_default_executor(ThreadPoolExecutor(workers))
    loop.set_exception_handler(_on_loop_error)
    try:
        return _run(loop, program)
    finally:
        _close(loop)
        sys.stdout.flush()
        sys.stderr.flush()


def _run(loop: asyncio.AbstractEventLoop, program: Program) -> Outcome:
    def execute() -> None:
        runpy.run_path(str(program.path), run_name="__main__")

    try:
        loop.run_until_complete(run_in_stack(execute))
    except RunError as error:
        log.error(str(error))
        return Outcome(bail=True)
    except grpc.RpcError as error:
        if isinstance(error, grpc.Call) and error.code() == grpc.StatusCode.UNAVAILABLE:
            return Outcome()
        log.error(_describe(error, program))
        return Outcome(bail=True)
    except SystemExit as left:
        return _left(left)
    except BaseException as error:  # noqa: BLE001 whatever the program raises is the user's to see
        log.error(_describe(error, program))
        return Outcome(bail=True)
    return Outcome()


def _left(left: SystemExit) -> Outcome:
    if left.code is None or left.code == 0:
        return Outcome()
    if isinstance(left.code, str):
        log.error(left.code)
        return Outcome(bail=True)
    return Outcome(error=f"Program exited with non-zero exit code: {left.code}")


def _describe(error: BaseException, program: Program) -> str:
    """The traceback from the program's first frame on; all of it where no frame is the program's."""
    shown = error.with_traceback(_from_program(error.__traceback__, program))
    lines = "".join(traceback.format_exception(shown))
    return f"Program failed with an unhandled exception:\n{lines}"


def _from_program(trace: TracebackType | None, program: Program) -> TracebackType | None:
    folder = Path(program.folder).resolve()
    step = trace
    while step is not None:
        file = Path(step.tb_frame.f_code.co_filename)
        if file.is_absolute() and file.resolve().is_relative_to(folder):
            return step
        step = step.tb_next
    return trace


def _on_loop_error(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """Stop when the engine is gone; what else reaches the loop is reported as asyncio does."""
    if isinstance(context.get("exception"), grpc.RpcError):
        loop.stop()
    else:
        loop.default_exception_handler(context)


def _close(loop: asyncio.AbstractEventLoop) -> None:
    """End tasks that the program left, so that Python prints no warning for each."""
    pending = asyncio.all_tasks(loop)
    for task in pending:
        task.cancel()
    if pending:
        loop.run_until_complete(asyncio.gather(*pending, return_exceptions=True))
    loop.close()
