"""IAM and STS as far as AUTH=true leaves them out: condition keys of requests, PassRole, the path in a role's ARN,
ResourceTag of EC2, source identity, session lengths, who may stand in for a service, boundaries from templates.

Replaces functions of ministack.core.iam_actions, ministack.core.iam_evaluator, ministack.services.sts and .tagging.
"""

import contextvars
import dataclasses
import json
import re

import ministack.core.iam_actions as actions
import ministack.core.iam_evaluator as evaluator
import ministack.services.cloudformation.provisioners as provisioners
import ministack.services.ec2 as ec2
import ministack.services.iam as iam
import ministack.services.sts as sts
import ministack.services.tagging as tagging
from ministack.core.responses import get_account_id, get_region

from .wire import Refused

ASKED = contextvars.ContextVar("ext_asked", default={})
"""The flat parameters of the request in hand."""

_also = contextvars.ContextVar("ext_also", default=())
_denied = contextvars.ContextVar("ext_denied", default=None)

WITH_STACK_ROLE = {"CreateStack", "UpdateStack", "DeleteStack", "CreateChangeSet", "ContinueUpdateRollback", "RollbackStack"}
OF_A_ROLE = {"PutRolePolicy", "AttachRolePolicy", "DetachRolePolicy", "DeleteRolePolicy", "DeleteRolePermissionsBoundary"}
ON_INSTANCES = {"StartInstances", "StopInstances", "RebootInstances", "TerminateInstances"}


def role_of(arn):
    """The role of an ARN in whichever account, or None."""
    if not arn or arn.count(":") < 5:
        return None
    return iam._roles.get_scoped(arn.split(":")[4], None, arn.rsplit("/", 1)[-1])


def passing(arn, service):
    return ("iam:PassRole", arn, {"iam:passedtoservice": service})


def profile_roles(profile):
    """ARNs of the roles in an instance profile, given its name or ARN."""
    known = iam._instance_profiles.get((profile or "").rsplit("/", 1)[-1]) or {}
    names = [one if isinstance(one, str) else one.get("RoleName") for one in known.get("Roles", [])]
    return [iam._roles[name]["Arn"] for name in names if name in iam._roles]


def statements(document):
    found = (json.loads(document) if isinstance(document, str) else document or {}).get("Statement", [])
    return found if isinstance(found, list) else [found]


def services_trusted(statement):
    principal = statement.get("Principal")
    named = principal.get("Service", []) if isinstance(principal, dict) else []
    return [named] if isinstance(named, str) else named


# ---- what a request is asked for besides its main action


def request_needs(service, operation, action, asked, body, parameters):
    """Condition keys of the request, and (action, resource, keys) that its caller must be allowed as well."""
    keys, also = {}, []
    if service == "cloudformation" and operation in WITH_STACK_ROLE and asked.get("RoleARN"):
        keys["cloudformation:rolearn"] = asked["RoleARN"]
        also.append(passing(asked["RoleARN"], "cloudformation.amazonaws.com"))
    if operation == "CreateChangeSet":
        keys["cloudformation:importresourcetypes"] = asked.get("ResourcesToImport.member.1.ResourceType")
    if service == "iam":
        role = iam._roles.get(asked.get("RoleName")) or {}
        own = role.get("PermissionsBoundary") or None
        keys["iam:permissionsboundary"] = own if operation in OF_A_ROLE else asked.get("PermissionsBoundary")
        keys["iam:policyarn"] = asked.get("PolicyArn")
        if operation == "AddRoleToInstanceProfile" and role:
            also.append(passing(role["Arn"], "ec2.amazonaws.com"))
    if service == "ec2" and operation == "RunInstances":
        profile = asked.get("IamInstanceProfile.Name") or asked.get("IamInstanceProfile.Arn")
        also += [passing(arn, "ec2.amazonaws.com") for arn in profile_roles(profile)]
    if service == "ec2" and operation == "CreateSnapshot":
        # The snapshot is a resource of the call as well, and is tagged within it.
        made = f"arn:aws:ec2:{get_region()}::snapshot/*"
        tags = request_tags(asked)
        also.append((action, made, tags))
        if tags:
            also.append(("ec2:CreateTags", made, {**tags, "ec2:createaction": operation}))
    if service == "ec2" and operation in ON_INSTANCES:
        others = ec2._parse_member_list(parameters, "InstanceId")[1:]
        also += [(action, f"arn:aws:ec2:{get_region()}:{get_account_id()}:instance/{one}", {}) for one in others]
    if service == "lambda" and operation in ("CreateFunction", "UpdateFunctionConfiguration"):
        role = actions._safe_json_field(body, "Role")
        also += [passing(role, "lambda.amazonaws.com")] if role else []
        also += [("lambda:GetLayerVersion", layer, {}) for layer in (json.loads(body or b"{}").get("Layers") or [])]
    if service == "lambda" and operation in ("CreateFunction", "UpdateFunctionCode"):
        code = json.loads(body or b"{}")
        code = code.get("Code") or code
        if code.get("S3Bucket"):
            owner = {"aws:resourceaccount": get_account_id()}
            also.append(("s3:GetObject", f"arn:aws:s3:::{code['S3Bucket']}/{code.get('S3Key')}", owner))
    if action == "sts:AssumeRole":
        keys |= {
            "sts:externalid": asked.get("ExternalId"),
            "sts:rolesessionname": asked.get("RoleSessionName"),
            "sts:sourceidentity": asked.get("SourceIdentity"),
        }
        besides = (("sts:TagSession", "Tags.member.1.Key"), ("sts:SetSourceIdentity", "SourceIdentity"))
        also += [(name, asked["RoleArn"], keys) for name, parameter in besides if asked.get(parameter)]
    return keys, also


