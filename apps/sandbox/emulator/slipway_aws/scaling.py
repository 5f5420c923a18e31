"""Auto Scaling groups whose instances are EC2's, and target groups that know of health and of draining. MiniStack's groups
have ids for instances, never replace one, know no target group, and find each target healthy.

- An instance is launched from the version of the group's launch template, in the group's subnets in turn, with the tags that
  are to be passed on; it is registered with the group's target groups, and taken out of them before it ends.
- One that ended, or that its load balancer finds unhealthy after the grace period, is replaced, unless ReplaceUnhealthy is
  suspended. The group's wish outlives an update of the stack that says nothing of it.
- A target is `initial` until its health is told (POST /_ext/target-health), and `draining` for a moment once it is taken out.

Replaces ministack.services.autoscaling._reconcile_instances, the type AWS::AutoScaling::AutoScalingGroup, and actions of
autoscaling and alb.
"""

import contextvars
import os
import threading
import time

import ministack.services.alb as alb
import ministack.services.autoscaling as scaling
import ministack.services.cloudformation.provisioners as provisioners
import ministack.services.ec2 as ec2
from ministack.core.responses import new_uuid, set_request_account_id, set_request_region

from . import instances
from .wire import Refused, wrap_action

DRAIN_SECONDS = int(os.environ.get("EXT_DRAIN_MS", "1000")) / 1000
HEALTH = {}
"""What was told of a target, by target group and instance."""
DRAINING = {}
"""Until when a target that was taken out drains."""

_lock = threading.RLock()
ALIVE = ("pending", "running")
TYPE = "AWS::AutoScaling::AutoScalingGroup"


def register(group, identity):
    for arn in group.get("TargetGroupARNs") or []:
        targets = alb._targets.setdefault(arn, [])
        if all(one["Id"] != identity for one in targets):
            targets.append({"Id": identity, "Port": alb._tgs.get(arn, {}).get("Port", 80)})
            HEALTH.pop((arn, identity), None)


def deregister(arn, identity):
    targets = alb._targets.get(arn, [])
    if any(one["Id"] == identity for one in targets):
        alb._targets[arn] = [one for one in targets if one["Id"] != identity]
        DRAINING[(arn, identity)] = time.monotonic() + DRAIN_SECONDS
        HEALTH.pop((arn, identity), None)


def note(group, words):
    now = scaling.now_iso()
    group.setdefault("_activities", []).insert(0, {"id": new_uuid(), "words": words, "at": now})
    del group["_activities"][50:]


def end(group, one):
    group["Instances"].remove(one)
    for arn in group.get("TargetGroupARNs") or []:
        deregister(arn, one["InstanceId"])
    instances.terminate(one["InstanceId"])
    note(group, f"Terminating EC2 instance: {one['InstanceId']}")


def start(group):
    asked = group.get("LaunchTemplate") or {}
    data = instances.template_data(asked)
    subnets = [one for one in (group.get("VPCZoneIdentifier") or "").split(",") if one] or [ec2._DEFAULT_SUBNET_ID]
    zones = [ec2._subnets[one].get("AvailabilityZone") for one in subnets if one in ec2._subnets]
    used = [one["AvailabilityZone"] for one in group["Instances"]]
    subnet = min(range(len(subnets)), key=lambda index: used.count(zones[index]) if index < len(zones) else 0)
    profile = data.get("IamInstanceProfile") or {}
    interface = (data.get("NetworkInterfaces") or [{}])[0]
    made = instances.launch(
        data.get("ImageId", ""),
        data.get("InstanceType", "t3.micro"),
        subnets[subnet],
        data.get("SecurityGroupIds") or interface.get("Groups"),
        data.get("UserData"),
        profile.get("Arn") or profile.get("Name"),
    )
    identity = made["InstanceId"]
    name = group["AutoScalingGroupName"]
    specified = [one.get("Tags") or [] for one in data.get("TagSpecifications") or [] if one.get("ResourceType") == "instance"]
    tags = {one["Key"]: one["Value"] for given in specified for one in given}
    tags |= {one["Key"]: one["Value"] for one in scaling._tags.get(name, []) if one.get("PropagateAtLaunch")}
    # CloudFormation gives its tags to a group with the order to pass them on.
    tags |= group.get("_stack_tags") or {}
    tags["aws:autoscaling:groupName"] = name
    ec2._tags[identity] = [{"Key": key, "Value": value} for key, value in tags.items()]
    group["Instances"].append(
        {
            "InstanceId": identity,
            "LifecycleState": "InService",
            "HealthStatus": "Healthy",
            "AvailabilityZone": made["Placement"]["AvailabilityZone"],
            "ProtectedFromScaleIn": False,
            "LaunchTemplate": asked,
            "LaunchConfigurationName": "",
            "_since": time.time(),
        }
    )
    register(group, identity)
    note(group, f"Launching a new EC2 instance: {identity}")


