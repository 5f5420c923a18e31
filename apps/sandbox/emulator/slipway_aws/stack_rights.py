"""CloudFormation acts as the stack's service role, or as its caller: each create, update and delete of a resource asks for
its type's main action first, and is refused in AWS's words. Stacks keep their role and show it. With EXT_SLOW each resource
takes its time.

Replaces _provision_resource, _update_resource, _delete_resource and handle_request of ministack.services.cloudformation.
"""

import contextvars
import json
import os
import re
import sys
import threading
import time

import ministack.core.iam_evaluator as evaluator
import ministack.services.cloudformation as cloudformation
import ministack.services.cloudformation.helpers as helpers
import ministack.services.cloudformation.provisioners as provisioners
import ministack.services.cloudformation.stacks as stacks
import ministack.services.iam as iam
import ministack.services.sts as sts
import ministack.services.tagging as tagging
from ministack.core.responses import get_account_id, get_region, new_uuid

from .identity import ASKED, WITH_STACK_ROLE, passing, profile_roles, role_of, services_trusted, statements
from .resource_actions import ACTIONS, OF_PROPERTIES
from .stack_resources import allocation_of
from .wire import Refused

ACTOR = contextvars.ContextVar("ext_actor", default=None)
"""Who a stack acts as: a role's ARN, or an access key."""

SLOW = json.loads(os.environ.get("EXT_SLOW") or "{}")
"""Milliseconds that a resource takes, by type; `*` for the rest. May be changed at any time."""

# type: property that names it, service, what stands before the name in its ARN
GROUP = "autoScalingGroup:*:autoScalingGroupName/"
NAMED = {
    "AWS::IAM::Role": ("RoleName", "iam", "role"),
    "AWS::IAM::InstanceProfile": ("InstanceProfileName", "iam", "instance-profile"),
    "AWS::IAM::ManagedPolicy": ("ManagedPolicyName", "iam", "policy"),
    "AWS::Lambda::Function": ("FunctionName", "lambda", "function:"),
    "AWS::S3::Bucket": ("BucketName", "s3", ""),
    "AWS::SQS::Queue": ("QueueName", "sqs", ""),
    "AWS::Logs::LogGroup": ("LogGroupName", "logs", "log-group:"),
    "AWS::DynamoDB::Table": ("TableName", "dynamodb", "table/"),
    "AWS::CloudWatch::Alarm": ("AlarmName", "cloudwatch", "alarm:"),
    "AWS::AutoScaling::AutoScalingGroup": ("AutoScalingGroupName", "autoscaling", GROUP),
    "AWS::AutoScaling::ScalingPolicy": ("AutoScalingGroupName", "autoscaling", GROUP),
    "AWS::AutoScaling::ScheduledAction": ("AutoScalingGroupName", "autoscaling", GROUP),
    "AWS::ElasticLoadBalancingV2::LoadBalancer": ("Name", "elasticloadbalancing", "loadbalancer/app/"),
    "AWS::ElasticLoadBalancingV2::TargetGroup": ("Name", "elasticloadbalancing", "targetgroup/"),
}
# type: what an id of it is called in an ARN of EC2
EC2_KINDS = {
    "AWS::EC2::VPC": "vpc",
    "AWS::EC2::Subnet": "subnet",
    "AWS::EC2::InternetGateway": "internet-gateway",
    "AWS::EC2::RouteTable": "route-table",
    "AWS::EC2::SecurityGroup": "security-group",
    "AWS::EC2::Instance": "instance",
    "AWS::EC2::Volume": "volume",
    "AWS::EC2::LaunchTemplate": "launch-template",
}

# type: properties that name what it acts on, whose tags its rights may ask for
EC2_ACTS_ON = {
    "AWS::EC2::VPCGatewayAttachment": {"InternetGatewayId": "internet-gateway", "VpcId": "vpc"},
    "AWS::EC2::VPCCidrBlock": {"VpcId": "vpc"},
    "AWS::EC2::Route": {"RouteTableId": "route-table"},
    "AWS::EC2::SubnetRouteTableAssociation": {"RouteTableId": "route-table", "SubnetId": "subnet"},
    "AWS::EC2::SecurityGroupIngress": {"GroupId": "security-group"},
    "AWS::EC2::SecurityGroupEgress": {"GroupId": "security-group"},
    "AWS::EC2::VolumeAttachment": {"VolumeId": "volume", "InstanceId": "instance"},
    "AWS::EC2::EIPAssociation": {"AllocationId": "elastic-ip", "InstanceId": "instance"},
}