def request_tags(asked):
    """What the first specification of tags says, as condition keys."""
    names = (key for key in asked if re.fullmatch(r"TagSpecification\.1\.Tag\.\d+\.Key", key))
    return {f"aws:requesttag/{asked[key].lower()}": asked.get(key[: -len("Key")] + "Value", "") for key in names}


def request_context(original):
    def context(service, action, body, parameters):
        asked = {key: value[0] if isinstance(value, list) and value else value for key, value in parameters.items()}
        operation = action.split(":", 1)[1]
        keys, also = request_needs(service, operation, action, asked, body, parameters)
        ASKED.set(asked)
        _also.set((action, also))
        _denied.set(None)
        return {**original(service, action, body, parameters), **keys}

    return context


def enforce(original):
    def enforced(access_key, action, service, region, resource_arn="*", service_context=None):
        denied = original(access_key, action, service, region, resource_arn=resource_arn, service_context=service_context)
        main, also = _also.get() or (None, ())
        if denied or main != action:
            return denied
        for other, arn, keys in also:
            denied = original(access_key, other, service, region, resource_arn=arn, service_context=keys)
            if denied:
                _denied.set((other, arn))
                return denied
        return None

    return enforced


def access_denied(original):
    def answer(service, action, principal_arn, request_id, **named):
        if _denied.get():
            action, named["resource_arn"] = _denied.get()
        return original(service, action, principal_arn, request_id, **named)

    return answer


# ---- names and tags of what is asked for


def resource_arn(original):
    """The path of a role and of a profile is part of its ARN; a snapshot has no account in its own."""

    def arn_of(service, method, path, headers, body, query, region, account):
        def given(name):
            value = query.get(name) or ""
            return (value or [""])[0] if isinstance(value, list) else value

        kinds = (("RoleName", iam._roles, "role"), ("InstanceProfileName", iam._instance_profiles, "instance-profile"))
        for parameter, known, kind in kinds if service == "iam" else ():
            name = given(parameter)
            if name:
                found = (known.get(name) or {}).get("Arn")
                return found or f"arn:aws:iam::{account}:{kind}{given('Path') or '/'}{name}"
        # A snapshot is of a region, and of no account.
        if service == "ec2" and given("SnapshotId") and not given("VolumeId"):
            return f"arn:aws:ec2:{region}::snapshot/{given('SnapshotId')}"
        return original(service, method, path, headers, body, query, region, account)

    return arn_of


def resource_tags(original):
    def tags(arn):
        parts = [*arn.split(":", 5), "", "", ""]
        found = ec2._tags.get(parts[5].rsplit("/", 1)[-1]) if parts[2] == "ec2" else None
        return {one["Key"]: one["Value"] for one in found} if found else original(arn)

    return tags


def condition_key(original):
    """aws:PrincipalArn of a session is its role's ARN, path included; everything here counts as sent by TLS."""

    def resolve(key, context):
        if key.lower() == "aws:securetransport":
            return "true"
        value = original(key, context)
        if key.lower() == "aws:principalarn" and ":assumed-role/" in str(value):
            name = evaluator._role_name_from_assumed_arn(value)
            return (iam._roles.get_scoped(value.split(":")[4], None, name) or {}).get("Arn", value)
        return value

    return resolve


# ---- sessions