def is_unhealthy(group, one):
    known = ec2._instances.get(one["InstanceId"])
    if not known or known["State"]["Name"] not in ALIVE:
        return True
    if group.get("HealthCheckType") != "ELB" or time.time() - one.get("_since", 0) < group["HealthCheckGracePeriod"]:
        return False
    states = [HEALTH.get((arn, one["InstanceId"]), {}).get("state") for arn in group.get("TargetGroupARNs") or []]
    return "unhealthy" in states


def reconcile(group):
    """Brings the group to what it wishes. Twice is safe."""
    with _lock:
        if "ReplaceUnhealthy" not in group.get("_suspended", ()):
            for one in [one for one in group["Instances"] if is_unhealthy(group, one)]:
                end(group, one)
        while len(group["Instances"]) > group["DesiredCapacity"]:
            end(group, group["Instances"][0])
        while len(group["Instances"]) < group["DesiredCapacity"]:
            try:
                start(group)
            except Refused as refused:
                return note(group, f"Launching a new EC2 instance. Status Reason: {refused}")


def sweep(every):
    while True:
        time.sleep(every)
        for (account, region, name), group in list(scaling._asgs._data.items()):

            def look():
                set_request_account_id(account)
                set_request_region(region)
                if scaling._asgs.get(name) is group:
                    reconcile(group)

            contextvars.copy_context().run(look)


handler = provisioners._RESOURCE_HANDLERS[TYPE]
create_original, update_original, delete_original = handler["create"], handler["update"], handler["delete"]


def more_fields(group, properties):
    group["TargetGroupARNs"] = properties.get("TargetGroupARNs") or []
    for field in ("MinSize", "MaxSize"):
        group[field] = int(group[field])
    group["DesiredCapacity"] = max(group["MinSize"], min(group["MaxSize"], group["DesiredCapacity"]))


def create_group(logical_id, properties, stack):
    name, attributes = create_original(logical_id, properties, stack)
    group = scaling._asgs[name]
    group["_stack_tags"] = {"aws:cloudformation:stack-name": stack, "aws:cloudformation:logical-id": logical_id}
    more_fields(group, properties)
    reconcile(group)
    return name, attributes


def update_group(identity, old, new, stack, logical_id=None):
    before = scaling._asgs.get(identity, {}).get("DesiredCapacity")
    made = update_original(identity, old, new, stack, logical_id)
    group = scaling._asgs[made[0]]
    if "DesiredCapacity" not in new and before is not None:
        group["DesiredCapacity"] = before
    more_fields(group, new)
    reconcile(group)
    return made


def delete_group(identity, properties):
    group = scaling._asgs.get(identity)
    if group:
        with _lock:
            group["DesiredCapacity"] = 0
            for one in list(group["Instances"]):
                end(group, one)
            return delete_original(identity, properties)
    return delete_original(identity, properties)


def group_of(parameters):
    return scaling._asgs.get(scaling._p(parameters, "AutoScalingGroupName"))


def suspend(is_suspended):
    def act(parameters):
        group = group_of(parameters)
        if not group:
            return scaling._error("ValidationError", "AutoScalingGroup name not found - null")
        named = set(scaling._parse_member_list(parameters, "ScalingProcesses"))
        suspended = set(group.get("_suspended", ()))
        group["_suspended"] = sorted(suspended | named if is_suspended else suspended - named)
        word = "Suspend" if is_suspended else "Resume"
        return scaling._xml(200, f"{word}ProcessesResponse", "")

    return act


def terminate_in_group(parameters):
    identity = scaling._p(parameters, "InstanceId")
    for group in scaling._asgs.values():
        for one in list(group["Instances"]):
            if one["InstanceId"] == identity:
                if scaling._p(parameters, "ShouldDecrementDesiredCapacity").lower() == "true":
                    group["DesiredCapacity"] -= 1
                with _lock:
                    end(group, one)
                reconcile(group)
                return scaling._xml(200, "TerminateInstanceInAutoScalingGroupResponse", "")
    return scaling._error("ValidationError", f"Instance Id not found - No managed instance found for instance ID: {identity}")


def activities(parameters):
    group = group_of(parameters) or {}
    listed = "".join(
        f"<member><ActivityId>{one['id']}</ActivityId><AutoScalingGroupName>{group['AutoScalingGroupName']}</AutoScalingGroupName>"
        f"<Description>{one['words']}</Description><Cause>the group's wish</Cause><StartTime>{one['at']}</StartTime>"
        f"<StatusCode>Successful</StatusCode><Progress>100</Progress></member>"
        for one in group.get("_activities", [])
    )
    body = f"<DescribeScalingActivitiesResult><Activities>{listed}</Activities></DescribeScalingActivitiesResult>"
    return scaling._xml(200, "DescribeScalingActivitiesResponse", body)


