import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Aedes } from 'aedes';
import { pino } from 'pino';
import type { JsonObject } from '@companion/foundation';
import { openSimulator, startDemo, type Demo, type HubServer, type Simulator } from '@companion/simulator';
import { mountable } from '../disk/small-disk.ts';
import { clockTargets, removeSharedClock, writeClock, type ClockTarget } from './fake-time.ts';
import { ownModules, type OwnModule, type Target } from './targets.ts';
import { diskIn, faultsFile } from './places.ts';
import { filterTwin, Releases, type Wish } from './releases.ts';
import { writeTemplate } from './template.ts';

/** Room for a few releases, and soon full. */
const diskSize = '64m';

/** The running system, and the handles by which trouble is made. */
export class World {
  readonly root: string;
  readonly simulator: Simulator;
  readonly hub: HubServer;
  readonly releases: Releases;
  /** Processes that were killed, and when, in milliseconds of `performance.now()`. */
  readonly kills: { readonly target: Target; readonly atMs: number }[] = [];
  /** How modules of ours ended. */
  readonly exits: { readonly module: string; readonly exitCode: number | null; readonly signal: string | null }[] = [];
  readonly #demo: Demo;
  readonly #aedes: Aedes;
  readonly #broker: Server;
  readonly #stopped = new Set<number>();
  /** All first processes of modules there were. */
  readonly #started = new Set<number>();

  private constructor(parts: {
    root: string;
    simulator: Simulator;
    demo: Demo;
    releases: Releases;
    aedes: Aedes;
    broker: Server;
  }) {
    this.root = parts.root;
    this.simulator = parts.simulator;
    this.hub = parts.simulator.hub;
    this.releases = parts.releases;
    this.#demo = parts.demo;
    this.#aedes = parts.aedes;
    this.#broker = parts.broker;
  }

  /** Starts everything below a new temporary folder, with the twins' first wishes. */
  static async open(): Promise<World> {
    const root = await mkdtemp(join(tmpdir(), 'chaos-'));
    try {
      mountDisks(root);
      return await World.#openIn(root);
    } catch (error) {
      unmountDisks(root);
      throw error;
    }
  }

