#!/bin/sh
# Runs DeepStream on the release that `current` names, and restarts it when that changes.
#
#   usage: supervisor.sh ROOT APP [ARG...]     runs: APP [ARG...] -c ROOT/releases/<id>/<config>
#
# It is the entrypoint of DeepStream's container. The artifacts module writes it into the shared volume, so it knows
# nothing of containers, sockets or IoT Edge: it reads the link ROOT/current and writes two files, which the artifacts
# module reads: ROOT/supervisor.status says what it does, and ROOT/supervisor.heartbeat changes as long as it lives.
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
heartbeat_seconds=${SUPERVISOR_HEARTBEAT_SECONDS:-10}
poll_seconds=0.5
sleep $poll_seconds 2>/dev/null || poll_seconds=1

# In a container this is always process 1, so a number of its own tells one start of the supervisor from the next.
me=$$
id=
[ ! -r /proc/sys/kernel/random/uuid ] || read -r id </proc/sys/kernel/random/uuid || :
[ -n "$id" ] || id=$(date +%s)-$me
app=
watcher=
heart=
retrier=
napping=
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

# Sleeps so that a trap runs at once instead of afterwards.
nap() {
  sleep "$1" &
  napping=$!
  wait "$napping" 2>/dev/null
}

# A reader sees the old file or the new one, never half of one.
write_status() {
  printf '%s\n' "$1" >"$root/.supervisor.status.$me" && mv -f "$root/.supervisor.status.$me" "$root/supervisor.status"
} 2>/dev/null

# Writes what the supervisor does now. What can't be written (a full disk) is written again until it is right. The retry of
# an older status has ended before a newer one is written: it finishes its write on TERM, so none comes late.
status() {
  while [ -n "$retrier" ] && kill -TERM "$retrier" 2>/dev/null; do wait "$retrier" 2>/dev/null; done
  retrier=
  text=$(printf 'state=%s\nrelease=%s\npid=%s\nstarts=%s\nexitCode=%s\nsince=%s\nsupervisor=%s\nheartbeatSeconds=%s' \
    "$1" "$release" "$app" "$starts" "$code" "$(date +%s)" "$id" "$heartbeat_seconds")
  if write_status "$text"; then return 0; fi
  say "can't write $root/supervisor.status, trying again"
  (
    napping=
    trap 'kill "$napping" 2>/dev/null; exit 0' TERM
    until write_status "$text"; do
      kill -0 "$me" 2>/dev/null || exit 0
      nap 1
    done
    say "$root/supervisor.status is written"
  ) &
  retrier=$!
}

# Shows that this supervisor lives, by a number that grows: readers need no clock of ours. Not flushed, so it costs little.
beat() {
  napping=
  trap 'kill "$napping" 2>/dev/null; exit 0' TERM
  beats=0
  while kill -0 "$me" 2>/dev/null; do
    beats=$((beats + 1))
    { printf 'supervisor=%s\nbeats=%s\n' "$id" "$beats" >"$root/.supervisor.heartbeat.$me" &&
      mv -f "$root/.supervisor.heartbeat.$me" "$root/supervisor.heartbeat"; } 2>/dev/null
    nap "$heartbeat_seconds"
  done
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

# A process that a shell starts with & ignores SIGINT until it says otherwise, and then SIGINT can't end it. The app gets it
# as a fresh process has it, by what an Ubuntu or busybox base has; without either it must have a handler of its own.
if env --default-signal=INT true 2>/dev/null; then
  launcher='env'
elif command -v perl >/dev/null 2>&1; then
  launcher=perl
else
  launcher=
fi
# shellcheck disable=SC2016 # perl's own variables
launch() {
  SUPERVISED_APP=$id/$starts.
  export SUPERVISED_APP
  case $launcher in
    env) exec env --default-signal=INT,QUIT "$@" ;;
    perl) exec perl -e '$SIG{INT} = $SIG{QUIT} = "DEFAULT"; exec { $ARGV[0] } @ARGV; exit 127' "$@" ;;
    *) exec "$@" ;;
  esac
}

# What the app started and left behind: it inherited the app's mark, wherever it is now.
leftovers() {
  # shellcheck disable=SC2013 # paths without blanks
  for environ in $(grep -ls "SUPERVISED_APP=$id/$starts\." /proc/[0-9]*/environ 2>/dev/null); do
    left_pid=${environ#/proc/}
    printf '%s\n' "${left_pid%/environ}"
  done
}
end_leftovers() {
  left=$(leftovers)
  [ -n "$left" ] || return 0
  say "ending what the app left behind: $(printf '%s' "$left" | tr '\n' ' ')"
  # shellcheck disable=SC2086 # one word a process
  kill -TERM $left 2>/dev/null
  sleep 1
  # shellcheck disable=SC2046
  kill -KILL $(leftovers) 2>/dev/null
}

run_app() {
  # Spaces at either end are part of the name.
  IFS= read -r config <"$root/releases/$release/app-config"
  starts=$((starts + 1))
  interrupted=
  restarting=
  killer=
  taken=
  request=$(first_line "$root/restart-request")
  started=$(date +%s)
  cd "$root/releases/$release" || return 1
  # The path names the release, not `current`: a running app can't come to read files of two releases.
  launch "$@" -c "$root/releases/$release/$config" &
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
  end_leftovers
  app=
  say "release $release: the app ended with exit code $code after $(($(date +%s) - started)) s"
}

leave() {
  status stopped
  [ -z "$retrier" ] || kill -TERM "$retrier" 2>/dev/null
  kill -TERM "$heart" 2>/dev/null
  exit "${code:-0}"
}

cd "$root" || exit 1
# What a supervisor left that was killed while it wrote.
rm -f "$root"/.supervisor.status.* "$root"/.supervisor.heartbeat.*
beat &
heart=$!
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
