"""A TCP proxy on the loopback that cuts connections at chosen moments, to test what crosses a network."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

RESET = struct.pack("ii", 1, 0)


@dataclass(slots=True)
class Fault:
    """What happens to one connection: nothing by default.

    `refuse` resets it at once. `cut_after` resets it when so many bytes have come from the client.
    `lose_answer_to` resets it when the client's bytes end like this and the server's answer arrives, which is
    not passed on. `delay` holds back every answer for so many seconds.
    """

    name: str = "none"
    refuse: bool = False
    cut_after: int | None = None
    lose_answer_to: bytes | None = None
    delay: float = 0


@dataclass(slots=True)
class Proxy:
    """A running proxy: where it listens, and how often it did what."""

    port: int = 0
    met: Counter[str] = field(default_factory=Counter)


@contextlib.contextmanager
def faultproxy(target: int, choose: Callable[[], Fault]) -> Iterator[Proxy]:
    """Pass connections on to a port of this machine; `choose` is asked for the fault of each."""
    proxy = Proxy()
    loop = asyncio.new_event_loop()
    ready = threading.Event()
    thread = threading.Thread(target=_serve, args=(loop, proxy, target, choose, ready), daemon=True)
    thread.start()
    assert ready.wait(10)
    try:
        yield proxy
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)


def _serve(
    loop: asyncio.AbstractEventLoop,
    proxy: Proxy,
    target: int,
    choose: Callable[[], Fault],
    ready: threading.Event,
) -> None:
    asyncio.set_event_loop(loop)

    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        fault = choose()
        proxy.met[fault.name] += 1
        await _Connection(fault, target).pass_on(reader, writer)

    server = loop.run_until_complete(asyncio.start_server(accept, "127.0.0.1", 0))
    proxy.port = server.sockets[0].getsockname()[1]
    ready.set()
    loop.run_forever()
    server.close()
    for task in asyncio.all_tasks(loop):
        task.cancel()
    loop.run_until_complete(asyncio.sleep(0))
    loop.close()


class _Connection:
    """One connection that is passed on, until its fault."""

    def __init__(self, fault: Fault, target: int) -> None:
        self.fault = fault
        self.target = target
        self.sent = b""
        self.count = 0

    async def pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.fault.refuse:
            _reset(writer)
            return
        upstream, downstream = await asyncio.open_connection("127.0.0.1", self.target)
        with contextlib.suppress(ConnectionError, asyncio.CancelledError):
            await asyncio.gather(
                self._up(reader, writer, downstream), self._down(upstream, writer, downstream)
            )
        for one in (writer, downstream):
            one.close()

    async def _up(
        self, reader: asyncio.StreamReader, client: asyncio.StreamWriter, server: asyncio.StreamWriter
    ) -> None:
        while data := await reader.read(65536):
            self.count += len(data)
            self.sent = (self.sent + data)[-64:]
            if self.fault.cut_after is not None and self.count > self.fault.cut_after:
                server.write(data[: len(data) - (self.count - self.fault.cut_after)])
                await server.drain()
                _reset(client)
                _reset(server)
                return
            server.write(data)
            await server.drain()
        server.write_eof()

    async def _down(
        self, reader: asyncio.StreamReader, client: asyncio.StreamWriter, server: asyncio.StreamWriter
    ) -> None:
        while data := await reader.read(65536):
            ending = self.fault.lose_answer_to
            if ending is not None and self.sent.endswith(ending):
                _reset(client)
                _reset(server)
                return
            await asyncio.sleep(self.fault.delay)
            client.write(data)
            await client.drain()
        client.close()


def _reset(writer: asyncio.StreamWriter) -> None:
    end = writer.get_extra_info("socket")
    with contextlib.suppress(OSError):
        end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
    writer.transport.abort()
