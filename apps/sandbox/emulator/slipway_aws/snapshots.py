"""EBS snapshots that hold what the volume held, and volumes that are made of them.

A volume's data is a folder of the sandbox, which bodies find at the path of the disk: `<EXT_DISKS>/volumes/<account>/<volume>`.
A snapshot is a copy of it beside that, taken file by file: what is written while it is copied may be in it or not, unlike with
EBS, which fixes a moment. Without EXT_DISKS there is no data, as of an emulator without bodies.

Replaces actions of ministack.services.ec2.
"""

import os
import shutil
import subprocess
import threading

import ministack.app as app
import ministack.services.ec2 as ec2
from ministack.core.responses import get_account_id

from .wire import text_of, wrap_action

DISKS = os.environ.get("EXT_DISKS")
STATE_MILLISECONDS = int(os.environ.get("EXT_EC2_MS", "0"))


def folder(kind, account, identity):
    return os.path.join(DISKS, kind, account, identity)


def copy(source, target):
    """All of a folder, owners and times too; on file systems that can, without a second copy of the blocks."""
    shutil.rmtree(target, ignore_errors=True)
    os.makedirs(os.path.dirname(target), exist_ok=True)
    if not os.path.isdir(source):
        return os.makedirs(target)
    subprocess.run(["cp", "-a", "--reflink=auto", source, target], check=True)


def size_of(path):
    total = 0
    for place, _, names in os.walk(path):
        total += sum(os.lstat(os.path.join(place, name)).st_size for name in names)
    return total


def on_create_snapshot(original, parameters):
    answer = original(parameters)
    if answer[0] >= 300:
        return answer
    identity = text_of(answer[2], "snapshotId")
    snapshot, account = ec2._snapshots[identity], get_account_id()
    snapshot |= {"State": "pending", "Progress": "0%"}

    def take():
        try:
            if DISKS:
                copy(folder("volumes", account, snapshot["VolumeId"]), folder("snapshots", account, identity))
                snapshot["_bytes"] = size_of(folder("snapshots", account, identity))
            snapshot.update(State="completed", Progress="100%")
        except (OSError, subprocess.CalledProcessError) as problem:
            snapshot.update(State="error", _problem=str(problem))

    # What it holds is fixed with the call, as at EBS; that it is complete shows a moment later.
    take()
    if STATE_MILLISECONDS and snapshot["State"] == "completed":
        snapshot.update(State="pending", Progress="40%")
        timer = threading.Timer(STATE_MILLISECONDS / 1000, lambda: snapshot.update(State="completed", Progress="100%"))
        timer.daemon = True
        timer.start()
    return ec2._xml(200, "CreateSnapshotResponse", ec2._snapshot_inner_xml(snapshot))


def on_delete_snapshot(original, parameters):
    answer = original(parameters)
    if answer[0] < 300 and DISKS:
        shutil.rmtree(folder("snapshots", get_account_id(), ec2._p(parameters, "SnapshotId")), ignore_errors=True)
    return answer


def create_volume(original):
    def create(parameters):
        identity = ec2._p(parameters, "SnapshotId")
        if not identity:
            return original(parameters)
        snapshot = ec2._snapshots.get(identity)
        if not snapshot:
            return ec2._error("InvalidSnapshot.NotFound", f"The snapshot '{identity}' does not exist.", 400)
        if snapshot["State"] != "completed":
            return ec2._error("IncorrectState", f"Snapshot is in invalid state - {snapshot['State']}", 400)
        size = int(ec2._p(parameters, "Size") or snapshot["VolumeSize"])
        if size < int(snapshot["VolumeSize"]):
            return ec2._error(
                "InvalidParameterValue",
                f"Volume of {size}GiB is smaller than snapshot '{identity}', expect size >= {snapshot['VolumeSize']}GiB",
                400,
            )
        answer = original({**parameters, "Size": [str(size)]})
        if answer[0] < 300 and DISKS:
            account, volume = get_account_id(), text_of(answer[2], "volumeId")
            copy(folder("snapshots", account, identity), folder("volumes", account, volume))
        return answer

    return create


def with_size(original):
    def inner(snapshot):
        full = f"<fullSnapshotSizeInBytes>{snapshot['_bytes']}</fullSnapshotSizeInBytes>" if "_bytes" in snapshot else ""
        said = f"<statusMessage>{ec2._esc(snapshot['_problem'])}</statusMessage>" if "_problem" in snapshot else ""
        return original(snapshot) + full + said

    return inner


def end_pending(load):
    """One that was pending when the emulator was stopped is complete when it starts again: its data was there."""

    def loaded():
        load()
        for snapshot in list(ec2._snapshots._data.values()):
            if snapshot["State"] == "pending":
                snapshot.update(State="completed", Progress="100%")

    return loaded


def install():
    wrap_action(ec2, "CreateSnapshot", on_create_snapshot)
    wrap_action(ec2, "DeleteSnapshot", on_delete_snapshot)
    # A stack's volume is made by the function itself.
    ec2._create_volume = ec2._ACTION_MAP["CreateVolume"] = create_volume(ec2._create_volume)
    ec2._snapshot_inner_xml = with_size(ec2._snapshot_inner_xml)
    app._load_persisted_state = end_pending(app._load_persisted_state)
