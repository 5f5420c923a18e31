"""What the sandbox asks and tells over all accounts, unsigned and on loopback only:

GET  /_ext/instances  all instances with role, profile, user data, volumes, addresses, number of reboots
GET  /_ext/balancers  load balancers with their target groups, what these check and their targets
POST /_ext/target-health  [{"group", "id", "state", "reason", "description"}]: what the checks found
GET  /_ext/volumes    ids of all volumes that exist, with their account
POST /_ext/slow       {"*": 100, "AWS::EC2::Instance": 2500}: milliseconds a stack's resource takes; {} ends it
POST /_ext/quotas     [{"account", "service", "code", "value"}]
POST /_ext/console    {"id", "output"}: what GetConsoleOutput answers

Each change of an instance is written as a JSON line to EXT_EVENTS_FD, looked for every EXT_EVENTS_EVERY seconds.

Wraps ministack.app.app.
"""

import json
import os
import threading
import time

import ministack.app as app
import ministack.services.ec2 as ec2
import ministack.services.iam as iam

from . import instances, quotas, scaling, stack_rights


def role_in(account, profile_arn):
    profile = iam._instance_profiles.get_scoped(account, None, profile_arn.rsplit("/", 1)[-1]) if profile_arn else None
    for one in (profile or {}).get("Roles", []):
        name = one if isinstance(one, str) else one.get("RoleName")
        role = iam._roles.get_scoped(account, None, name)
        return role["Arn"] if role else None
    return None


def describe(key, instance):
    account, region, identity = key
    profile = (instance.get("IamInstanceProfile") or {}).get("Arn")
    return {
        "account": account,
        "region": region,
        "id": identity,
        "state": instance["State"]["Name"],
        "role": role_in(account, profile),
        "profile": profile,
        "type": instance["InstanceType"],
        "image": instance["ImageId"],
        "zone": instance["Placement"]["AvailabilityZone"],
        "privateIp": instance.get("PrivateIpAddress"),
        "publicIp": instance.get("PublicIpAddress") or None,
        "userData": instance.get("UserData") or "",
        "volumes": [
            {"device": mapping["DeviceName"], "id": mapping["Ebs"]["VolumeId"]}
            for mapping in instance.get("BlockDeviceMappings", [])
        ],
        "reboots": instances.REBOOTS.get(identity, 0),
    }


def all_instances():
    return [describe(key, instance) for key, instance in list(ec2._instances._data.items())]


def all_volumes():
    return [{"account": key[0], "id": key[-1]} for key in list(ec2._volumes._data)]


def state_of(key, instance):
    """What a body must hear of; cheap, because it is looked at for every instance in every round."""
    attached = tuple(mapping["Ebs"]["VolumeId"] for mapping in instance.get("BlockDeviceMappings", []))
    return (
        instance["State"]["Name"],
        attached,
        instance.get("PublicIpAddress"),
        instance["InstanceType"],
        instances.REBOOTS.get(key[-1], 0),
    )


def tell_changes(descriptor, every):
    seen = {}
    while True:
        now = {key: state_of(key, instance) for key, instance in list(ec2._instances._data.items())}
        for key in [key for key in now if seen.get(key) != now[key]]:
            instance = ec2._instances._data.get(key)
            if instance is None:
                continue
            try:
                os.write(descriptor, (json.dumps(describe(key, instance)) + "\n").encode())
            except OSError:
                return  # Nobody listens any more.
        seen = now
        time.sleep(every)


def set_quotas(wanted):
    for one in wanted or []:
        quotas.SET[(one["account"], one["service"], one["code"])] = float(one["value"])
    return [{"account": key[0], "service": key[1], "code": key[2], "value": value} for key, value in quotas.SET.items()]


def set_slow(wanted):
    stack_rights.SLOW.clear()
    stack_rights.SLOW.update(wanted or {})
    return stack_rights.SLOW


def set_console(wanted):
    for key, instance in list(ec2._instances._data.items()):
        if key[-1] == wanted["id"]:
            instance["_console"] = wanted["output"]
    return {}


ROUTES = {
    "instances": lambda _: all_instances(),
    "volumes": lambda _: all_volumes(),
    "balancers": scaling.all_balancers,
    "target-health": scaling.tell_health,
    "slow": set_slow,
    "quotas": set_quotas,
    "console": set_console,
}


def in_front(original):
    async def front(scope, receive, send):
        if scope["type"] != "http" or not scope["path"].startswith("/_ext/"):
            return await original(scope, receive, send)
        body = b""
        while True:
            message = await receive()
            body += message.get("body", b"")
            if not message.get("more_body"):
                break
        route = ROUTES.get(scope["path"].removeprefix("/_ext/"))
        status, content = (200, route(json.loads(body or b"null"))) if route else (404, {"error": "no such route"})
        headers = [(b"content-type", b"application/json")]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": json.dumps(content).encode()})

    return front


def install():
    app.app = in_front(app.app)
    descriptor = int(os.environ.get("EXT_EVENTS_FD", "0"))
    if descriptor:
        every = float(os.environ.get("EXT_EVENTS_EVERY", "0.05"))
        threading.Thread(target=tell_changes, args=(descriptor, every), daemon=True).start()
