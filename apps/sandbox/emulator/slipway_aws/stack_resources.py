"""CloudFormation types of EC2 that MiniStack refuses as unrecognised, and the checks without which a stack would never fail.

Adds to ministack.services.cloudformation.provisioners._RESOURCE_HANDLERS.
"""

import random

import ministack.services.cloudformation.provisioners as provisioners
import ministack.services.ec2 as ec2

from . import instances
from .wire import Refused, call, text_of

HANDLERS = provisioners._RESOURCE_HANDLERS


def tag(resource_id, properties, stack, logical_id):
    have = {one["Key"]: one for one in ec2._tags.get(resource_id, [])}
    own = [
        {"Key": "aws:cloudformation:stack-name", "Value": stack},
        {"Key": "aws:cloudformation:logical-id", "Value": logical_id or ""},
    ]
    for one in [*(properties.get("Tags") or []), *own]:
        have[one["Key"]] = {"Key": one["Key"], "Value": one.get("Value", "")}
    ec2._tags[resource_id] = list(have.values())


def instance_attributes(instance):
    return {
        "PublicIp": instance.get("PublicIpAddress") or "",
        "PrivateIp": instance["PrivateIpAddress"],
        "PublicDnsName": instance["PublicDnsName"],
        "PrivateDnsName": instance["PrivateDnsName"],
        "AvailabilityZone": instance["Placement"]["AvailabilityZone"],
        "InstanceId": instance["InstanceId"],
        "VpcId": instance["VpcId"],
    }


def create_instance(logical_id, properties, stack):
    template = instances.template_data(properties["LaunchTemplate"]) if properties.get("LaunchTemplate") else {}
    given = {**template, **properties}
    profile = given.get("IamInstanceProfile")
    if isinstance(profile, dict):
        profile = profile.get("Arn") or profile.get("Name")
    interface = (given.get("NetworkInterfaces") or [{}])[0]
    instance = instances.launch(
        given.get("ImageId", ""),
        given.get("InstanceType", "t3.micro"),
        given.get("SubnetId") or interface.get("SubnetId") or ec2._DEFAULT_SUBNET_ID,
        given.get("SecurityGroupIds") or interface.get("GroupSet"),
        given.get("UserData"),
        profile,
        given.get("KeyName", ""),
    )
    identity = instance["InstanceId"]
    specified = [s.get("Tags") or [] for s in template.get("TagSpecifications") or [] if s.get("ResourceType") == "instance"]
    from_template = {"Tags": [one for tags in specified for one in tags]}
    tag(identity, from_template, stack, logical_id)
    tag(identity, properties, stack, logical_id)
    return identity, instance_attributes(instance)


REPLACES_INSTANCE = ("ImageId", "SubnetId", "KeyName", "AvailabilityZone", "LaunchTemplate", "NetworkInterfaces")


def update_instance(identity, old, new, stack, logical_id=None):
    if any(old.get(name) != new.get(name) for name in REPLACES_INSTANCE):
        made = create_instance(logical_id, new, stack)
        instances.terminate(identity)
        return made
    instance = ec2._instances.get(identity)
    if not instance or instance["State"]["Name"] == "terminated":
        raise Refused(f"Instance {identity} does not exist")
    if old.get("UserData") != new.get("UserData"):
        instance["UserData"] = new.get("UserData", "")
    stops = old.get("InstanceType") != new.get("InstanceType") or old.get("UserData") != new.get("UserData")
    instance["InstanceType"] = new.get("InstanceType", instance["InstanceType"])
    if new.get("SecurityGroupIds"):
        instance["SecurityGroups"] = [
            {"GroupId": group, "GroupName": ec2._security_groups.get(group, {}).get("GroupName", group)}
            for group in new["SecurityGroupIds"]
        ]
    if stops:
        # CloudFormation stops and starts an EBS-backed instance for such a change, which is a boot.
        instances.REBOOTS[identity] = instances.REBOOTS.get(identity, 0) + 1
    tag(identity, new, stack, logical_id)
    return identity, instance_attributes(instance)


def delete_instance(identity, _properties):
    instances.terminate(identity)


def create_volume(logical_id, properties, stack):
    asked = {name: properties.get(name) for name in ("AvailabilityZone", "Size", "VolumeType", "SnapshotId", "Iops")}
    encrypted = str(properties.get("Encrypted", False)).lower()
    volume = text_of(call(ec2._create_volume, {**asked, "Encrypted": encrypted}), "volumeId")
    tag(volume, properties, stack, logical_id)
    return volume, {"VolumeId": volume}


def update_volume(volume, old, new, stack, logical_id=None):
    if any(old.get(name) != new.get(name) for name in ("AvailabilityZone", "SnapshotId")):
        return create_volume(logical_id, new, stack)
    asked = {name: new.get(name) for name in ("Size", "VolumeType", "Iops")}
    call(ec2._modify_volume, {"VolumeId": volume, **asked})
    tag(volume, new, stack, logical_id)
    return volume, {"VolumeId": volume}


def delete_volume(volume, _properties):
    known = ec2._volumes.get(volume)
    if known and known["Attachments"]:
        holder = known["Attachments"][0]["InstanceId"]
        raise Refused(f"VolumeInUse: Volume {volume} is currently attached to {holder}")
    ec2._volumes.pop(volume, None)


