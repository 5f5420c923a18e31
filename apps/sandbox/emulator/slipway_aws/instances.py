"""EC2 instances: launch templates in RunInstances, attachments that show on the instance, addresses, user data, console
output, reboots that can be counted, states that take a moment, machine images of this machine's own architecture.

Replaces actions of ministack.services.ec2 and _launch_instances_internal.
"""

import base64
import os
import platform
import re
import threading

import ministack.app as app
import ministack.services.ec2 as ec2

from .wire import Refused, call, text_of, wrap_action

STATE_MILLISECONDS = int(os.environ.get("EXT_EC2_MS", "0"))
REBOOTS = {}

_next_host = 9


def address_in(subnet_id):
    global _next_host
    _next_host += 1
    network = ec2._subnets[subnet_id]["CidrBlock"].split("/")[0].split(".")
    return ".".join([*network[:3], str(_next_host % 240 + 10)])


def template_data(asked):
    """The data of a launch template's version, asked for as RunInstances and AWS::EC2::Instance do."""
    name, identity = asked.get("LaunchTemplateName"), asked.get("LaunchTemplateId")
    known = ec2._launch_templates.get(identity) or next(
        (t for t in ec2._launch_templates.values() if name and t.get("LaunchTemplateName") == name), None
    )
    if not known:
        raise Refused(f"InvalidLaunchTemplateId.NotFound: The specified launch template, with template ID {identity or name}, does not exist.")
    wanted = str(asked.get("Version") or "$Default")
    number = {"$Latest": known.get("LatestVersionNumber"), "$Default": known.get("DefaultVersionNumber")}.get(wanted, wanted)
    versions = known.get("Versions") or []
    found = next((v for v in versions if str(v.get("VersionNumber")) == str(number)), None)
    if not found:
        raise Refused(f"InvalidLaunchTemplateId.VersionNotFound: Could not find the specified version {number} for the launch template with ID {known['LaunchTemplateId']}.")
    return found.get("LaunchTemplateData") or {}


def launch(image, kind, subnet, groups, user_data, profile, key=""):
    """One instance as RunInstances would make it; `profile` is a name or an ARN."""
    if subnet not in ec2._subnets:
        raise Refused(f"InvalidSubnetID.NotFound: The subnet ID '{subnet}' does not exist")
    resolved = None
    if profile:
        by = {"iam_arn": profile, "iam_name": ""} if profile.startswith("arn:") else {"iam_arn": "", "iam_name": profile}
        resolved, problem = ec2._resolve_iam_instance_profile(**by, allow_missing=True)
        if problem:
            raise Refused("Invalid IAM Instance Profile name")
    instance = ec2._launch_instances_internal(
        image_id=image,
        instance_type=kind,
        subnet_id=subnet,
        count=1,
        key_name=key,
        user_data=user_data or "",
        sg_ids=groups,
        requested_private_ip=address_in(subnet),
        iam_profile=resolved,
    )[0]
    zone = ec2._subnets[subnet].get("AvailabilityZone")
    if zone:
        instance["Placement"]["AvailabilityZone"] = zone
        move_root_volume(instance, zone)
    if re.match(r"[a-z]+\d+g", kind):
        instance["Architecture"] = "arm64"
    return instance


def move_root_volume(instance, zone):
    for mapping in instance["BlockDeviceMappings"]:
        volume = ec2._volumes.get(mapping["Ebs"]["VolumeId"])
        if volume:
            volume["AvailabilityZone"] = zone


def terminate(instance_id):
    """Ends an instance, frees its volumes and address. Twice is safe."""
    instance = ec2._instances.get(instance_id)
    if not instance or instance["State"]["Name"] in ("terminated", "shutting-down"):
        return
    call(ec2._terminate_instances, {"InstanceId.1": instance_id})
    release(instance)
    pass_through(instance, "shutting-down", 32, "terminated", 48)


def release(instance):
    identity = instance["InstanceId"]
    for volume in ec2._volumes.values():
        if any(attached["InstanceId"] == identity for attached in volume["Attachments"]):
            volume["Attachments"], volume["State"] = [], "available"
    for mapping in instance.get("BlockDeviceMappings", []):
        if mapping["Ebs"].get("DeleteOnTermination"):
            ec2._volumes.pop(mapping["Ebs"]["VolumeId"], None)
    instance["BlockDeviceMappings"] = []
    for address in ec2._addresses.values():
        if address.get("InstanceId") == identity:
            address["InstanceId"] = address["AssociationId"] = None
    instance["PublicIpAddress"] = None


