"""Reads {policies, trusts} and writes what parliament and cloudsplaining find, a list of [tool, policy, issue, detail]; what a
finding lists is a finding each."""

import json
import re
import sys

import parliament
from cloudsplaining.scan.assume_role_policy_document import AssumeRolePolicyDocument
from cloudsplaining.scan.policy_document import PolicyDocument

ACTION = re.compile(r"[a-z0-9-]+:[A-Z]\w+")


def by_parliament(policy):
    """An action that it does not know keeps parliament from looking further, so it looks again without those."""
    found = set(parliament_on(policy))
    unknown = {detail for issue, detail in found if issue == "UNKNOWN_ACTION"}
    return found | set(parliament_on({**policy, "Statement": [without(one, unknown) for one in policy["Statement"]]}))


def without(statement, actions):
    named = statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]
    return {**statement, "Action": [one for one in named if one not in actions]}


def parliament_on(policy):
    for finding in parliament.analyze_policy_string(json.dumps(policy)).findings:
        if finding.issue == "RESOURCE_STAR":
            yield from ((finding.issue, action) for action in finding.detail)
        elif finding.issue == "RESOURCE_MISMATCH":
            yield from ((finding.issue, one["action"]) for one in finding.detail)
        elif finding.issue in ("RESOURCE_POLICY_PRIVILEGE_ESCALATION", "UNKNOWN_ACTION"):
            yield finding.issue, ACTION.findall(finding.detail)[-1]
        else:
            yield finding.issue, f"{finding.detail} {finding.location}"


def by_cloudsplaining(policy):
    document = PolicyDocument(policy)
    yield from (("PRIVILEGE_ESCALATION", f"{one['type']}: {' '.join(one['actions'])}") for one in document.allows_privilege_escalation)
    lists = {
        "DATA_EXFILTRATION": document.allows_data_exfiltration_actions,
        "RESOURCE_EXPOSURE": document.permissions_management_without_constraints,
        "CREDENTIALS_EXPOSURE": document.credentials_exposure,
        "SERVICE_WILDCARD": document.service_wildcard,
        "INFRASTRUCTURE_MODIFICATION": document.infrastructure_modification,
        "UNRESTRICTED_TAGGING": document.tagging_actions_without_constraints,
    }
    for issue, found in lists.items():
        yield from ((issue, one) for one in found)


def by_cloudsplaining_of_trust(trust):
    document = AssumeRolePolicyDocument(trust, "222222222222")
    lists = {
        "ASSUMABLE_BY_ANYONE": document.role_assumable_by_any_principal,
        "ASSUMABLE_FROM_ANOTHER_ACCOUNT": document.role_assumable_by_cross_account_principals,
        "ASSUMABLE_BY_A_COMPUTE_SERVICE": document.role_assumable_by_compute_services,
    }
    for issue, found in lists.items():
        yield from ((issue, one) for one in found)


given = json.load(sys.stdin)
findings = {("parliament", name, *one) for name, policy in given["policies"].items() for one in by_parliament(policy)}
findings |= {("cloudsplaining", name, *one) for name, policy in given["policies"].items() for one in by_cloudsplaining(policy)}
findings |= {("cloudsplaining", name, *one) for name, trust in given["trusts"].items() for one in by_cloudsplaining_of_trust(trust)}
json.dump(sorted(findings), sys.stdout)
