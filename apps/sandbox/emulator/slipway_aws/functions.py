"""Functions that are HTTP servers behind the AWS Lambda Web Adapter. MiniStack runs handlers of languages; it knows no layer of
another account, and its function URLs hold no answer back for later.

A function whose layers name the adapter is run as on AWS: its code lies at /var/task, to be read only, beside a /tmp of its own;
its handler is started by /bin/sh with the variables of the function, the credentials of its role and a port in AWS_LWA_PORT;
once that port takes connections each request of the function URL is passed on as HTTP, one at a time in a process, which is
frozen between two of them. Streams are passed on as they come. What it prints lies in the function's log group.

Other than on AWS: no bound on memory, a start takes as long as this machine needs, and the image holds this machine's programs.

Rights tell what is done to one alias from what is done to all.

Wraps ministack.services.lambda_svc.handle_function_url_request and ministack.core.iam_actions._lambda_action.
"""

import asyncio
import http.client
import io
import os
import random
import shutil
import signal
import socket
import stat
import subprocess
import threading
import time
import zipfile
from base64 import b64decode
from urllib.parse import quote

import ministack.core.iam_actions as actions
import ministack.core.lambda_runtime as runtime
import ministack.services.cloudwatch_logs as logs
import ministack.services.lambda_svc as functions
from ministack.core.responses import StreamingResponse, get_request_client_ip

ADAPTER = ":layer:LambdaAdapterLayer"
ENTER = os.path.join(os.path.dirname(__file__), "../../src/bodies/enter.sh")
STATE = os.path.abspath(os.path.join(os.environ.get("STATE_DIR") or "/tmp/slipway-functions", "functions"))

