"""Custom resources whose ServiceToken is an SNS topic, also of another account: published as CloudFormation does, asking the
topic's policy, and answered by a PUT to the ResponseURL within ServiceTimeout.

Replaces ministack.services.cloudformation.custom_resource.invoke_custom_resource.
"""

import contextvars
import json

import ministack.core.iam_evaluator as evaluator
import ministack.services.cloudformation.custom_resource as custom_resource
import ministack.services.sns as sns
from ministack.core.responses import get_account_id, get_region, new_uuid, set_request_account_id

from .wire import Refused

SECONDS_MAX = 3600


def event_of(kind, logical_id, properties, stack_id, resource_type, physical_id, old_properties, request_id, token):
    event = {
        "RequestType": kind,
        "RequestId": request_id,
        "StackId": stack_id,
        "ResponseURL": custom_resource._response_url(token),
        "ResourceType": resource_type,
        "LogicalResourceId": logical_id,
        "ResourceProperties": custom_resource._normalise_resource_properties(properties),
        "ServiceToken": properties["ServiceToken"],
    }
    if physical_id:
        event["PhysicalResourceId"] = physical_id
    if old_properties:
        event["OldResourceProperties"] = custom_resource._normalise_resource_properties(old_properties)
    return event


def publish(topic, event):
    """Runs in a context of its own, because it acts in the topic's account."""
    account, caller_account = topic.split(":")[4], get_account_id()
    context = evaluator.EvalContext(
        principal_arn=f"arn:aws:iam::{caller_account}:root",
        principal_type="Root",
        principal_account=caller_account,
        action="sns:Publish",
        resource_arn=topic,
        region=topic.split(":")[3],
        service_context={"aws:calledvia": ["cloudformation.amazonaws.com"]},
    )
    set_request_account_id(account)
    known = sns._topics.get(topic)
    policy = ((known or {}).get("attributes") or {}).get("Policy")
    if not known or not evaluator.resource_policy_allows(policy, context, caller_account == account):
        raise Refused(f"Failed to publish to {topic}: access denied")
    sns.publish_internal(topic, json.dumps(event), "AWS CloudFormation custom resource request")


def through_topic(original):
    def invoke(kind, logical_id, properties, stack, stack_id, resource_type, physical_id=None, old_props=None):
        topic = str(properties.get("ServiceToken", ""))
        if not topic.startswith("arn:aws:sns:"):
            return original(
                kind, logical_id, properties, stack, stack_id, resource_type, physical_id=physical_id, old_props=old_props
            )
        if topic.split(":")[3] != get_region():
            raise Refused(f"Invalid ServiceToken: {topic} must be in the region of the stack, {get_region()}")
        request_id, token = new_uuid(), new_uuid()
        answered = custom_resource.register_token(token)
        event = event_of(
            kind, logical_id, properties, stack_id, resource_type, physical_id, old_props, request_id, token
        )
        contextvars.copy_context().run(publish, topic, event)
        if not answered.wait(min(int(properties.get("ServiceTimeout", SECONDS_MAX)), SECONDS_MAX)):
            custom_resource._pending.pop(token, None)
            raise Refused(
                "CloudFormation did not receive a response from your Custom Resource. "
                f"Please check your logs for requestId [{request_id}]."
            )
        result = custom_resource._pending.pop(token)["result"]
        if result.get("Status") == "FAILED":
            reason = result.get("Reason", "")
            raise Refused(f"Received response status [FAILED] from custom resource. Message returned: {reason}")
        return result.get("PhysicalResourceId") or physical_id or request_id, result.get("Data") or {}

    return invoke


def install():
    custom_resource.invoke_custom_resource = through_topic(custom_resource.invoke_custom_resource)
