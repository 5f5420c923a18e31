"""What MiniStack lacks for Slipway's sandbox, added from outside: each module closes holes of one subject by replacing
functions of the installed version, and says at its top which. Private names are touched, so the version is pinned in
tools/requirements.lock and the contract tests run against it.

Nothing here knows of Slipway: an `AWS::EC2::Instance`, a service role or a permissions boundary behaves as on AWS. What only
the sandbox asks (all accounts' instances, how slow stacks are) lies under /_ext/, loopback only and unsigned.
"""
