"""Starts MiniStack with what slipway_aws adds. All settings come by environment, MiniStack's own and

EXT_SLOW={"*":150}   milliseconds a stack's resource takes      EXT_EC2_MS=2000     time in pending, stopping, shutting-down
EXT_SAVE_SECONDS=5   how often state goes to disk               EXT_EVENTS_FD=3     instance changes as JSON lines
EXT_DISKS=FOLDER     where the data of volumes and snapshots lies; without it they have none

BIND_HOST must be set: MiniStack's default is every interface.
"""

import os
import sys

import ministack.app as app

from slipway_aws import (
    announcements,
    autosave,
    edge,
    functions,
    identity,
    instances,
    overview,
    quotas,
    scaling,
    snapshots,
    stack_resources,
    stack_rights,
    template_checks,
)

if not os.environ.get("BIND_HOST"):
    sys.exit("BIND_HOST is not set; this emulator belongs on 127.0.0.1")

# Later ones build on what earlier ones replaced: rights are asked before a resource is made by any handler.
for module in (instances, snapshots, stack_resources, scaling, template_checks, identity, stack_rights, announcements, quotas, edge, functions, autosave, overview):
    module.install()

if __name__ == "__main__":
    app.main()