# type: what stands before its id or name in an ARN of CloudFront, which is of no region; and the property that names it
EDGE_KINDS = {
    "AWS::CloudFront::CachePolicy": ("cache-policy/", None),
    "AWS::CloudFront::Distribution": ("distribution/", None),
    "AWS::CloudFront::Function": ("function/", "Name"),
    "AWS::CloudFront::KeyValueStore": ("key-value-store/", None),
    "AWS::CloudFront::OriginAccessControl": ("origin-access-control/", None),
}

# type: property that names the function it is of
OF_A_FUNCTION = {
    "AWS::Lambda::Version": "FunctionName",
    "AWS::Lambda::Alias": "FunctionName",
    "AWS::Lambda::Permission": "FunctionName",
    "AWS::Lambda::Url": "TargetFunctionArn",
}


def arn_of(kind, properties, identity, stack, logical_id):
    """Exact where the type's name is known before it is made, else `*`."""
    if kind in OF_A_FUNCTION:
        function = str(properties.get(OF_A_FUNCTION[kind], ""))
        return function if function.startswith("arn:") else f"arn:aws:lambda:{get_region()}:{get_account_id()}:function:{function}"
    if kind == "AWS::S3::BucketPolicy":
        return f"arn:aws:s3:::{properties.get('Bucket')}"
    if kind in EDGE_KINDS:
        prefix, naming = EDGE_KINDS[kind]
        return f"arn:aws:cloudfront::{get_account_id()}:{prefix}{properties.get(naming) or identity or '*'}"
    if kind == "AWS::CertificateManager::Certificate":
        return identity or f"arn:aws:acm:{get_region()}:{get_account_id()}:certificate/*"
    if kind == "AWS::ElasticLoadBalancingV2::Listener":
        return identity or str(properties.get("LoadBalancerArn", "*"))
    if kind not in NAMED:
        return "*"
    naming, service, prefix = NAMED[kind]
    last = str(identity).rsplit("/", 1)[-1] if identity else f"{stack}-{logical_id}-XXXXXXXXXXXX"
    name = properties.get(naming) or last
    if service == "s3":
        return f"arn:aws:s3:::{name.lower()}"
    if service == "iam":
        return f"arn:aws:iam::{get_account_id()}:{prefix}{properties.get('Path', '/')}{name}"
    return f"arn:aws:{service}:{get_region()}:{get_account_id()}:{prefix}{name}"


def ec2_arns(kind, properties, identity):
    """What is there already and acted on; what is made anew has no tags yet, and its rights ask for those of the request."""
    here = f"arn:aws:ec2:{get_region()}:{get_account_id()}"
    if kind in EC2_ACTS_ON:
        named = EC2_ACTS_ON[kind].items()
        return [f"{here}:{name}/{properties[key]}" for key, name in named if properties.get(key)]
    if kind == "AWS::EC2::EIP" and identity:
        return [f"{here}:elastic-ip/{allocation_of(identity)}"]
    return [f"{here}:{EC2_KINDS[kind]}/{identity}"] if kind in EC2_KINDS and identity else []


def role_arn(value):
    return value if str(value).startswith("arn:") else (iam._roles.get(value) or {}).get("Arn", value)


def roles_passed(kind, properties):
    """(role, service) for each role that making the resource hands to a service."""
    if kind == "AWS::IAM::InstanceProfile":
        return [(role_arn(one), "ec2.amazonaws.com") for one in properties.get("Roles") or []]
    if kind == "AWS::Lambda::Function" and properties.get("Role"):
        return [(role_arn(properties["Role"]), "lambda.amazonaws.com")]
    if kind == "AWS::Scheduler::Schedule" and (properties.get("Target") or {}).get("RoleArn"):
        return [(properties["Target"]["RoleArn"], "scheduler.amazonaws.com")]
    if kind == "AWS::DLM::LifecyclePolicy" and properties.get("ExecutionRoleArn"):
        return [(properties["ExecutionRoleArn"], "dlm.amazonaws.com")]
    profile = None
    if kind == "AWS::EC2::Instance":
        profile = properties.get("IamInstanceProfile")
    if kind == "AWS::EC2::LaunchTemplate":
        profile = (properties.get("LaunchTemplateData") or {}).get("IamInstanceProfile")
    if isinstance(profile, dict):
        profile = profile.get("Name") or profile.get("Arn")
    return [(arn, "ec2.amazonaws.com") for arn in profile_roles(profile)]