def create_attachment(_logical_id, properties, _stack):
    instances.attach(properties["VolumeId"], properties["InstanceId"], properties.get("Device"))
    return f"{properties['VolumeId']}|{properties['InstanceId']}", {}


def delete_attachment(identity, _properties):
    instances.detach(identity.split("|")[0])


def create_address(logical_id, properties, stack):
    body = call(ec2._allocate_address, {"Domain": "vpc"})
    allocation, address = text_of(body, "allocationId"), text_of(body, "publicIp")
    tag(allocation, properties, stack, logical_id)
    if properties.get("InstanceId"):
        instances.associate(allocation, properties["InstanceId"])
    return address, {"AllocationId": allocation, "PublicIp": address}


def allocation_of(address):
    return next((a["AllocationId"] for a in ec2._addresses.values() if a["PublicIp"] == address), None)


def delete_address(address, _properties):
    allocation = allocation_of(address)
    if allocation:
        ec2._addresses.pop(allocation, None)


def create_association(_logical_id, properties, _stack):
    allocation = properties.get("AllocationId") or allocation_of(properties.get("EIP"))
    return instances.associate(allocation, properties["InstanceId"]), {}


def update_association(_identity, _old, new, stack, logical_id=None):
    return create_association(logical_id, new, stack)


def delete_association(association, _properties):
    call(ec2._disassociate_address, {"AssociationId": association})


def create_cidr_block(_logical_id, properties, _stack):
    vpc = ec2._vpcs[need_vpc(properties)]
    block = properties.get("CidrBlock") or f"2600:1f18:{random.randrange(0x1000, 0xFFFF):x}:{random.randrange(1, 0xFF):x}00::/56"
    association = f"vpc-cidr-assoc-{random.randrange(16**17):017x}"
    vpc.setdefault("_ipv6", []).append(block)
    return association, {"Id": association}


def delete_cidr_block(_identity, _properties):
    """The block goes with its VPC; nothing else refers to it."""


def create_vpc(original):
    def create(logical_id, properties, stack):
        identity, attributes = original(logical_id, properties, stack)
        vpc = ec2._vpcs[identity]
        vpc["_ipv6"] = []
        # The blocks come later, by AWS::EC2::VPCCidrBlock, and GetAtt sees them then: the list is the VPC's own.
        return identity, {**attributes, "CidrBlock": vpc["CidrBlock"], "Ipv6CidrBlocks": vpc["_ipv6"]}

    return create


def rules(kind):
    def create(_logical_id, properties, _stack):
        group = ec2._security_groups.get(properties["GroupId"])
        if not group:
            raise Refused(f"InvalidGroup.NotFound: The security group '{properties['GroupId']}' does not exist")
        rule = provisioners._ec2_sg_permissions([properties])[0]
        identity = ec2._sg_rule_id(properties["GroupId"], kind == "IpPermissionsEgress", rule)
        group.setdefault(kind, []).append({**rule, "SecurityGroupRuleId": identity})
        return identity, {"Id": identity}

    def delete(identity, properties):
        group = ec2._security_groups.get(properties["GroupId"])
        if group:
            group[kind][:] = [rule for rule in group[kind] if rule.get("SecurityGroupRuleId") != identity]

    def update(identity, old, new, stack, logical_id=None):
        delete(identity, old)
        return create(logical_id, new, stack)

    return handler(create, delete, update)


def handler(create, delete, update=None):
    return {"create": create, "delete": delete, **({"update": update, "update_with_logical_id": True} if update else {})}


def need_vpc(properties):
    vpc = properties.get("VpcId")
    if vpc not in ec2._vpcs:
        raise Refused(f"InvalidVpcID.NotFound: The vpc ID '{vpc}' does not exist")
    return vpc


def check_first(resource_type, check):
    original = HANDLERS[resource_type]["create"]

    def create(logical_id, properties, stack):
        check(properties)
        return original(logical_id, properties, stack)

    HANDLERS[resource_type] = {**HANDLERS[resource_type], "create": create}


def install():
    HANDLERS.update(
        {
            "AWS::EC2::Instance": handler(create_instance, delete_instance, update_instance),
            "AWS::EC2::Volume": handler(create_volume, delete_volume, update_volume),
            "AWS::EC2::VolumeAttachment": handler(create_attachment, delete_attachment),
            "AWS::EC2::EIP": handler(create_address, delete_address),
            "AWS::EC2::EIPAssociation": handler(create_association, delete_association, update_association),
            "AWS::EC2::SecurityGroupIngress": rules("IpPermissions"),
            "AWS::EC2::SecurityGroupEgress": rules("IpPermissionsEgress"),
            "AWS::EC2::VPCCidrBlock": handler(create_cidr_block, delete_cidr_block),
        }
    )
    vpc = HANDLERS["AWS::EC2::VPC"]
    HANDLERS["AWS::EC2::VPC"] = {**vpc, "create": create_vpc(vpc["create"])}
    check_first("AWS::EC2::Subnet", need_vpc)
    check_first("AWS::EC2::SecurityGroup", lambda properties: properties.get("VpcId") and need_vpc(properties))
