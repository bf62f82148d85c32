"""Keys that Prefect keeps: a Secret block by its name, asked for only when a contract names one."""

from __future__ import annotations

from typing import cast


def ask_block(name: str) -> str:
    """The value of the Prefect Secret block `name`, "" when there is none; imports Prefect."""
    from prefect.blocks.system import Secret

    try:
        # Without a running event loop, as in the threads of tasks, `load` is not a coroutine; it says with a
        # ValueError that there is no such block.
        block = cast("Secret[str]", Secret.load(name))
    except ValueError:
        return ""
    return str(block.get())
