#!/bin/sh
# Makes an instance a host or a runner: Node, the agent, disks, and two programs that are always running (the
# gate and the agent). Run as root by user data at each start; safe to repeat. What a machine does not have
# (systemd, block devices, a firewall) is skipped, and said.
set -eu

host_file=/etc/slipway/host.json
opt=/opt/slipway
say() { echo "slipway: $*"; }
field() { sed -n "s/.*\"$1\"[[:space:]]*:[[:space:]]*\"\([^\"]*\)\".*/\1/p" "$host_file" | head -n 1; }

if [ -r /etc/environment ]; then set -a; . /etc/environment; set +a; fi
bucket=$(field bucket)
region=$(field region)
kind=$(field kind)
AWS_DEFAULT_REGION=$region
export AWS_DEFAULT_REGION
mkdir -p "$opt" /var/lib/slipway

# A copy that is here already is used when the bucket does not answer: a host starts without anyone.
take() {
  if aws s3 cp --only-show-errors "s3://$bucket/$1" "$2.new"; then mv "$2.new" "$2"; return; fi
  rm -f "$2.new"
  [ -e "$2" ] || { say "cannot take $1 from the bucket $bucket"; exit 1; }
  say "the bucket does not answer; the $1 that is here is used"
}

node=$(command -v node || true)
if [ -z "$node" ] || [ "$("$node" -p 'process.versions.node.split(".")[0] >= 24')" != true ]; then
  case $(uname -m) in aarch64 | arm64) arch=arm64 ;; *) arch=x64 ;; esac
  if [ ! -x "$opt/node/bin/node" ]; then
    take "slipway/node-$arch.tar.gz" "$opt/node.tar.gz"
    mkdir -p "$opt/node"
    tar -xzf "$opt/node.tar.gz" -C "$opt/node"
    rm -f "$opt/node.tar.gz"
  fi
  node=$opt/node/bin/node
fi
PATH=$(dirname "$node"):$PATH
export PATH
take slipway/gate-worker.mjs "$opt/gate-worker.mjs"
take slipway/function-start.mjs "$opt/function-start.mjs"
take slipway/agent.mjs "$opt/agent.mjs"

if [ "$kind" = runner ] && ! command -v git >/dev/null; then
  say "installing git"
  dnf install -y -q git-core || say "git could not be installed; builds will say so"
fi

# The user of everything that is not ours. Only it is kept from the instance's metadata, and with that from
# the host's role.
if [ -d /run/systemd/system ]; then
  id slipway-app >/dev/null 2>&1 || useradd --system --home-dir /var/lib/slipway/apps --shell /sbin/nologin slipway-app
  chmod 755 /var/lib/slipway
  command -v setpriv >/dev/null || dnf install -y -q util-linux
  command -v nft >/dev/null || dnf install -y -q nftables || true
  if command -v nft >/dev/null; then
    cat >$opt/firewall.nft <<NFT
table inet slipway {}
delete table inet slipway
table inet slipway {
  chain output {
    type filter hook output priority 0; policy accept;
    meta skuid $(id -u slipway-app) ip daddr 169.254.169.254 reject
    meta skuid $(id -u slipway-app) ip6 daddr fd00:ec2::254 reject
  }
}
NFT
    nft -f $opt/firewall.nft
  else
    say "there is no nft here: apps are not kept from the instance's metadata"
  fi
else
  say "there is no systemd here: apps run as the agent's user, and nothing keeps them from the instance's metadata"
fi

# name, device and path of each disk, one a line.
"$node" -e 'for (const d of JSON.parse(require("fs").readFileSync(process.argv[1], "utf8")).disks ?? []) console.log(d.name, d.device, d.path)' "$host_file" |
  while read -r name device path; do
    mkdir -p "$path"
    tries=0
    while [ ! -b "$device" ] && [ -d /run/systemd/system ] && [ $tries -lt 60 ]; do tries=$((tries + 1)); sleep 1; done
    if [ ! -b "$device" ]; then say "disk $name: $device is no block device; $path is used as it is"; continue; fi
    if ! blkid "$device" >/dev/null; then say "disk $name: new, making a file system"; mkfs.xfs -q "$device"; fi
    uuid=$(blkid -s UUID -o value "$device")
    grep -q "$uuid" /etc/fstab || echo "UUID=$uuid $path xfs defaults,nofail 0 2" >>/etc/fstab
    mountpoint -q "$path" || mount "$path"
    xfs_growfs "$path" >/dev/null 2>&1 || true
    if id slipway-app >/dev/null 2>&1; then chown slipway-app:slipway-app "$path"; fi
  done

if [ -d /run/systemd/system ]; then
  unit() {
    cat >"/etc/systemd/system/slipway-$1.service" <<UNIT
[Unit]
Description=Slipway $1
After=network-online.target local-fs.target
Wants=network-online.target
StartLimitIntervalSec=0
[Service]
EnvironmentFile=-/etc/environment
ExecStartPre=-/usr/sbin/nft -f $opt/firewall.nft
Environment=PATH=$PATH
ExecStart=$node $opt/agent.mjs $1
Restart=always
RestartSec=100ms
# Apps and the gate's worker outlive a restart of what started them.
KillMode=process
OOMScoreAdjust=-500
LimitNOFILE=65536
[Install]
WantedBy=multi-user.target
UNIT
  }
  unit agent
  [ "$kind" = host ] && unit gate
  systemctl daemon-reload
  [ "$kind" = host ] && systemctl enable --now slipway-gate
  systemctl enable --now slipway-agent
  exit 0
fi

forever() { while :; do "$@" || true; sleep 0.1; done; }
ulimit -n 65536 2>/dev/null || ulimit -n "$(ulimit -H -n)" 2>/dev/null || true
if [ "$kind" = host ]; then forever "$node" "$opt/agent.mjs" gate & fi
forever "$node" "$opt/agent.mjs" agent &
wait
