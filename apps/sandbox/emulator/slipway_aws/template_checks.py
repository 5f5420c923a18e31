"""Templates: a Ref or GetAtt to nothing is a ValidationError, and drift of an instance is seen.

Replaces validate_template_support wherever it was imported; adds to cloudformation.drift._DRIFT_READERS.
"""

import sys

import ministack.services.cloudformation.drift as drift
import ministack.services.cloudformation.engine as engine
import ministack.services.ec2 as ec2


def unresolved(template):
    resources = template.get("Resources") or {}
    known = {*resources, *(template.get("Parameters") or {})}
    missing = set()

    def walk(node):
        if isinstance(node, list):
            for one in node:
                walk(one)
        if not isinstance(node, dict):
            return
        if len(node) == 1:
            reference, attribute = node.get("Ref"), node.get("Fn::GetAtt")
            if isinstance(reference, str) and reference not in known and not reference.startswith("AWS::"):
                missing.add(reference)
            if attribute:
                name = (attribute if isinstance(attribute, str) else attribute[0]).split(".")[0]
                if name not in resources:
                    missing.add(name)
        for one in node.values():
            walk(one)

    walk(template.get("Resources"))
    walk(template.get("Outputs"))
    return missing


def checking(original):
    def validate(template, *more, **named):
        original(template, *more, **named)
        missing = set() if template.get("Transform") else unresolved(template)
        if missing:
            names = ", ".join(sorted(missing))
            raise ValueError(
                f"Template format error: Unresolved resource dependencies [{names}] in the Resources block of the template"
            )

    return validate


READ = ("InstanceType", "ImageId", "SubnetId")


def read_instance(identity, *_more, **_named):
    instance = ec2._instances.get(identity)
    if not instance or instance["State"]["Name"] == "terminated":
        return None
    return {name: instance[name] for name in READ}


def install():
    original = engine.validate_template_support
    checked = checking(original)
    for module in list(sys.modules.values()):
        own = getattr(module, "__name__", "").startswith("ministack.")
        if own and getattr(module, "validate_template_support", None) is original:
            module.validate_template_support = checked
    drift._DRIFT_READERS["AWS::EC2::Instance"] = (read_instance, frozenset(READ))