def trust(original):
    """MiniStack lets an account's root stand in for a service that a role trusts. Only the account's own root may; and
    under a session name that is an instance's id, only what trusts EC2 counts: that is how an instance's body asks."""

    def evaluate(document, caller, context=None):
        if context is None or not context.action.startswith("sts:AssumeRole"):
            return original(document, caller, context)
        source = ASKED.get().get("SourceIdentity")
        keys = {**context.service_context, "sts:sourceidentity": source}
        context = dataclasses.replace(context, service_context=keys)
        if caller.endswith(":root"):
            document = {"Version": "2012-10-17", "Statement": statements_for_root(document, caller, context)}
        allowed = original(document, caller, context)
        if not allowed or not source or context.action != "sts:AssumeRole":
            return allowed
        return original(document, caller, dataclasses.replace(context, action="sts:SetSourceIdentity"))

    return evaluate


def statements_for_root(document, caller, context):
    if caller.split(":")[4] != context.resource_arn.split(":")[4]:
        return [without_services(statement) for statement in statements(document)]
    if re.fullmatch(r"i-[0-9a-f]{8,17}", ASKED.get().get("RoleSessionName", "")):
        return [statement for statement in statements(document) if "ec2.amazonaws.com" in services_trusted(statement)]
    return statements(document)


def without_services(statement):
    principal = statement.get("Principal")
    if not isinstance(principal, dict):
        return statement
    return {**statement, "Principal": {kind: value for kind, value in principal.items() if kind != "Service"}}


def register_session(original):
    def register(key, session):
        before = sts._sessions.get(session.get("SourceAccessKeyId")) or {}
        original(key, {**session, "SourceIdentity": ASKED.get().get("SourceIdentity") or before.get("SourceIdentity")})

    return register


def principal_keys(original):
    def keys(context):
        source = (sts._sessions.get(context.access_key_id) or {}).get("SourceIdentity")
        return {**original(context), **({"aws:sourceidentity": source} if source else {})}

    return keys


def handle_sts(original):
    async def handle(method, path, headers, body, query):
        asked = ASKED.get()
        if asked.get("Action") != "AssumeRole":
            return await original(method, path, headers, body, query)
        problem = session_length_problem(asked, sts.extract_access_key_id(headers, query))
        if problem:
            return sts._error(400, "ValidationError", problem, ns="sts")
        status, answer_headers, answer = await original(method, path, headers, body, query)
        if status == 200 and asked.get("SourceIdentity") and isinstance(answer, bytes):
            shown = f"</PackedPolicySize><SourceIdentity>{asked['SourceIdentity']}</SourceIdentity>"
            answer = answer.replace(b"</PackedPolicySize>", shown.encode())
        return status, answer_headers, answer

    return handle


def session_length_problem(asked, caller_key):
    seconds = int(asked.get("DurationSeconds") or 3600)
    role = role_of(asked.get("RoleArn"))
    if seconds < 900:
        return (
            f"1 validation error detected: Value '{seconds}' at 'durationSeconds' failed to satisfy constraint: "
            "Member must have value greater than or equal to 900"
        )
    if role and seconds > int(role.get("MaxSessionDuration") or 3600):
        return "The requested DurationSeconds exceeds the MaxSessionDuration set for this role."
    if seconds > 3600 and caller_key in sts._sessions:
        return "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining."
    return None


# ---- boundaries of roles that a template makes


def keep_boundary(role, properties):
    boundary = properties.get("PermissionsBoundary")
    if boundary and boundary not in iam._policies:
        raise Refused(f"Scope ARN: {boundary} does not exist or is not attachable.")
    iam._roles[role]["PermissionsBoundary"] = boundary


def bounded_roles(original):
    def create(logical_id, properties, stack):
        made = original["create"](logical_id, properties, stack)
        keep_boundary(made[0], properties)
        return made

    def update(*given):
        made = original["update"](*given)
        keep_boundary(made[0], given[2])
        return made

    return {**original, "create": create, "update": update}


def install():
    actions.request_tag_context = request_context(actions.request_tag_context)
    evaluator.enforce = enforce(evaluator.enforce)
    actions.access_denied_response = access_denied(actions.access_denied_response)
    actions.extract_resource_arn = resource_arn(actions.extract_resource_arn)
    tagging.resource_tags = resource_tags(tagging.resource_tags)
    evaluator._resolve_condition_key = condition_key(evaluator._resolve_condition_key)
    evaluator.evaluate_trust_policy = trust(evaluator.evaluate_trust_policy)
    sts.register_session = register_session(sts.register_session)
    evaluator._principal_keys = sts._principal_keys = principal_keys(evaluator._principal_keys)
    sts.handle_request = handle_sts(sts.handle_request)
    handlers = provisioners._RESOURCE_HANDLERS
    handlers["AWS::IAM::Role"] = bounded_roles(handlers["AWS::IAM::Role"])