def actions_of_properties(kind, verb, old, properties):
    """What the properties ask for: all that are set when a resource is made or deleted, else those that changed."""
    for name, actions in OF_PROPERTIES.get(kind, {}).items():
        if old is None and properties.get(name) or old is not None and old.get(name) != properties.get(name):
            yield from actions[verb]


def tagging_actions(kind, verb, old, pairs, keys):
    """(action, condition keys): EC2 tags what it creates in the same call, and IAM asks for tags on their own."""
    if not kind.startswith("AWS::EC2::") or verb == "delete":
        return
    if verb == "create" and pairs:
        yield "ec2:CreateTags", {**keys, "ec2:createaction": ACTIONS[kind]["create"].split(":")[1]}
    if verb == "update" and pairs != tags_of(old):
        yield "ec2:CreateTags", keys
        if {one["Key"] for one in tags_of(old)} - {one["Key"] for one in pairs}:
            yield "ec2:DeleteTags", keys


def tags_of(properties):
    """Of the thing itself; a launch template has them in a list by kind of thing."""
    tags = properties.get("Tags") or []
    if not tags:
        tags = [tag for one in properties.get("TagSpecifications") or [] for tag in one.get("Tags") or []]
    return [one for one in tags if isinstance(one, dict) and "Key" in one] if isinstance(tags, list) else []


def needs(kind, verb, properties, identity, stack, logical_id, old):
    """(action, resource, condition keys) that the stack's actor must be allowed."""
    if kind not in ACTIONS:
        if not kind.startswith(("Custom::", "AWS::CloudFormation::")):
            print("ext: no action known, not checked:", kind, file=sys.stderr)
        return
    arn = arn_of(kind, properties, identity, stack, logical_id)
    pairs = tags_of(properties)
    keys = {f"aws:requesttag/{one['Key'].lower()}": one.get("Value") for one in pairs}
    if kind == "AWS::IAM::Role":
        keys["iam:permissionsboundary"] = properties.get("PermissionsBoundary")
    # What is made in this call has the tags of the call by the time that its properties are set.
    made = {f"aws:resourcetag/{one['Key'].lower()}": one.get("Value") for one in pairs} if verb == "create" else {}
    for one in ec2_arns(kind, properties, identity) or [arn]:
        if verb != "update" or kind not in OF_PROPERTIES:
            yield ACTIONS[kind][verb], one, keys
        for action in actions_of_properties(kind, verb, old, properties):
            yield action, one, {**keys, **made}
        for action, its_keys in tagging_actions(kind, verb, old, pairs, keys):
            yield action, one, its_keys
    if verb == "delete":
        return
    if kind == "AWS::IAM::Role":
        for policy in properties.get("ManagedPolicyArns") or []:
            yield "iam:AttachRolePolicy", arn, {**keys, "iam:policyarn": policy}
    for role, service in roles_passed(kind, properties):
        yield passing(role, service)


def acting_policies(actor):
    """(ARN, identity policies, limits, keys) of who a stack acts as; None for an account's root."""
    if actor.startswith("arn:"):
        account, name = actor.split(":")[4], actor.rsplit("/", 1)[-1]
        arn = f"arn:aws:sts::{account}:assumed-role/{name}/AWSCloudFormation"
        boundary = evaluator._permissions_boundary(iam._roles, name, account)
        return arn, evaluator._gather_role_policies(name, account), boundary, {}
    principal = evaluator.resolve_principal(actor, get_account_id())
    if isinstance(principal, evaluator.AuthError) or principal.policies is None:
        return None
    return principal.arn, principal.policies, principal.limits, principal.keys


