"""Service Quotas, which MiniStack does not have: GetServiceQuota and ListServiceQuotas with AWS's own first values of an
account, by https://docs.aws.amazon.com/general/latest/gr/aws-service-information.html. POST /_ext/quotas sets others, and
RunInstances and stacks are then refused as on AWS when On-Demand vCPUs do not suffice.
"""

import json
import re
import sys
import types

import ministack.app as app
import ministack.core.iam_actions as actions
import ministack.core.router as router
import ministack.services.ec2 as ec2
from ministack.core.responses import get_account_id, get_region

from .wire import Refused

VCPUS = ("ec2", "L-1216C47A")

# (service, code): name, value
DEFAULTS = {
    VCPUS: ("Running On-Demand Standard (A, C, D, H, I, M, R, T, Z) instances", 5.0),
    ("ec2", "L-0263D0A3"): ("EC2-VPC Elastic IPs", 5.0),
    ("vpc", "L-F678F1CE"): ("VPCs per Region", 5.0),
    ("vpc", "L-A4707A72"): ("Internet gateways per Region", 5.0),
    ("ebs", "L-7A658B76"): ("Storage for General Purpose SSD (gp3) volumes, in TiB", 50.0),
    ("s3", "L-DC2B2D3D"): ("General purpose buckets", 10000.0),
    ("cloudformation", "L-0485CB21"): ("Stack count", 2000.0),
}

SET = {}
"""Values by (account, service, code) that were set for this sandbox."""

TARGET = "ServiceQuotasV20190624"
VCPUS_BY_SIZE = {"nano": 2, "micro": 2, "small": 2, "medium": 2, "large": 2, "xlarge": 4}


def value_of(account, service, code):
    return SET.get((account, service, code), DEFAULTS[(service, code)][1])


def quota(service, code):
    name, _ = DEFAULTS[(service, code)]
    arn = f"arn:aws:servicequotas:{get_region()}:{get_account_id()}:{service}/{code}"
    value = value_of(get_account_id(), service, code)
    return {"ServiceCode": service, "ServiceName": service, "QuotaArn": arn, "QuotaCode": code, "QuotaName": name, "Value": value, "Unit": "None", "Adjustable": True, "GlobalQuota": False}


async def handle_request(_method, _path, headers, body, _query):
    asked = json.loads(body or b"{}")
    operation = headers.get("x-amz-target", "").split(".")[-1]
    service, code = asked.get("ServiceCode"), asked.get("QuotaCode")
    if operation in ("GetServiceQuota", "GetAWSDefaultServiceQuota"):
        if (service, code) not in DEFAULTS:
            return answer(400, {"__type": "NoSuchResourceException", "Message": f"The quota {service}/{code} does not exist"})
        return answer(200, {"Quota": quota(service, code)})
    if operation == "ListServiceQuotas":
        return answer(200, {"Quotas": [quota(*key) for key in DEFAULTS if key[0] == service]})
    return answer(400, {"__type": "UnknownOperationException", "Message": operation})


def answer(status, content):
    return status, {"Content-Type": "application/x-amz-json-1.1"}, json.dumps(content).encode()


def vcpus(kind):
    """By size alone, as nearly all families have it: `2xlarge` has 8."""
    size = kind.split(".")[-1]
    times = re.fullmatch(r"(\d+)xlarge", size)
    return int(times[1]) * 4 if times else VCPUS_BY_SIZE.get(size, 2)


def check_vcpus(original):
    def launch(**given):
        limit = SET.get((get_account_id(), *VCPUS))
        living = [i for i in ec2._instances.values() if i["State"]["Name"] in ("pending", "running")]
        wanted = sum(vcpus(i["InstanceType"]) for i in living) + vcpus(given["instance_type"]) * given["count"]
        if limit is not None and wanted > limit:
            raise Refused(
                f"VcpuLimitExceeded: You have requested more vCPU capacity than your current vCPU limit of {int(limit)} allows "
                "for the instance bucket that the specified instance type belongs to. Please visit "
                "http://aws.amazon.com/contact-us/ec2-request to request an adjustment to this limit."
            )
        return original(**given)

    return launch


def install():
    module = types.ModuleType("ministack.services.servicequotas")
    module.handle_request = handle_request
    sys.modules[module.__name__] = module
    app.SERVICE_REGISTRY["servicequotas"] = {"module": "servicequotas"}
    app.SERVICE_HANDLERS["servicequotas"] = handle_request
    router.SERVICE_PATTERNS["servicequotas"] = {"target_prefixes": [TARGET]}
    ec2._launch_instances_internal = check_vcpus(ec2._launch_instances_internal)