def associate(allocation_id, instance_id):
    instance = ec2._instances.get(instance_id)
    if not instance:
        raise Refused(f"InvalidInstanceID.NotFound: The instance ID '{instance_id}' does not exist")
    body = call(ec2._associate_address, {"AllocationId": allocation_id, "InstanceId": instance_id})
    instance["PublicIpAddress"] = ec2._addresses[allocation_id]["PublicIp"]
    return text_of(body, "associationId")


def attach(volume_id, instance_id, device):
    instance, volume = ec2._instances.get(instance_id), ec2._volumes.get(volume_id)
    if not instance:
        raise Refused(f"InvalidInstanceID.NotFound: The instance ID '{instance_id}' does not exist")
    if volume and volume["AvailabilityZone"] != instance["Placement"]["AvailabilityZone"]:
        raise Refused(
            f"InvalidVolume.ZoneMismatch: The volume '{volume_id}' is not in the same availability zone as instance '{instance_id}'"
        )
    if volume and volume["Attachments"]:
        raise Refused(f"VolumeInUse: {volume_id} is already attached to an instance")
    call(attach_original, {"VolumeId": volume_id, "InstanceId": instance_id, "Device": device})
    mapping = {"VolumeId": volume_id, "Status": "attached", "AttachTime": ec2._now_ts(), "DeleteOnTermination": False}
    instance["BlockDeviceMappings"].append({"DeviceName": device, "Ebs": mapping})


def detach(volume_id):
    if volume_id in ec2._volumes:
        call(detach_original, {"VolumeId": volume_id})
    for instance in ec2._instances.values():
        mappings = instance.get("BlockDeviceMappings", [])
        instance["BlockDeviceMappings"] = [m for m in mappings if m["Ebs"]["VolumeId"] != volume_id]


attach_original, detach_original = ec2._ACTION_MAP["AttachVolume"], ec2._ACTION_MAP["DetachVolume"]


def answering(change):
    """Makes an action refuse as AWS does where `change` raises Refused."""

    def around(original, parameters):
        try:
            return change(original, parameters)
        except Refused as refused:
            code, _, message = str(refused).partition(": ")
            return ec2._error(code, message, 400)

    return around


def on_attach(original, parameters):
    volume, instance = ec2._p(parameters, "VolumeId"), ec2._p(parameters, "InstanceId")
    if volume not in ec2._volumes:
        return original(parameters)
    device = ec2._p(parameters, "Device") or "/dev/sdf"
    attach(volume, instance, device)
    return ec2._xml(
        200,
        "AttachVolumeResponse",
        f"<volumeId>{volume}</volumeId><instanceId>{instance}</instanceId><device>{device}</device><status>attached</status>",
    )


def on_detach(original, parameters):
    answer = original(parameters)
    if answer[0] < 300:
        detach(ec2._p(parameters, "VolumeId"))
    return answer


def on_associate(original, parameters):
    answer = original(parameters)
    address = ec2._addresses.get(ec2._p(parameters, "AllocationId"))
    instance = ec2._instances.get(ec2._p(parameters, "InstanceId"))
    if answer[0] < 300 and address and instance:
        instance["PublicIpAddress"] = address["PublicIp"]
    return answer


def on_terminate(original, parameters):
    identities = ec2._parse_member_list(parameters, "InstanceId")
    known = [ec2._instances[i] for i in identities if i in ec2._instances]
    ended = [i for i in known if i["State"]["Name"] != "terminated"]
    answer = original(parameters)
    if answer[0] < 300:
        for instance in ended:
            release(instance)
            pass_through(instance, "shutting-down", 32, "terminated", 48)
    return answer


def on_run(original, parameters):
    asked = {key: ec2._p(parameters, f"LaunchTemplate.{key}") for key in ("LaunchTemplateId", "LaunchTemplateName", "Version")}
    if asked["LaunchTemplateId"] or asked["LaunchTemplateName"]:
        parameters = {**from_template(template_data(asked)), **parameters}
    return original(parameters)


def from_template(data):
    """A launch template's data as flat parameters of RunInstances; what the request names itself wins."""
    profile = data.get("IamInstanceProfile") or {}
    flat = {
        "ImageId": data.get("ImageId"),
        "InstanceType": data.get("InstanceType"),
        "KeyName": data.get("KeyName"),
        "UserData": data.get("UserData"),
        "IamInstanceProfile.Arn": profile.get("Arn"),
        "IamInstanceProfile.Name": profile.get("Name"),
    }
    for number, group in enumerate(data.get("SecurityGroupIds") or [], 1):
        flat[f"SecurityGroupId.{number}"] = group
    for spec_number, spec in enumerate(data.get("TagSpecifications") or [], 1):
        flat[f"TagSpecification.{spec_number}.ResourceType"] = spec.get("ResourceType")
        for tag_number, tag in enumerate(spec.get("Tags") or [], 1):
            flat[f"TagSpecification.{spec_number}.Tag.{tag_number}.Key"] = tag.get("Key")
            flat[f"TagSpecification.{spec_number}.Tag.{tag_number}.Value"] = tag.get("Value", "")
    return {key: [str(value)] for key, value in flat.items() if value is not None}


