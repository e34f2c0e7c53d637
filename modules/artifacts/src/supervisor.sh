#!/bin/sh
# Runs DeepStream on the release that `current` names, and restarts it when that changes.
#
#   usage: supervisor.sh ROOT APP [ARG...]     runs: APP [ARG...] -c ROOT/releases/<id>/<config>
#
# It is the entrypoint of DeepStream's container. The artifacts module writes it into the shared volume, so it knows
# nothing of containers, sockets or IoT Edge: it reads the link ROOT/current and writes the file ROOT/supervisor.status,
# which the artifacts module reads.
#
# States:  waiting  -> running            the first release is there
#          running  -> stopping -> running    `current` names another release
#          running  -> backoff -> running     the app ended by itself
#          running  -> running             `current` names what `ota.release` names: the app takes it without a restart
#          running  -> stopping -> running    `restart-request` has another text
#          any      -> stopped             SIGTERM or SIGINT (docker stop); exits with the app's own exit code
#
# SIGINT is what DeepStream's apps obey; they ignore SIGTERM. One that ignores SIGINT too is killed after a while.
# POSIX sh only: this runs under dash and under busybox.
set -u

if [ $# -lt 2 ]; then
  echo "usage: supervisor.sh ROOT APP [ARG...]" >&2
  exit 2
fi
root=$1
shift

stop_seconds=${SUPERVISOR_STOP_SECONDS:-20}
max_backoff_seconds=60
steady_seconds=60
poll_seconds=0.5
sleep $poll_seconds 2>/dev/null || poll_seconds=1

me=$$
app=
watcher=
release=
starts=0
code=
leaving=
restarting=
killer=
interrupted=
taken=

say() {
  printf 'supervisor: %s\n' "$*"
}

# A reader sees the old file or the new one, never half of one.
status() {
  {
    printf 'state=%s\nrelease=%s\npid=%s\nstarts=%s\nexitCode=%s\nsince=%s\nsupervisor=%s\n' \
      "$1" "$release" "$app" "$starts" "$code" "$(date +%s)" "$me" >"$root/.supervisor.status.$me" &&
      mv -f "$root/.supervisor.status.$me" "$root/supervisor.status"
  } || say "can't write $root/supervisor.status"
}

# Prints the id of the release to run, or nothing: no release yet, or one that holds no config.
wanted() {
  target=$(readlink "$root/current" 2>/dev/null) || return 0
  [ -f "$root/$target/app-config" ] && printf '%s' "${target##*/}"
}

# INT now, KILL if that was not enough. The killer watches the supervisor too, so that it never outlives it for long.
stop_app() {
  [ -n "$app" ] || return 0
  kill -INT "$app" 2>/dev/null
  [ -z "$killer" ] || return 0
  (
    left=$stop_seconds
    while [ "$left" -gt 0 ]; do
      sleep 1
      kill -0 "$1" 2>/dev/null && kill -0 "$me" 2>/dev/null || exit 0
      left=$((left - 1))
    done
    say "the app did not end within $stop_seconds s of SIGINT: killing it"
    kill -KILL "$1" 2>/dev/null
  ) &
  killer=$!
}

# The traps act at once and set flags; the loops below only look at flags. So no signal can fall between a look and a wait.
on_leave() {
  interrupted=1
  leaving=1
  stop_app "$app"
}
on_change() {
  interrupted=1
  restarting=1
  stop_app "$app"
}
# The app runs on: only what it runs now has another name.
on_taken() {
  interrupted=1
  taken=1
}
trap on_leave TERM INT
trap on_taken USR2
trap on_change USR1

first_line() {
  line=
  [ ! -f "$1" ] || read -r line <"$1" || :
  printf '%s' "$line"
}

# Tells the supervisor, until it reacts, that `current` names another release than the one it runs.
watch() {
  runs=$1
  asked=$2
  while kill -0 "$me" 2>/dev/null; do
    now=$(wanted)
    if [ -n "$now" ] && [ "$now" != "$runs" ] && [ "$(first_line "$root/ota.release")" = "$now" ]; then
      runs=$now
      kill -USR2 "$me" 2>/dev/null
    elif [ -n "$now" ] && [ "$now" != "$runs" ] || [ "$(first_line "$root/restart-request")" != "$asked" ]; then
      kill -USR1 "$me" 2>/dev/null
      sleep 1
    fi
    sleep $poll_seconds
  done
}

# Sleeps so that a trap runs at once instead of afterwards.
nap() {
  sleep "$1" &
  wait $! 2>/dev/null
}

run_app() {
  read -r config <"$root/releases/$release/app-config"
  starts=$((starts + 1))
  interrupted=
  restarting=
  killer=
  taken=
  request=$(first_line "$root/restart-request")
  started=$(date +%s)
  cd "$root/releases/$release" || return 1
  # The path names the release, not `current`: a running app can't come to read files of two releases.
  "$@" -c "$root/releases/$release/$config" &
  app=$!
  say "release $release: started $1 (pid $app) on $config"
  code=
  status running
  watch "$release" "$request" &
  watcher=$!
  [ -z "$leaving" ] || stop_app "$app"

  # `wait` returns early when a trap ran, and 127 once the app's code was collected.
  code=127
  while :; do
    interrupted=
    wait "$app" 2>/dev/null
    result=$?
    if [ -n "$interrupted" ] && kill -0 "$app" 2>/dev/null; then
      if [ -n "$taken" ]; then
        taken=
        release=$(wanted)
        say "release $release: taken without a restart"
      fi
      if [ -n "$leaving" ] || [ -n "$restarting" ]; then status stopping; else status running; fi
      continue
    fi
    [ "$result" -eq 127 ] || code=$result
    [ -n "$interrupted" ] || break
  done
  kill -KILL "$watcher" 2>/dev/null
  wait "$watcher" 2>/dev/null
  if [ -n "$killer" ]; then
    kill -KILL "$killer" 2>/dev/null
    wait "$killer" 2>/dev/null
  fi
  cd "$root" || return 1
  app=
  say "release $release: the app ended with exit code $code after $(($(date +%s) - started)) s"
}

leave() {
  status stopped
  exit "${code:-0}"
}

cd "$root" || exit 1
crashes=0
announced=
while :; do
  [ -z "$leaving" ] || leave
  release=$(wanted)
  if [ -z "$release" ]; then
    if [ -z "$announced" ]; then
      say "waiting for a release with a config in $root"
      announced=1
      status waiting
    fi
    nap $poll_seconds
    continue
  fi
  run_app "$@"
  [ -z "$leaving" ] || leave
  if [ -n "$restarting" ]; then
    crashes=0
    continue
  fi

  [ $(($(date +%s) - started)) -lt $steady_seconds ] || crashes=0
  delay=1
  n=$crashes
  while [ "$n" -gt 0 ] && [ "$delay" -lt $max_backoff_seconds ]; do
    delay=$((delay * 2))
    n=$((n - 1))
  done
  [ "$delay" -le $max_backoff_seconds ] || delay=$max_backoff_seconds
  crashes=$((crashes + 1))
  say "starting it again in $delay s"
  status backoff
  until_second=$(($(date +%s) + delay))
  while [ "$(date +%s)" -lt "$until_second" ] && [ -z "$leaving" ]; do
    now=$(wanted)
    if [ -n "$now" ] && [ "$now" != "$release" ]; then
      crashes=0
      break
    fi
    nap $poll_seconds
  done
done
