import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { Clock } from '@companion/foundation';
import { backgroundClock } from '@companion/foundation/node';

/** What is left when the agent is gone, and how to end it. */
export interface WatchdogOptions {
  /** Acts when its stdin ends; all signals but KILL must mean nothing to it. By default a small `sh` that ends process groups. */
  readonly command?: readonly [string, ...string[]];
  readonly clock?: Clock;
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
 * Ends the modules when the agent itself was killed and can't: a process (and session) of its own, which a signal from the
 * terminal or a kill of the agent does not reach. It needs no help from the modules. One that is killed is started again
 * and gets all groups once more.
 */
export class Watchdog {
  readonly #command: readonly [string, ...string[]];
  readonly #clock: Clock;
  /** Process groups that must not outlive the agent. */
  readonly #groups = new Set<number>();
  #child: ChildProcess | undefined;
  /** Between start and stop. */
  #running = false;
  #cancelRespawn: () => void = () => undefined;

  constructor({ command = ['/bin/sh', '-c', killGroups], clock = backgroundClock }: WatchdogOptions = {}) {
    this.#command = command;
    this.#clock = clock;
  }

  /** Its process, while it runs. */
  get pid(): number | undefined {
    return this.#child?.pid;
  }

  start(): void {
    if (this.#running) return;
    this.#running = true;
    this.#open();
  }

  /** From now on this process group must not outlive the agent. */
  guard(groupId: number): void {
    this.#groups.add(groupId);
    this.#send(`add ${groupId}`);
  }

  /** The group is gone. */
  release(groupId: number): void {
    if (this.#groups.delete(groupId)) this.#send(`drop ${groupId}`);
  }

  async stop(): Promise<void> {
    this.#running = false;
    this.#cancelRespawn();
    const closing = this.#child;
    if (closing === undefined) return;
    closing.ref();
    const closed = once(closing, 'close');
    closing.stdin?.end();
    await closed;
  }

  #open(): void {
    const [command, ...args] = this.#command;
    const opened = spawn(command, args, {
      detached: true,
      stdio: ['pipe', 'ignore', 'ignore'],
      env: { PATH: '/usr/bin:/bin' },
    });
    this.#child = opened;
    opened.stdin.on('error', () => undefined);
    opened.on('error', () => undefined);
    opened.once('close', () => {
      if (this.#child !== opened) return;
      this.#child = undefined;
      if (this.#running) this.#cancelRespawn = this.#clock.after(respawnMs, () => this.#open());
    });
    // It must not be what keeps the agent's process alive.
    opened.unref();
    for (const group of this.#groups) this.#send(`add ${group}`);
  }

  #send(line: string): void {
    // A pipe without a reader: its 'exit' event follows, and the next watchdog gets all.
    if (this.#child?.stdin?.writable === true) this.#child.stdin.write(`${line}\n`);
  }
}
