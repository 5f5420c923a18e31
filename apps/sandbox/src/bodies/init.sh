# First process inside a body: what an instance's init and cloud-init do. User data runs once a boot.
set -a
. /etc/environment
set +a
cd /root
echo "[boot $(cat /var/lib/cloud/boot)] $(date -u +%FT%TZ)"

living() {
  count=0
  for file in /proc/[0-9]*/stat; do
    read -r line <"$file" 2>/dev/null || continue
    case $line in *') Z '*) ;; *) count=$((count + 1)) ;; esac
  done
}

shut_down() {
  trap '' TERM
  echo "[shutting down] $(date -u +%FT%TZ)"
  kill -TERM -1 2>/dev/null
  tries=0
  living
  while [ "$tries" -lt 25 ] && [ "$count" -gt 1 ]; do
    sleep 0.1
    tries=$((tries + 1))
    living
  done
  exit 0
}
trap shut_down TERM

if [ -s /var/lib/cloud/user-data ]; then
  {
    /var/lib/cloud/user-data && echo '[user data has run]' || echo "[user data failed: $?]"
  } &
fi
# Waiting for any child also takes in orphans, which belong to the first process.
while :; do
  sleep 86400 &
  wait
done
