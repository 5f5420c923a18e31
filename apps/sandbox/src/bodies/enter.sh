#!/bin/sh
# First process of a body, in mount and process namespaces of its own: lays this machine's programs, read-only, into the
# body's root folder, its disks at their paths, and goes in. All mounts end with the namespace.
#
#   enter.sh ROOT [ro|rw SOURCE PATH]...
set -eu
root=$1
shift
mount --make-rprivate /

# In a user namespace some flags of a mount cannot be taken back; then the shared folder stays as the machine has it,
# and is someone else's for the body anyway.
lay() {
  mkdir -p "$root$3"
  mount --rbind "$2" "$root$3"
  if [ "$1" = ro ]; then mount -o remount,bind,ro "$root$3" 2>/dev/null || true; fi
}

for name in bin sbin lib lib32 lib64 libx32; do
  if [ -L "/$name" ]; then
    [ -L "$root/$name" ] || ln -s "$(readlink "/$name")" "$root/$name"
  elif [ -d "/$name" ]; then
    lay ro "/$name" "/$name"
  fi
done
lay ro /usr /usr

mount -t tmpfs -o mode=755 tmpfs "$root/dev"
for device in null zero full random urandom tty; do
  : >"$root/dev/$device"
  mount --bind "/dev/$device" "$root/dev/$device"
done
mkdir "$root/dev/shm"
mount -t tmpfs -o mode=1777 tmpfs "$root/dev/shm"
ln -s /proc/self/fd "$root/dev/fd"
ln -s /proc/self/fd/0 "$root/dev/stdin"
ln -s /proc/self/fd/1 "$root/dev/stdout"
ln -s /proc/self/fd/2 "$root/dev/stderr"
mount -t proc proc "$root/proc" 2>/dev/null || mount --rbind /proc "$root/proc"
mount -t tmpfs -o mode=755 tmpfs "$root/run"

while [ $# -ge 3 ]; do
  lay "$1" "$2" "$3"
  shift 3
done
cd "$root"
exec chroot "$root" /bin/sh /var/lib/cloud/init