  static async #openIn(root: string): Promise<World> {
    const aedes = await Aedes.createBroker();
    const broker = createServer(aedes.handle);
    broker.listen(0, '127.0.0.1');
    await once(broker, 'listening');
    for (const target of clockTargets) writeClock(root, target, 0);
    const simulator = await openSimulator({
      templatePath: await writeTemplate(root, (broker.address() as AddressInfo).port),
      environment: process.env,
      root,
      hubPort: 0,
      apiPort: 0,
      standInEnvironment: { DEEPSTREAM_STAND_IN_ENGINE_BUILD_MS: '200' },
      backoffUnitMs: 100,
      log: pino({ level: 'silent' }),
    });
    const demo = await startDemo({ root, seed: 1, bytesPerSec: 0 });
    const releases = await Releases.make(demo, join(root, 'blob-store'));
    const world = new World({ root, simulator, demo, releases, aedes, broker });
    world.#listen();
    world.hub.twins.patchDesired('filter', filterTwin());
    world.want('a', 0);
    await simulator.start();
    return world;
  }

  /** Keeps what the modules write and what becomes of them. */
  #listen(): void {
    const { lines, events } = this.simulator.agent;
    const log = createWriteStream(join(this.root, 'modules.log'));
    const now = (): string => new Date().toISOString();
    lines.subscribe(({ module, line }) => log.write(`${now()} ${module}: ${line}\n`));
    events.subscribe((event) => {
      log.write(`${now()} agent: ${JSON.stringify(event)}\n`);
      if (event.kind === 'exited' && ownModules.some((name) => name === event.module)) this.exits.push(event);
      if (event.kind === 'started' && event.pid !== undefined) this.#started.add(event.pid);
    });
  }

  diskOf(module: OwnModule): string {
    return diskIn(this.root, module);
  }

  wait = (forMs: number): Promise<void> => pause(forMs);

  want(wish: Wish, mark: number): void {
    this.hub.twins.patchDesired('artifacts', this.releases.patch(wish, mark));
  }

  reported(module: OwnModule): JsonObject {
    return this.hub.twins.get(module).properties.reported;
  }

  async supervisorStatus(): Promise<Readonly<Record<string, string>>> {
    const text = await readFile(join(this.diskOf('artifacts'), 'supervisor.status'), 'utf8').catch(() => '');
    return Object.fromEntries(text.split('\n').map((line) => line.split('=') as [string, string]));
  }

  /** The process of a target; undefined while it has none. */
  async pidOf(target: Target): Promise<number | undefined> {
    const module = (name: string): number | undefined =>
      this.simulator.agent.modules().find((one) => one.name === name)?.pid;
    if (target === 'supervisor') return module('NVIDIADeepStreamSDK');
    if (target !== 'app') return module(target);
    const { pid = '' } = await this.supervisorStatus();
    // A status outlives its process, and process ids are used again: only one that runs our stand-in counts.
    const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
    return command.includes('deepstream/main.ts') && command.includes(this.root) ? Number(pid) : undefined;
  }

  /** Signals a target; resolves with its process, or with undefined where it has none at the moment. */
  async signal(target: Target, signal: 'SIGKILL' | 'SIGSTOP'): Promise<number | undefined> {
    const pid = await this.pidOf(target);
    if (pid === undefined) return undefined;
    if (signal === 'SIGKILL') this.kills.push({ target, atMs: performance.now() });
    this.signalProcess(pid, signal);
    return pid;
  }

  /** One that has ended meanwhile is no error. */
  signalProcess(pid: number, signal: 'SIGKILL' | 'SIGSTOP' | 'SIGCONT'): void {
    if (signal === 'SIGSTOP') this.#stopped.add(pid);
    if (signal === 'SIGCONT') this.#stopped.delete(pid);
    try {
      process.kill(pid, signal);
    } catch {
      this.#stopped.delete(pid);
    }
  }

  setFaults(module: OwnModule, faults: JsonObject): void {
    const file = faultsFile(this.root, module);
    writeFileSync(`${file}.new`, JSON.stringify(faults));
    renameSync(`${file}.new`, file);
  }

  setClock(target: ClockTarget, offsetSec: number): void {
    writeClock(this.root, target, offsetSec);
  }

  /** To the broker that filter listens to, too. */
  publish(payload: Buffer): Promise<void> {
    const packet = { cmd: 'publish', topic: 'detections', payload, qos: 0, retain: false, dup: false } as const;
    return new Promise((resolve) => this.#aedes.publish(packet, () => resolve()));
  }

  /** Ends everything; what lies on the disks stays. */
  async stop(): Promise<void> {
    for (const pid of this.#stopped) this.signalProcess(pid, 'SIGCONT');
    await this.simulator.stop();
    await this.#demo[Symbol.asyncDispose]();
    this.#broker.close();
    await new Promise<void>((resolve) => this.#aedes.close(() => resolve()));
    for (const pid of this.#started) removeSharedClock(pid);
  }

  /** Removes the disks, or copies what is on them beside the log and says where that is. */
  async clear(keep: 'keep' | 'remove'): Promise<void> {
    if (keep === 'keep') {
      for (const module of ownModules)
        execFileSync('cp', ['-a', this.diskOf(module), join(this.root, `kept-${module}`)]);
    }
    unmountDisks(this.root);
    if (keep === 'remove') await rm(this.root, { recursive: true, force: true });
  }
}

/** Each module gets a small disk of its own, where one may be mounted. */
function mountDisks(root: string): void {
  for (const module of ownModules) {
    const disk = diskIn(root, module);
    mkdirSync(disk, { recursive: true });
    if (mountable) execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${diskSize}`, 'tmpfs', disk]);
  }
}

/** What is still used goes when it is not any more. */
function unmountDisks(root: string): void {
  if (!mountable) return;
  for (const module of ownModules) execFileSync('umount', ['-l', diskIn(root, module)]);
}
