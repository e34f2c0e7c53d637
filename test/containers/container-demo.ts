import { readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { openSimulator, startDemo, type Demo, type Simulator } from '@companion/simulator';
import type { DockerClient } from '@companion/simulator/testing';
import type { JsonObject } from '@companion/foundation';
import { watchDemo, type DemoWatch } from '../system/demo-watch.ts';

/** A container as the engine describes it, as far as tests look. */
export interface Inspected {
  readonly Id: string;
  readonly State: {
    readonly Pid: number;
    readonly StartedAt: string;
    readonly FinishedAt: string;
    readonly ExitCode: number;
  };
  readonly Config: { readonly User: string; readonly Labels: Readonly<Record<string, string>> };
  readonly HostConfig: { readonly ReadonlyRootfs: boolean; readonly CapAdd: readonly string[] | null };
  readonly Mounts: readonly { readonly Type: string; readonly Destination: string; readonly RW: boolean }[];
}

/** What a test may change of a module in the template. */
export interface ModuleChange {
  readonly createOptions?: JsonObject;
  readonly hostConfig?: JsonObject;
}

/** The demo with the template's modules in containers. */
export interface ContainerDemo extends DemoWatch, AsyncDisposable {
  readonly simulator: Simulator;
  readonly demo: Demo;
  readonly root: string;
  /** What a module wrote, oldest first. */
  readonly lines: readonly string[];
  containerName(module: string): string;
  inspect(module: string): Promise<Inspected>;
  /** A `POST` on the module's container: kill, pause, …. */
  act(module: string, verb: string): Promise<void>;
  reported(module: string): JsonObject;
  /** Of a process, by a line of its /proc status. */
  procStatus(module: string, key: string): Promise<string>;
}

const patience = { timeout: 75_000, interval: 100 };

/** Starts it below a new temporary folder. The twins are left to the test, unless `activate` is given. */
export async function startContainerDemo(options: {
  readonly client: DockerClient;
  readonly change?: Readonly<Record<string, ModuleChange>>;
  /** Done with the device's disk before any module runs; what it returns takes that back when none does. */
  readonly prepare?: (root: string) => () => void;
}): Promise<ContainerDemo> {
  const { client } = options;
  const root = await mkdtemp(join(tmpdir(), 'containers-'));
  const unprepare = options.prepare?.(root);
  const prefix = `containers-${process.pid}-${root.slice(-4)}-`;
  const templatePath = join(root, 'deployment.template.json');
  await writeFile(templatePath, JSON.stringify(changed(options.change ?? {})));
  const lines: string[] = [];
  const simulator = await openSimulator({
    templatePath,
    environment: process.env,
    root,
    machine: { kind: 'docker', containerPrefix: prefix, volumes: 'remove', engineSocket: 'give' },
    hubPort: 0,
    apiPort: 0,
    standInEnvironment: { DEEPSTREAM_STAND_IN_ENGINE_BUILD_MS: '200' },
    backoffUnitMs: 300,
    log: pino({ level: 'silent' }),
  });
  const demo = await startDemo({ root, seed: 1, reach: simulator.reach });
  simulator.agent.lines.subscribe(({ module, line }) => lines.push(`${module}: ${line}`));
  await simulator.start();

  const reported = (module: string): JsonObject => simulator.hub.twins.get(module).properties.reported;
  const containerName = (module: string): string => `${prefix}${module}`;
  const inspect = async (module: string) =>
    (await client.call('GET', `/containers/${containerName(module)}/json`)) as Inspected;
  const running = async (): Promise<string> => {
    const { id, state } = (reported('artifacts')['release'] ?? {}) as { id?: string; state?: string };
    const published = await simulator.readVolume('current/release.json').then(String, () => '{}');
    if (state === 'running' && (JSON.parse(published) as { id?: string }).id === id && id !== undefined) return id;
    throw new Error(`not running: ${JSON.stringify({ reported: reported('artifacts'), last: lines.slice(-5) })}`);
  };

  return {
    simulator,
    demo,
    root,
    lines,
    containerName,
    inspect,
    async act(module, verb) {
      await client.call('POST', `/containers/${containerName(module)}/${verb}`);
    },
    reported,
    ...watchDemo(simulator, running, patience),
    async procStatus(module, key) {
      const { Pid } = (await inspect(module)).State;
      const status = await readFile(`/proc/${Pid}/status`, 'utf8');
      return new RegExp(`^${key}:\\s+(.*)$`, 'm').exec(status)?.[1] ?? '';
    },
    async [Symbol.asyncDispose]() {
      await simulator.stop();
      unprepare?.();
      await demo[Symbol.asyncDispose]();
      await rm(root, { recursive: true, force: true });
    },
  };
}

interface Template {
  modulesContent: { $edgeAgent: { 'properties.desired': { modules: Record<string, TemplateModule> } } };
}
interface TemplateModule {
  settings: { createOptions: JsonObject & { HostConfig?: JsonObject } };
}

/** The project's template with something in createOptions replaced. */
function changed(changes: Readonly<Record<string, ModuleChange>>): Template {
  const template = JSON.parse(readFileSync('deployment.template.json', 'utf8')) as Template;
  const { modules } = template.modulesContent.$edgeAgent['properties.desired'];
  for (const [name, { createOptions = {}, hostConfig = {} }] of Object.entries(changes)) {
    const settings = modules[name]?.settings;
    if (settings === undefined) throw new Error(`the template has no module ${name}`);
    settings.createOptions = {
      ...settings.createOptions,
      ...createOptions,
      HostConfig: { ...settings.createOptions.HostConfig, ...hostConfig },
    };
  }
  return template;
}
