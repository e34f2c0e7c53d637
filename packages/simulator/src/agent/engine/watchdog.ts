import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';

/** A process that ends the modules when the agent itself was killed and can't. */
export interface Watchdog {
  /** Its process, while it runs. */
  readonly pid: number | undefined;
  start(): void;
  /** From now on this process group must not outlive the agent. */
  guard(groupId: number): void;
  /** The group is gone. */
  release(groupId: number): void;
  stop(): Promise<void>;
}

/** What is left when the agent is gone, and how to end it. */
export interface WatchdogProgram {
  /** Acts when its stdin ends; all signals but KILL must mean nothing to it. */
  readonly command: readonly [string, ...string[]];
}

/**
 * Reads `add <group>` and `drop <group>` from the agent's pipe. Its end means that the agent is gone, however it went: the
 * groups' leaders get SIGTERM, as a container's first process does, and after two seconds all that is left is killed.
 */
const killGroups = `
trap '' INT TERM HUP
groups=' '
while read -r verb group; do
  case $verb in
    add) groups="$groups$group " ;;
    drop) groups="\${groups%% $group *} \${groups#* $group }" ;;
  esac
done
for group in $groups; do kill -s TERM "$group" 2>/dev/null; done
for tick in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
  alive=
  for group in $groups; do kill -s 0 -- "-$group" 2>/dev/null && alive=yes; done
  [ -z "$alive" ] && break
  sleep 0.1
done
for group in $groups; do kill -s KILL -- "-$group" 2>/dev/null; done
exit 0
`;

/** A pause before a watchdog that was killed is started again, so that one that can't live does not keep the machine busy. */
const respawnMs = 200;

/**
 * A watchdog in a process (and session) of its own, by default a small `sh` that ends process groups: a signal from the
 * terminal or a kill of the agent does not reach it. It needs no help from the modules. One that is killed is started
 * again and told everything anew.
 */
export function createWatchdog(program: WatchdogProgram = { command: ['/bin/sh', '-c', killGroups] }): Watchdog {
  const [command, ...args] = program.command;
  const groups = new Set<number>();
  let child: ChildProcess | undefined;
  let running = false;
  let respawn: NodeJS.Timeout | undefined;

  function tell(line: string): void {
    // A pipe without a reader: its 'exit' event follows, and the next watchdog is told all.
    if (child?.stdin?.writable === true) child.stdin.write(`${line}\n`);
  }
  function open(): void {
    const opened = spawn(command, args, {
      detached: true,
      stdio: ['pipe', 'ignore', 'ignore'],
      env: { PATH: '/usr/bin:/bin' },
    });
    child = opened;
    opened.stdin.on('error', () => undefined);
    opened.on('error', () => undefined);
    opened.once('close', () => {
      if (child !== opened) return;
      child = undefined;
      if (running) respawn = setTimeout(open, respawnMs).unref();
    });
    // It must not be what keeps the agent's process alive.
    opened.unref();
    for (const group of groups) tell(`add ${group}`);
  }
  return {
    get pid() {
      return child?.pid;
    },
    start() {
      if (running) return;
      running = true;
      open();
    },
    guard(groupId) {
      groups.add(groupId);
      tell(`add ${groupId}`);
    },
    release(groupId) {
      if (groups.delete(groupId)) tell(`drop ${groupId}`);
    },
    async stop() {
      running = false;
      clearTimeout(respawn);
      const closing = child;
      if (closing === undefined) return;
      closing.ref();
      const closed = once(closing, 'close');
      closing.stdin?.end();
      await closed;
    },
  };
}