def on_deregister(_original, parameters):
    arn = alb._p(parameters, "TargetGroupArn")
    if arn not in alb._tgs:
        return alb._error("TargetGroupNotFound", f"Target group '{arn}' not found.")
    for one in alb._parse_targets_param(parameters):
        deregister(arn, one["Id"])
    return alb._empty("DeregisterTargets")


def on_register(original, parameters):
    answer = original(parameters)
    if answer[0] < 300:
        arn = alb._p(parameters, "TargetGroupArn")
        port = alb._tgs[arn].get("Port", 80)
        for one in alb._targets.get(arn, []):
            one.setdefault("Port", port)
        for one in alb._parse_targets_param(parameters):
            DRAINING.pop((arn, one["Id"]), None)
    return answer


def health_of(arn, identity):
    """State, reason and description as DescribeTargetHealth has them."""
    if any(one["Id"] == identity for one in alb._targets.get(arn, [])):
        told = HEALTH.get((arn, identity), {"state": "initial", "reason": "Elb.RegistrationInProgress"})
        return told["state"], told.get("reason"), told.get("description")
    if DRAINING.get((arn, identity), 0) > time.monotonic():
        return "draining", "Target.DeregistrationInProgress", "Target deregistration is in progress"
    return "unused", "Target.NotRegistered", "Target is not registered to the target group"


def describe_health(_original, parameters):
    arn = alb._p(parameters, "TargetGroupArn")
    if arn not in alb._tgs:
        return alb._error("TargetGroupNotFound", f"Target group '{arn}' not found.")
    port = alb._tgs[arn].get("Port", 80)
    asked = [one["Id"] for one in alb._parse_targets_param(parameters)]
    now = time.monotonic()
    draining = [identity for (group, identity), until in list(DRAINING.items()) if group == arn and until > now]
    there = [one["Id"] for one in alb._targets.get(arn, [])]
    members = ""
    for identity in asked or [*there, *[one for one in draining if one not in there]]:
        state, reason, words = health_of(arn, identity)
        more = (f"<Reason>{reason}</Reason>" if reason else "") + (f"<Description>{words}</Description>" if words else "")
        members += (
            f"<member><Target><Id>{identity}</Id><Port>{port}</Port></Target>"
            f"<TargetHealth><State>{state}</State>{more}</TargetHealth></member>"
        )
    return alb._xml(200, "DescribeTargetHealth", f"<TargetHealthDescriptions>{members}</TargetHealthDescriptions>")


def tell_health(told):
    for one in told or []:
        HEALTH[(one["group"], one["id"])] = one
    return {}


def is_sticky(account, arn):
    attributes = alb._tg_attrs._data.get((account, arn), [])
    return any(one["Key"] == "stickiness.enabled" and one["Value"] == "true" for one in attributes)


def describe_group(account, arn, group):
    return {
        "arn": arn,
        "check": {
            "path": group["HealthCheckPath"],
            "intervalSeconds": group["HealthCheckIntervalSeconds"],
            "timeoutSeconds": group["HealthCheckTimeoutSeconds"],
            "healthyCount": group["HealthyThresholdCount"],
            "unhealthyCount": group["UnhealthyThresholdCount"],
            "statuses": group["Matcher"]["HttpCode"],
        },
        "isSticky": is_sticky(account, arn),
        "targets": [
            {"id": one["Id"], "port": int(one.get("Port") or group["Port"])}
            for one in alb._targets._data.get((account, arn), [])
        ],
    }


def all_balancers(_asked):
    """Load balancers of all accounts with the target groups that their listeners forward to."""
    found = []
    groups = {key[-1]: (key[0], group) for key, group in list(alb._tgs._data.items())}
    for key, balancer in list(alb._lbs._data.items()):
        arns = []
        for listener in list(alb._listeners._data.values()):
            if listener.get("LoadBalancerArn") != key[-1]:
                continue
            arns += [one["TargetGroupArn"] for one in listener.get("DefaultActions", []) if one.get("TargetGroupArn") in groups]
        described = [describe_group(groups[arn][0], arn, groups[arn][1]) for arn in dict.fromkeys(arns)]
        found.append({"name": balancer["DNSName"], "groups": described})
    return found


def install():
    scaling._reconcile_instances = reconcile
    provisioners._RESOURCE_HANDLERS[TYPE] = {
        **handler,
        "create": create_group,
        "update": update_group,
        "delete": delete_group,
        "update_with_logical_id": True,
    }
    scaling._ACTION_MAP["SuspendProcesses"] = suspend(True)
    scaling._ACTION_MAP["ResumeProcesses"] = suspend(False)
    scaling._ACTION_MAP["TerminateInstanceInAutoScalingGroup"] = terminate_in_group
    scaling._ACTION_MAP["DescribeScalingActivities"] = activities
    wrap_action(alb, "DeregisterTargets", on_deregister)
    wrap_action(alb, "RegisterTargets", on_register)
    wrap_action(alb, "DescribeTargetHealth", describe_health)
    threading.Thread(target=sweep, args=(0.3,), daemon=True).start()
