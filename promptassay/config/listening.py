"""The server's address: whether it is free before the start, and whether our web process answers on it."""

import errno
import socket
import time
from urllib.parse import urlsplit

from promptassay.config import child
from promptassay.config.data_dir_lock import read_state
from promptassay.config.environment import Environment
from promptassay.core.errors import AppError

_LEFT_OVER_SECONDS = 15.0  # web processes of a killed server finish within this


class AddressError(AppError):
    """The address cannot be listened on."""

    code = "ADDRESS"


def require_free_port(environment: Environment) -> None:
    """Return when the address is free. Raises AddressError that says who has it, when that is known.

    Waits for what a killed server left behind to go away.
    """
    deadline = time.monotonic() + _LEFT_OVER_SECONDS
    while True:
        problem = port_problem(environment)
        if problem is None:
            return
        if not _was_ours(environment) or time.monotonic() > deadline:
            raise problem
        time.sleep(0.1)


def port_problem(environment: Environment) -> AddressError | None:
    """Why the address cannot be listened on now, or None."""
    host, port = environment.host, environment.port
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except OSError:
        return AddressError(
            f"PROMPTASSAY_HOST is “{host}”, which is no address of this machine.",
            next_step="Set PROMPTASSAY_HOST=127.0.0.1 for this machine alone, or 0.0.0.0 for its network.",
        )
    family, kind, protocol, _, address = found[0]
    with socket.socket(family, kind, protocol) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(address)
            probe.listen(1)
        except OSError as error:
            return _explain(environment, error)
    return None


def answers(environment: Environment) -> bool:
    """Whether GET /healthz is answered with 200 on our own address."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(environment.host, environment.host)  # noqa: S104
    name = urlsplit(environment.public_url).netloc
    try:
        with socket.create_connection((host, environment.port), timeout=2) as connection:
            connection.sendall(f"GET /healthz HTTP/1.1\r\nHost: {name}\r\nConnection: close\r\n\r\n".encode())
            return connection.recv(64).split(b" ")[1:2] == [b"200"]
    except OSError:
        return False


def _was_ours(environment: Environment) -> bool:
    """Whether the last server here used this port and was killed: its children may still be leaving."""
    state = read_state(environment.paths)
    pid = state.get("pid")
    return state.get("port") == environment.port and isinstance(pid, int) and not child.is_alive(pid)


def _explain(environment: Environment, error: OSError) -> AddressError:
    host, port = environment.host, environment.port
    if error.errno == errno.EADDRINUSE:
        state = read_state(environment.paths)
        pid = state.get("pid")
        ours = state.get("port") == port and isinstance(pid, int) and child.is_alive(pid)
        free = port + 1 if port < 65535 else 8000
        return AddressError(
            f"Port {port} on {host} is taken.",
            why=f"PromptAssay already runs there, as process {pid}." if ours else "Another program listens there.",
            next_step=f"Open {environment.public_url}/, or stop it (kill {pid})."
            if ours
            else f"Stop it, or set PROMPTASSAY_PORT to a free port, for example PROMPTASSAY_PORT={free}.",
        )
    if error.errno == errno.EACCES:
        return AddressError(
            f"Port {port} may not be used by this user.",
            why="Ports below 1024 are for the administrator.",
            next_step="Set PROMPTASSAY_PORT to 1024 or more.",
        )
    return AddressError(
        f"{host} port {port} cannot be listened on.",
        why=f"The system says: {error.strerror}.",
        next_step="Set PROMPTASSAY_HOST to an address of this machine, for example 127.0.0.1.",
    )