def ask(kind, verb, properties, identity, stack, logical_id, old=None):
    actor = ACTOR.get()
    acting = acting_policies(actor) if actor and isinstance(properties, dict) else None
    if not acting:
        return
    who, policies, limits, own_keys = acting
    for action, arn, keys in needs(kind, verb, properties, identity, stack, logical_id, old):
        tags = {f"aws:resourcetag/{name}".lower(): value for name, value in (tagging.resource_tags(arn) or {}).items()}
        context = evaluator.EvalContext(
            principal_arn=who,
            principal_type="AssumedRole",
            principal_account=get_account_id(),
            action=action,
            resource_arn=arn,
            region=get_region(),
            service_context={**tags, **keys, "aws:calledvia": ["cloudformation.amazonaws.com"]},
            principal_keys=own_keys,
        )
        decision = evaluator.evaluate(context, policies, *limits).decision
        if decision != "Allow":
            raise Refused(refusal(who, action, arn, decision))


def refusal(who, action, arn, decision):
    reason = (
        "with an explicit deny in an identity-based policy"
        if decision == "Deny"
        else f"because no identity-based policy allows the {action} action"
    )
    service = action.split(":")[0]
    return (
        f'Resource handler returned message: "User: {who} is not authorized to perform: {action} on resource: {arn} {reason} '
        f'(Service: {service}, Status Code: 403, Request ID: {new_uuid()})" '
        f"(RequestToken: {new_uuid()}, HandlerErrorCode: AccessDenied)"
    )


def linger(kind):
    milliseconds = SLOW.get(kind, SLOW.get("*", 0))
    if milliseconds and threading.current_thread() is not threading.main_thread():
        time.sleep(milliseconds / 1000)


def watch_resources():
    provision, update, delete = provisioners._provision_resource, provisioners._update_resource, provisioners._delete_resource

    def provisioned(kind, logical_id, properties, stack):
        ask(kind, "create", properties, None, stack, logical_id)
        linger(kind)
        return provision(kind, logical_id, properties, stack)

    def updated(kind, identity, old, new, stack, logical_id=None, attributes=None):
        if old != new:
            ask(kind, "update", new, identity, stack, logical_id, old)
            linger(kind)
        return update(kind, identity, old, new, stack, logical_id, attributes)

    def deleted(kind, identity, properties, stack=None, logical_id=None):
        ask(kind, "delete", properties, identity, stack, logical_id)
        linger(kind)
        return delete(kind, identity, properties, stack, logical_id)

    for module in (provisioners, stacks):
        module._provision_resource, module._update_resource, module._delete_resource = provisioned, updated, deleted

    on_thread = stacks._runs_on_worker_thread
    stacks._runs_on_worker_thread = lambda kind: bool(SLOW) or on_thread(kind)


def may_be_assumed_by_cloudformation(role):
    document = role["AssumeRolePolicyDocument"] if role else None
    return any("cloudformation.amazonaws.com" in services_trusted(statement) for statement in statements(document))


def handle_request(original):
    async def handle(method, path, headers, body, query):
        asked = ASKED.get()
        operation, name = asked.get("Action"), asked.get("StackName") or ""
        name = name.split("/")[1] if name.startswith("arn:") else name
        role = asked.get("RoleARN") if operation in WITH_STACK_ROLE else None
        if role and not may_be_assumed_by_cloudformation(role_of(role)):
            return helpers._error("ValidationError", f"Role {role} is invalid or cannot be assumed", 400)
        if not name and operation == "ExecuteChangeSet":
            name = (cloudformation._change_sets.get(asked.get("ChangeSetName")) or {}).get("StackName", "")
        kept = (cloudformation._stacks.get(name) or {}).get("RoleARN")
        ACTOR.set(role or kept or sts.extract_access_key_id(headers, query) or None)
        status, answer_headers, answer = await original(method, path, headers, body, query)
        if status < 300 and role and name in cloudformation._stacks:
            cloudformation._stacks[name]["RoleARN"] = role
        if status < 300 and operation == "DescribeStacks" and isinstance(answer, bytes):
            answer = re.sub(rb"<StackId>([^<]*)</StackId>", with_role, answer)
        return status, answer_headers, answer

    return handle


def with_role(found):
    name = found[1].decode().split("/")[1]
    role = (cloudformation._stacks.get(name) or {}).get("RoleARN")
    return found[0] + (f"<RoleARN>{role}</RoleARN>".encode() if role else b"")


def install():
    watch_resources()
    cloudformation.handle_request = handle_request(cloudformation.handle_request)
