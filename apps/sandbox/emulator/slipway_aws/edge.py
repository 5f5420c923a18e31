"""CloudFront as visitors and functions meet it. MiniStack knows distributions by their own names alone and in the account of
the request, and its functions have no key-value stores.

- A visitor is served by alias, whatever account the distribution is in. There is no TLS here: who comes by an alias counts as
  one who came by HTTPS.
- `import cf from 'cloudfront'` and `cf.kvs()` work as at the edge: `get`, `exists`, `meta` of the store that the function's
  published version names, as it is at the moment of the request.
- Rights may name a store, and ask for the tags of a certificate and of what is CloudFront's.

Wraps ministack.app._handle_cloudfront_dataplane_request, replaces ministack.services.cloudfront._run_function and the script
of ministack.core.cloudfront_js.
"""

import json
import os
import re
import tempfile
from urllib.parse import unquote

import ministack.app as app
import ministack.core.cloudfront_js as cloudfront_js
import ministack.core.iam_actions as actions
import ministack.services.acm as acm
import ministack.services.cloudfront as cloudfront
import ministack.services.cloudfront_keyvaluestore as stores
import ministack.services.tagging as tagging
from ministack.core.concurrency import run_offloop
from ministack.core.node_pool import NodeWorkerError, NodeWorkerTimeout
from ministack.core.responses import set_request_account_id

SNAPSHOTS = os.path.join(os.environ.get("STATE_DIR") or tempfile.gettempdir(), "stores")
"""What stores hold, a file for each version: a worker reads a version once, not with each request."""

SNAPSHOTS_KEPT = 100
WORKERS_KEPT = 6
"""As many as requests are worked at side by side; MiniStack ends all but two after each and starts them anew."""


def distribution_of(host):
    """(account, distribution) that answers under this host name, by alias or by its own name."""
    for (account, _), distribution in list(cloudfront._distributions._data.items()):
        if host == distribution.get("DomainName", "").lower() or host in aliases_of(distribution):
            return account, distribution
    return None


def aliases_of(distribution):
    return {alias.lower() for alias in cloudfront._get_distribution_aliases(distribution)}


def by_alias(original):
    async def handle(host, path, raw_path, raw_query, method, headers, body, query, client_ip):
        name = host.split(":")[0].lower()
        found = distribution_of(name) if "." in name else None
        if found is None:
            return await original(host, path, raw_path, raw_query, method, headers, body, query, client_ip)
        account, distribution = found
        set_request_account_id(account)
        seen = {**headers, "x-forwarded-proto": "https"} if name in aliases_of(distribution) else headers
        return await cloudfront.handle_viewer_request(
            distribution, method, path, raw_path, raw_query, seen, body, query, client_ip
        )

    return handle


def snapshot_of(arns):
    """A file with all pairs of the store that a function is associated with, by version; None where it has none."""
    for arn in arns or []:
        store, problem = stores._get_store(arn)
        if problem:
            raise cloudfront.CloudFrontFunctionError(f"{arn} is not there")
        file = os.path.join(SNAPSHOTS, store["etag"])
        if not os.path.exists(file):
            draft = f"{file}.{os.urandom(4).hex()}"
            with open(draft, "w") as out:
                json.dump(store["items"], out)
            os.replace(draft, file)
            forget_snapshots()
        return file
    return None


def forget_snapshots():
    """All but the newest: the others are of versions that no request asks for any more."""
    files = [os.path.join(SNAPSHOTS, name) for name in os.listdir(SNAPSHOTS)]
    for file in sorted(files, key=os.path.getmtime)[:-SNAPSHOTS_KEPT]:
        os.remove(file)


def live_stores(function_arn):
    function = cloudfront._functions.get(function_arn.rsplit("/", 1)[-1]) or {}
    return (function.get("live_body") or {}).get("kvs_arns")


async def run_function(function_arn, event):
    code = cloudfront.live_function_code(function_arn)
    if code is None:
        raise cloudfront.CloudFrontFunctionError(f"{function_arn} has no published (LIVE) code")
    request = {"code": code.decode(), "event": event, "store": snapshot_of(live_stores(function_arn))}
    try:
        answer = await run_offloop(cloudfront_js._pool.call, request, cloudfront_js._EVAL_TIMEOUT)
    except (NodeWorkerTimeout, NodeWorkerError) as problem:
        raise cloudfront.CloudFrontFunctionError(str(problem)) from problem
    if answer["status"] == "error":
        raise cloudfront.CloudFrontFunctionError(answer.get("message", "function execution error"))
    return answer.get("value")


# In the worker's script: one call at a time in a worker, so that the store of the call can be a variable of the script.
_BEFORE = """
const _stores = { file: null, items: null };
function _openStore(file) {
  if (file === _stores.file) return;
  _stores.items = file === null ? null : JSON.parse(require("fs").readFileSync(file, "utf8"));
  _stores.file = file;
}
const _cloudfront = {
  kvs: () => ({
    async get(key, options) {
      if (_stores.items === null) throw new Error("No key value store is associated with the function");
      if (!Object.prototype.hasOwnProperty.call(_stores.items, key)) throw new Error("KeyNotFound");
      const value = _stores.items[key];
      return options && options.format === "json" ? JSON.parse(value) : value;
    },
    async exists(key) { return Object.prototype.hasOwnProperty.call(_stores.items || {}, key); },
    async meta() { return { keyCount: Object.keys(_stores.items || {}).length }; },
  }),
};
"""
_MODULES = "const _ALLOWED_MODULES = { crypto, querystring, buffer: bufferModule };"
_RUN = "  const { code, event } = req;\n"


def with_stores(script):
    for known in (_MODULES, _RUN):
        if known not in script:
            raise RuntimeError(f"the worker's script of this MiniStack has no {known!r}")
    script = script.replace(_MODULES, _BEFORE + _MODULES.replace("};", ", cloudfront: _cloudfront };"))
    return script.replace(_RUN, "  const { code, event } = req;\n  _openStore(req.store === undefined ? null : req.store);\n")


STORE = re.compile(r"^/key-value-stores/(arn:.+?/[A-Za-z0-9_-]+)(/keys.*)?$")


def resource_arn(original):
    """A store is named by its ARN in the path."""

    def arn(service, method, path, *rest):
        found = STORE.match(unquote(path)) if service == "cloudfront-keyvaluestore" else None
        return found[1] if found else original(service, method, path, *rest)

    return arn


def certificate_tags():
    return [(arn, certificate.get("Tags") or []) for arn, certificate in acm._certificates.items()]


def install():
    actions.extract_resource_arn = resource_arn(actions.extract_resource_arn)
    tagging._RESOURCE_TAG_COLLECTORS.update(acm=certificate_tags, cloudfront=tagging._collect_cloudfront)
    app._handle_cloudfront_dataplane_request = by_alias(app._handle_cloudfront_dataplane_request)
    cloudfront._run_function = run_function
    os.makedirs(SNAPSHOTS, exist_ok=True)
    cloudfront_js._pool.max_idle = WORKERS_KEPT
    cloudfront_js._pool.script = with_stores(cloudfront_js._pool.script)
