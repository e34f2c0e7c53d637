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
# The app's output goes through awk: payloads and blank lines, which make gigabytes a day, are left out of the container's
# log, and ROOT/deepstream.log keeps the last lines for the artifacts module. Its input is open and silent.
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
reader=
interrupted=
taken=

say() {
  printf 'supervisor: %s\n' "$*"
}

# What runs in the background must not keep the app's pipes open: their end tells the reader that all is said.
let_go() {
  exec 3>&- 4>&- 5>&-
}

# Sleeps so that a trap runs at once instead of afterwards.
nap() {
  sleep "$1" 3>&- 4>&- 5>&- &
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
    let_go
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
  let_go
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
    let_go
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

# Sets `line`, without a process of its own: this is done twice a second.
first_line() {
  line=
  [ ! -f "$1" ] || read -r line <"$1" || :
}

# Tells the supervisor, until it reacts, that `current` names another release than the one it runs.
watch() {
  let_go
  runs=$1
  asked=$2
  while kill -0 "$me" 2>/dev/null; do
    now=
    # shellcheck disable=SC3013 # dash, bash and busybox have it; without it, the answer is no and takes longer
    [ "$root/current" -ef "$root/releases/$runs" ] 2>/dev/null || now=$(wanted)
    [ "$now" != "$runs" ] || now=
    [ -z "$now" ] || first_line "$root/ota.release"
    if [ -n "$now" ] && [ "$line" = "$now" ]; then
      runs=$now
      kill -USR2 "$me" 2>/dev/null
    else
      first_line "$root/restart-request"
      if [ -n "$now" ] || [ "$line" != "$asked" ]; then
        kill -USR1 "$me" 2>/dev/null
        sleep 1
      fi
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

# Copies the app's output line by line, and gives the ring (on stderr) what is worth keeping. Lines that begin with \001 come
# from the supervisor and are for the ring alone. The ring takes five lines a second for long and 200 at once; of what is
# beyond, the last ones wait in memory until there is room or the app has ended. Where awk has no clock, it takes all.
# shellcheck disable=SC2016 # awk's own variables
filter='
  function note(text) { print text >"/dev/stderr"; fflush("/dev/stderr") }
  function catch_up(  n, first) {
    if (!skipped) return
    first = skipped > 20 ? skipped - 20 : 0
    if (first) note("(" first " lines left out)")
    for (n = first; n < skipped; n++) note(tail[n % 20])
    skipped = 0
  }
  function keep(text,  t) {
    t = now()
    room += (t - last) * 5
    if (room > 200 || !t) room = 200
    last = t
    text = substr(text, 1, 500)
    if (room < 1) { tail[skipped++ % 20] = text; return }
    if (skipped) { room -= skipped > 20 ? 20 : skipped; catch_up() }
    room--
    note(text)
  }
  function report(  t) {
    t = now()
    if (payloads + blanks == 0 || (t ? t < reported + 600 : payloads + blanks < 100000)) return
    print "supervisor: left out of this log: " payloads " payloads and " blanks " blank lines"
    fflush()
    reported = t
    payloads = blanks = 0
  }
  BEGIN { last = reported = now(); room = 200 }
  # The rest of a payload that was printed over several lines: indented, up to its last bracket.
  inside && /^[ \t]/ { next }
  inside && /^[]}]/ { inside = 0; next }
  { inside = 0 }
  /^Message sent : / { payloads++; inside = /^Message sent : [[{]$/; report(); next }
  /^[ \t\r]*$/ { blanks++; report(); next }
  /^\001/ { catch_up(); note(substr($0, 2)); next }
  {
    # To the last @ of a URL, since a password may hold anything; before the cut, which could take the @ away.
    if (index($0, "@")) gsub(/:\/\/[^ \t"]*@/, "://***@")
    if (length($0) > 4096) $0 = substr($0, 1, 4096) "..."
    print
    fflush()
    # Frame rates once a minute, with the date that comes before them.
    if (/^\*\*PERF/ || /^[A-Z][a-z][a-z] [A-Z][a-z][a-z] [ 0-9][0-9] [0-9:]+ [0-9]+$/) {
      if (now() ? now() < rated + 60 : rates++ % 24) next
      if (/^\*\*PERF:  +[-0-9]/) rated = now()
    }
    keep($0)
  }
  END { catch_up(); note("\001") }
'

# The ring: two pieces of 64 KB at most. What can't be written (a full disk) is lost to it, and nothing else.
keep_lines() {
  bytes=$(wc -c 2>/dev/null <"$root/deepstream.log") || bytes=0
  end=$(printf '\001')
  while IFS= read -r line; do
    [ "$line" != "$end" ] || return 0
    bytes=$((bytes + ${#line} + 1))
    if [ "$bytes" -gt 65536 ]; then
      mv -f "$root/deepstream.log" "$root/deepstream.log.1"
      bytes=${#line}
    fi
    printf '%s\n' "$line" >>"$root/deepstream.log"
  done 2>/dev/null
  return 1
}

# Reads the app's output for as long as anything can write to it. It is begun again if something kills it: an app whose
# output nobody reads stops.
read_output() {
  trap '' TERM INT
  exec 3>&- 4>&-
  until { $awk "$clock $filter" <&5 2>&1 >&6 6>&- | keep_lines 5<&- 6>&-; } 6>&1; do
    kill -0 "$me" 2>/dev/null || return 0
    sleep 1
  done
}

# Opens pipe 3 for the app's output, 5 to read it, and 4 for an input that never ends (at its end, test5 prints a blank line
# 25 times a second). This end stays open too, so the app gets no SIGPIPE. Nothing is left of their names.
open_pipes() {
  pipe=$root/.supervisor.pipe.$me
  awk=
  for try in 'awk -W interactive' awk 'busybox awk'; do
    # shellcheck disable=SC2086 # a command and its options
    [ "$($try 'BEGIN { print "ok"; exit }' 2>&1 </dev/null)" = ok ] && awk=$try && break
  done
  if [ -z "$awk" ] || ! mkfifo -m 600 "$pipe.in" "$pipe.out" 2>/dev/null; then
    rm -f "$pipe.in" "$pipe.out"
    say "can't filter the app's output: there is no awk, or no named pipe in $root"
    awk=
    return 0
  fi
  clock='function now() { return 0 }'
  $awk 'BEGIN { exit systime() < 1 }' 2>/dev/null </dev/null && clock='function now() { return systime() }'
  # shellcheck disable=SC2094 # one pipe, both of its ends
  exec 3<>"$pipe.out" 4<>"$pipe.in" 5<"$pipe.out"
  rm -f "$pipe.in" "$pipe.out"
  read_output &
  reader=$!
  exec 5<&-
}
mark() {
  [ -z "$awk" ] || printf '\001== %s\n' "$*" >&3
}
# All that was said is in the log before the supervisor ends; what the app left alive doesn't hold it up.
close_pipes() {
  [ -n "$awk" ] || return 0
  exec 3>&- 4>&-
  (
    sleep 2
    kill -KILL "$reader"
  ) >/dev/null 2>&1 &
  wait "$reader" 2>/dev/null
  kill $! 2>/dev/null
}

run_app() {
  # Spaces at either end are part of the name.
  IFS= read -r config <"$root/releases/$release/app-config"
  starts=$((starts + 1))
  interrupted=
  restarting=
  killer=
  taken=
  first_line "$root/restart-request"
  request=$line
  started=$(date +%s)
  cd "$root/releases/$release" || return 1
  # The path names the release, not `current`: a running app can't come to read files of two releases.
  mark "start $starts of release $release: $1 on $config"
  if [ -n "$awk" ]; then
    launch "$@" -c "$root/releases/$release/$config" <&4 >&3 2>&1 3>&- 4>&- &
  else
    launch "$@" -c "$root/releases/$release/$config" &
  fi
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
  mark "end of start $starts: exit code $code"
  say "release $release: the app ended with exit code $code after $(($(date +%s) - started)) s"
}

leave() {
  status stopped
  [ -z "$retrier" ] || kill -TERM "$retrier" 2>/dev/null
  kill -TERM "$heart" 2>/dev/null
  close_pipes
  exit "${code:-0}"
}

cd "$root" || exit 1
# What a supervisor left that was killed while it wrote.
rm -f "$root"/.supervisor.status.* "$root"/.supervisor.heartbeat.* "$root"/.supervisor.pipe.*
open_pipes
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