IDLE_SECONDS = float(os.environ.get("EXT_FUNCTION_IDLE_SECONDS", "300"))
"""How long a process waits, frozen, for another request. AWS does not say; minutes are what is seen there."""
PROCESSES_MAX = int(os.environ.get("EXT_FUNCTION_PROCESSES", "40"))
"""Side by side in one account, beyond which requests are refused, as AWS does at its quota of concurrency."""
REQUEST_BYTES_MAX = 6 * 1024 * 1024
"""https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html"""
PIECE = 65_536
HOP_BY_HOP = {"connection", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade", "content-length"}

_idle = {}
_busy = set()


class Refused(Exception):
    """What the function URL answers instead: a status and AWS's own words."""

    def __init__(self, status, message):
        super().__init__(message)
        self.answer = (status, {"Content-Type": "application/json"}, b'{"Message":"%s"}' % message.encode())


class Process:
    """One running copy of a version. Serves one request at a time."""

    def __init__(self, config, code):
        self.config = config
        self.key = key_of(config)
        self.account = config["FunctionArn"].split(":")[4]
        self.port = free_port()
        self.root = os.path.join(STATE, "roots", f"{config['FunctionName']}-{os.urandom(4).hex()}")
        self.used_at = time.monotonic()
        prepare_root(self.root, config["Handler"])
        programs = os.path.dirname(os.path.realpath(shutil.which("node") or "/bin/sh"))
        shared = ["ro", code, "/var/task", "ro", programs, "/var/lang/bin"]
        namespaces = ["--mount", "--pid", "--fork", "--kill-child"]
        user = [] if os.geteuid() == 0 else ["--map-root-user"]
        self.child = subprocess.Popen(
            ["setpriv", "--pdeathsig", "KILL", "unshare", *user, *namespaces, "sh", ENTER, self.root, *shared],
            env={**environment_of(config, self.port), "PATH": f"/var/lang/bin:/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        threading.Thread(target=write_log, args=(self.child.stdout, config), daemon=True).start()

    def is_alive(self):
        return self.child.poll() is None

    async def until_ready(self):
        until = time.monotonic() + int(self.config.get("Timeout", 3))
        while time.monotonic() < until:
            if not self.is_alive():
                raise Refused(502, "Internal Server Error")
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", self.port)
                writer.close()
                return
            except OSError:
                await asyncio.sleep(0.02)
        raise Refused(502, "Internal Server Error")

    def signal(self, number):
        # One that was heard to have ended has no number any more: it may be another's by now.
        if self.child.returncode is None:
            os.killpg(self.child.pid, number)

    def end(self):
        self.signal(signal.SIGKILL)
        self.child.wait()
        shutil.rmtree(self.root, ignore_errors=True)


def key_of(config):
    return config["FunctionArn"], config.get("Version"), config.get("RevisionId"), config.get("CodeSha256")


def free_port():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


def prepare_root(root, handler):
    for name in ("tmp", "dev", "proc", "run", "etc", "var/task", "var/lang/bin", "var/lib/cloud"):
        os.makedirs(os.path.join(root, name), exist_ok=True)
    os.chmod(os.path.join(root, "tmp"), 0o1777)
    for name in ("passwd", "group", "nsswitch.conf", "hosts", "resolv.conf", "ld.so.cache", "ld.so.conf"):
        if os.path.exists(f"/etc/{name}"):
            shutil.copy(f"/etc/{name}", os.path.join(root, "etc", name))
    with open(os.path.join(root, "var/lib/cloud/init"), "w") as init:
        as_user = "setpriv --reuid 993 --regid 990 --clear-groups --no-new-privs" if os.geteuid() == 0 else ""
        # Not in place of the shell, which is the first process here: whose user is changed does not end with its parent.
        init.write(f"#!/bin/sh\ncd /var/task\n{as_user} /var/task/{handler}\nexit $?\n")


def environment_of(config, port):
    region = config["FunctionArn"].split(":")[3]
    return {
        "LANG": "en_US.UTF-8",
        "TZ": ":UTC",
        "AWS_REGION": region,
        "AWS_DEFAULT_REGION": region,
        "AWS_LAMBDA_FUNCTION_NAME": config["FunctionName"],
        "AWS_LAMBDA_FUNCTION_VERSION": str(config.get("Version")),
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(config.get("MemorySize")),
        "LAMBDA_TASK_ROOT": "/var/task",
        "_HANDLER": config["Handler"],
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{os.environ.get('GATEWAY_PORT', '4566')}",
        **runtime.execution_credentials(config),
        **((config.get("Environment") or {}).get("Variables") or {}),
        "AWS_LWA_PORT": str(port),
    }


def unpacked(code, sha):
    """The folder in which a version's files lie, with their modes and links as Lambda unpacks them."""
    folder = os.path.join(STATE, "code", sha)
    if os.path.isdir(folder):
        return folder
    draft = f"{folder}.{os.urandom(4).hex()}"
    with zipfile.ZipFile(io.BytesIO(code)) as archive:
        for entry in archive.infolist():
            place = os.path.normpath(os.path.join(draft, entry.filename))
            if not place.startswith(draft):
                raise Refused(502, "Internal Server Error")
            mode = entry.external_attr >> 16
            os.makedirs(place if entry.is_dir() else os.path.dirname(place), mode=0o755, exist_ok=True)
            if stat.S_ISLNK(mode):
                os.symlink(archive.read(entry).decode(), place)
            elif not entry.is_dir():
                with open(place, "wb") as file:
                    file.write(archive.read(entry))
                os.chmod(place, stat.S_IMODE(mode) or 0o644)
    try:
        os.rename(draft, folder)
    except OSError:
        shutil.rmtree(draft)
    return folder


def write_log(output, config):
    """Appends what a process prints to the log group of its function, line by line, until it ends."""
    account, region = runtime._account_region_from_function_config(config)
    group_name = (config.get("LoggingConfig") or {}).get("LogGroup") or f"/aws/lambda/{config['FunctionName']}"
    day = time.strftime("%Y/%m/%d", time.gmtime())
    stream = {"events": [], "uploadSequenceToken": "1", "creationTime": int(time.time() * 1000)}
    stream |= {"firstEventTimestamp": None, "lastEventTimestamp": None, "lastIngestionTime": None}
    group = logs._log_groups.get_scoped(account, region, group_name)
    if group is not None:
        group["streams"][f"{day}/[{config.get('Version')}]{os.urandom(16).hex()}"] = stream
    for line in output:
        now = int(time.time() * 1000)
        logs._append_log_events(stream, [{"timestamp": now, "message": line.decode(errors="replace").rstrip("\n"), "ingestionTime": now}])


def is_adapted(config):
    return any(ADAPTER in layer.get("Arn", "") for layer in config.get("Layers") or [])


def version_of(function_name, qualifier, account, region):
    """The record of the version that this request goes to: an alias may divide its requests by weight."""
    function = functions._functions.get_scoped(account, region, function_name) or {}
    alias = (function.get("aliases") or {}).get(qualifier) or {}
    weights = (alias.get("RoutingConfig") or {}).get("AdditionalVersionWeights") or {}
    chance = random.random()
    for version, weight in weights.items():
        chance -= float(weight)
        if chance < 0:
            qualifier = version
            break
    reference = f"{function_name}:{qualifier}" if qualifier else function_name
    return functions._get_func_record_for_ref_in_scope(reference, account_id=account, region=region)[:2]


async def take(record, config):
    end_idle()
    waiting = _idle.get(key_of(config)) or []
    while waiting:
        process = waiting.pop()
        if process.is_alive():
            _busy.add(process)
            process.signal(signal.SIGCONT)
            return process
        process.end()
    account = config["FunctionArn"].split(":")[4]
    if sum(process.account == account for process in _busy) >= PROCESSES_MAX:
        raise Refused(429, "Rate Exceeded.")
    code = await asyncio.to_thread(unpacked, record["code_zip"], b64decode(config["CodeSha256"]).hex())
    # By the thread of the event loop, which lives as long as this program: what it starts ends with it.
    process = Process(config, code)
    _busy.add(process)
    try:
        await process.until_ready()
    except BaseException:
        give_back(process, is_whole=False)
        raise
    return process


def give_back(process, is_whole):
    """A process whose answer was cut off is in no state to be frozen."""
    _busy.discard(process)
    if not is_whole or not process.is_alive():
        process.end()
        return
    process.used_at = time.monotonic()
    process.signal(signal.SIGSTOP)
    _idle.setdefault(process.key, []).append(process)


def end_idle():
    for waiting in _idle.values():
        for process in [one for one in waiting if time.monotonic() - one.used_at > IDLE_SECONDS]:
            waiting.remove(process)
            process.end()


def ask(process, method, target, headers, body):
    connection = http.client.HTTPConnection("127.0.0.1", process.port, timeout=int(process.config.get("Timeout", 3)))
    connection.putrequest(method, target, skip_host=True, skip_accept_encoding=True)
    for name, value in headers.items():
        if name.lower() not in HOP_BY_HOP:
            connection.putheader(name, value)
    if body or method not in ("GET", "HEAD", "DELETE", "OPTIONS"):
        connection.putheader("content-length", str(len(body)))
    connection.endheaders(body or None)
    return connection, connection.getresponse()


def headers_of(response):
    """As the emulator has them: a name that comes more than once has a list."""
    found = {}
    for name, value in response.getheaders():
        if name.lower() in HOP_BY_HOP:
            continue
        known = found.get(name)
        found[name] = value if known is None else [*(known if isinstance(known, list) else [known]), value]
    return found


async def serve(record, config, url, method, path, headers, body, query, source_ip):
    if len(body or b"") > REQUEST_BYTES_MAX:
        raise Refused(413, "Request Entity Too Large")
    event = functions._build_function_url_event(*url, method, path, headers, body, query, source_ip=source_ip, anonymous=True)
    target = quote(path, safe="/~%:@!$&'()*+,;=") + (f"?{event['rawQueryString']}" if event["rawQueryString"] else "")
    process = await take(record, config)
    try:
        connection, response = await asyncio.to_thread(ask, process, method, target, event["headers"], body or b"")
    except OSError:
        give_back(process, is_whole=False)
        raise Refused(502, "Internal Server Error") from None
    except BaseException:
        give_back(process, is_whole=False)
        raise

    async def run(send, receive):
        is_whole = False
        try:
            while piece := await asyncio.to_thread(response.read1, PIECE):
                await send({"type": "http.response.body", "body": piece, "more_body": True})
            is_whole = True
            await send({"type": "http.response.body", "body": b"", "more_body": False})
        finally:
            connection.close()
            give_back(process, is_whole)

    return response.status, headers_of(response), StreamingResponse(run)


def through_adapter(original):
    async def handle(url_id, method, path, headers, body, query, resolved=None, source_ip=None):
        resolved = resolved or functions.resolve_function_url(url_id)
        if resolved is None:
            return await original(url_id, method, path, headers, body, query, resolved=resolved, source_ip=source_ip)
        account, region, name, qualifier, settings = resolved
        record, config = version_of(name, qualifier, account, region)
        if config is None or not is_adapted(config) or settings.get("AuthType") != "NONE":
            return await original(url_id, method, path, headers, body, query, resolved=resolved, source_ip=source_ip)
        try:
            url = (url_id, account, region)
            status, found, stream = await serve(record, config, url, method, path, headers, body, query, source_ip or get_request_client_ip())
        except Refused as refusal:
            return refusal.answer
        if settings.get("InvokeMode") == "RESPONSE_STREAM":
            return status, found, stream
        return status, found, await whole(stream)

    return handle


async def whole(stream):
    pieces = []

    async def keep(frame):
        pieces.append(frame.get("body", b""))

    await stream.runner(keep, None)
    return b"".join(pieces)


OF_ONE_ALIAS = {"GET": "GetAlias", "PUT": "UpdateAlias", "DELETE": "DeleteAlias"}


def alias_action(original):
    def action(method, path):
        parts = [part for part in path.split("/") if part]
        is_of_one = len(parts) > 2 and parts[-2] == "aliases" and method in OF_ONE_ALIAS
        return OF_ONE_ALIAS[method] if is_of_one else original(method, path)

    return action


def install():
    actions._lambda_action = alias_action(actions._lambda_action)
    shutil.rmtree(STATE, ignore_errors=True)
    os.makedirs(os.path.join(STATE, "code"))
    functions.handle_function_url_request = through_adapter(functions.handle_function_url_request)