def on_reboot(original, parameters):
    for identity in ec2._parse_member_list(parameters, "InstanceId"):
        REBOOTS[identity] = REBOOTS.get(identity, 0) + 1
    return original(parameters)


def on_attribute(original, parameters):
    instance = ec2._instances.get(ec2._p(parameters, "InstanceId"))
    if ec2._p(parameters, "Attribute") != "userData" or not instance:
        return original(parameters)
    value = f"<value>{instance['UserData']}</value>" if instance.get("UserData") else ""
    body = f"<instanceId>{instance['InstanceId']}</instanceId><userData>{value}</userData>"
    return ec2._xml(200, "DescribeInstanceAttributeResponse", body)


def console_output(parameters):
    identity = ec2._p(parameters, "InstanceId")
    output = (ec2._instances.get(identity) or {}).get("_console", "")
    encoded = base64.b64encode(output.encode()).decode()
    body = f"<instanceId>{identity}</instanceId><timestamp>{ec2._now_ts()}</timestamp><output>{encoded}</output>"
    return ec2._xml(200, "GetConsoleOutputResponse", body)


def pass_through(instance, between, code, final, final_code):
    """Shows a state on the way to another for a moment, as EC2 does."""
    if not STATE_MILLISECONDS:
        return
    instance["State"] = {"Code": code, "Name": between}

    def end():
        if instance["State"]["Name"] == between:
            instance["State"] = {"Code": final_code, "Name": final}

    timer = threading.Timer(STATE_MILLISECONDS / 1000, end)
    timer.daemon = True
    timer.start()


def take_a_moment(name, between, code, final, final_code):
    def around(original, parameters):
        answer = original(parameters)
        for identity in ec2._parse_member_list(parameters, "InstanceId") if answer[0] < 300 else []:
            instance = ec2._instances.get(identity)
            if instance and instance["State"]["Name"] == final:
                pass_through(instance, between, code, final, final_code)
        return answer

    wrap_action(ec2, name, around)


def launch_in_a_moment(original):
    def launched(**given):
        made = original(**given)
        for instance in made:
            pass_through(instance, "pending", 0, "running", 16)
        return made

    return launched


def offer_own_images():
    """Only images that this machine could run: whoever looks for another architecture's finds none, as in a region
    that does not have it."""
    architecture = "arm64" if platform.machine() in ("aarch64", "arm64") else "x86_64"
    ec2._STUB_AMIS[:] = [
        (image, name.replace("x86_64", architecture).replace("amd64", architecture), *rest)
        for image, name, *rest in ec2._STUB_AMIS
    ]
    view = ec2._stub_image_view
    ec2._stub_image_view = lambda *stub: {**view(*stub), "Architecture": architecture}


def end_states(load):
    """A state that an instance was passing through when the emulator was stopped has passed when it starts again."""

    def loaded():
        load()
        end_passing_states()

    return loaded


def end_passing_states():
    ends = {"pending": (16, "running"), "stopping": (80, "stopped"), "shutting-down": (48, "terminated")}
    for instance in list(ec2._instances._data.values()):
        if instance["State"]["Name"] in ends:
            code, name = ends[instance["State"]["Name"]]
            instance["State"] = {"Code": code, "Name": name}


def install():
    wrap_action(ec2, "RunInstances", answering(on_run))
    wrap_action(ec2, "AttachVolume", answering(on_attach))
    wrap_action(ec2, "DetachVolume", on_detach)
    wrap_action(ec2, "AssociateAddress", on_associate)
    wrap_action(ec2, "TerminateInstances", on_terminate)
    wrap_action(ec2, "RebootInstances", on_reboot)
    wrap_action(ec2, "DescribeInstanceAttribute", on_attribute)
    ec2._ACTION_MAP.setdefault("GetConsoleOutput", console_output)
    ec2._launch_instances_internal = launch_in_a_moment(ec2._launch_instances_internal)
    take_a_moment("StopInstances", "stopping", 64, "stopped", 80)
    take_a_moment("StartInstances", "pending", 0, "running", 16)
    app._load_persisted_state = end_states(app._load_persisted_state)
    offer_own_images()
