/*
 * The floors of the repository. Imports point downwards: between packages as `uses` says, inside a package as `floors`
 * says. docs/architecture.md shows the drawing of what is really imported.
 */

/** A package of ours and what it may import. */
export interface Package {
  readonly name: string;
  /** From the root of the repository. */
  readonly folder: string;
  /** Names of our packages that its production code may import. */
  readonly uses: readonly string[];
  /**
   * The folders and files of `src`, from the top down, each with those that it may import; `all` is everything further
   * down. A folder that is named besides its parent is a floor of its own. Empty: the package has no floors inside.
   */
  readonly floors: Readonly<Record<string, readonly string[] | 'all'>>;
}

/** All packages, the lowest first. */
export const packages: readonly Package[] = [
  {
    name: 'foundation',
    folder: 'packages/foundation',
    uses: [],
    floors: {
      node: ['clock'],
      'json-text': ['json', 'text'],
      'index.ts': 'all',
      twin: ['diagnostic', 'bytes', 'json', 'text'],
      diagnostic: ['json'],
      'coded-error': ['json'],
      text: ['json'],
      backoff: [],
      bytes: [],
      clock: [],
      deferred: [],
      json: [],
      queue: [],
      redact: [],
    },
  },
  {
    name: 'deepstream',
    folder: 'packages/deepstream',
    uses: ['foundation'],
    floors: {
      recipes: ['app-config', 'config-file', 'editing'],
      'app-config': ['config-file', 'editing', 'text'],
      message: ['editing', 'text'],
      'config-file': ['yaml-config', 'keyfile', 'editing', 'text'],
      'yaml-config': ['editing', 'text'],
      keyfile: ['editing', 'text'],
      editing: ['text'],
      versions: [],
      text: [],
    },
  },
  {
    name: 'edge',
    folder: 'packages/edge',
    uses: ['foundation'],
    floors: {
      'index.ts': 'all',
      module: ['azure', 'twin', 'telemetry', 'hub'],
      azure: ['twin', 'telemetry', 'hub'],
      twin: ['telemetry', 'hub'],
      telemetry: ['hub'],
      hub: [],
    },
  },
  {
    name: 'deployment',
    folder: 'packages/deployment',
    uses: ['foundation'],
    floors: {
      node: 'all',
      'index.ts': 'all',
      manifest: ['create-options', 'twins', 'routes', 'diagnostic'],
      template: ['diagnostic'],
      'create-options': ['diagnostic'],
      twins: ['diagnostic'],
      routes: [],
      diagnostic: [],
    },
  },
  {
    name: 'occupancy',
    folder: 'packages/occupancy',
    uses: ['foundation', 'deepstream'],
    floors: {
      'index.ts': 'all',
      events: ['pipeline', 'sensor', 'zones', 'zones/spot', 'zones/common', 'model'],
      desired: ['zones', 'zones/common', 'document', 'model'],
      pipeline: ['sensor', 'zones', 'model'],
      sensor: ['zones', 'zones/common', 'model'],
      zones: ['zones/reported', 'zones/spot', 'zones/area', 'zones/line', 'zones/common', 'model'],
      'zones/reported': ['zones/spot', 'zones/common', 'document', 'model'],
      'zones/spot': ['zones/common', 'document', 'model'],
      'zones/area': ['zones/common', 'document', 'model'],
      'zones/line': ['zones/common', 'document', 'model'],
      'zones/common': ['document', 'model'],
      document: [],
      model: [],
    },
  },
  {
    name: 'artifacts',
    folder: 'modules/artifacts',
    uses: ['foundation', 'deepstream', 'edge'],
    floors: {
      'main.ts': ['module.ts', 'settings.ts'],
      'module.ts': ['settings.ts', 'report', 'reconcile', 'activation/activators', 'volume', 'core'],
      'index.ts': ['settings.ts', 'report', 'reconcile', 'archive', 'volume', 'domain'],
      'settings.ts': ['reconcile', 'download/fetchers/http', 'download/transfer', 'credentials', 'core'],
      report: ['reconcile', 'activation', 'activation/activators', 'release', 'store', 'volume', 'domain', 'core'],
      reconcile: [
        'activation',
        'activation/activators',
        'download',
        'download/transfer',
        'release',
        'store',
        'credentials',
        'volume',
        'domain',
        'core',
      ],
      activation: ['activation/activators', 'release', 'volume', 'domain', 'core'],
      'activation/activators': ['release', 'volume', 'domain', 'core'],
      download: [
        'download/fetchers',
        'download/transfer',
        'store',
        'archive',
        'credentials',
        'volume',
        'domain',
        'core',
      ],
      'download/fetchers': ['download/fetchers/http', 'download/fetchers/file', 'download/transfer', 'domain'],
      'download/fetchers/http': ['download/transfer', 'credentials', 'core'],
      'download/fetchers/file': ['download/transfer', 'core'],
      'download/transfer': ['archive', 'credentials', 'volume', 'core'],
      release: ['store', 'volume', 'domain', 'core'],
      store: ['volume', 'core'],
      archive: ['volume', 'core'],
      credentials: ['core'],
      volume: ['core'],
      domain: [],
      core: [],
    },
  },
  {
    name: 'filter',
    folder: 'modules/filter',
    uses: ['foundation', 'deepstream', 'edge', 'occupancy'],
    floors: {
      'main.ts': 'all',
      'index.ts': ['messages'],
      'filter.ts': 'all',
      'settings.ts': 'all',
      checkpoint: ['config'],
      intake: ['telemetry'],
      telemetry: ['config', 'outbox'],
      'mqtt-input': [],
      config: [],
      outbox: [],
      messages: [],
    },
  },
  {
    name: 'simulator',
    folder: 'packages/simulator',
    uses: ['foundation', 'deepstream', 'edge', 'deployment'],
    floors: {
      'main.ts': 'all',
      'index.ts': 'all',
      'command-line.ts': ['demo/scene'],
      demo: ['demo/timeline', 'demo/scene', 'device', 'text'],
      'demo/timeline': ['device', 'agent', 'hub'],
      'demo/scene': ['deepstream/recording'],
      deepstream: ['deepstream/playback', 'deepstream/plan', 'deepstream/outlet'],
      'deepstream/playback': ['deepstream/plan', 'deepstream/recording', 'text'],
      'deepstream/plan': ['deepstream/recording'],
      'deepstream/outlet': [],
      'deepstream/recording': [],
      device: ['agent', 'hub', 'hub/http'],
      agent: ['agent/docker', 'agent/processes', 'agent/engine', 'events'],
      'agent/docker': ['agent/engine', 'hub/protocol', 'text'],
      'agent/processes': ['agent/engine', 'text'],
      'agent/engine': [],
      hub: [
        'hub/http/service',
        'hub/http',
        'hub/mqtt',
        'hub/methods',
        'hub/twin',
        'hub/routing',
        'hub/identity',
        'hub/modules',
        'hub/contract',
        'events',
      ],
      'hub/http/service': ['hub/http', 'hub/methods', 'hub/routing', 'hub/contract', 'hub/protocol'],
      'hub/http': ['hub/methods', 'hub/identity', 'hub/modules', 'hub/contract'],
      'hub/mqtt': ['hub/identity', 'hub/modules', 'hub/protocol'],
      'hub/methods': ['hub/modules', 'hub/contract', 'hub/protocol'],
      'hub/twin': ['hub/modules', 'hub/contract', 'hub/protocol', 'events'],
      'hub/routing': ['hub/modules', 'hub/contract', 'hub/protocol', 'events'],
      'hub/identity': ['hub/protocol'],
      'hub/modules': ['hub/delivery', 'hub/contract', 'hub/protocol', 'events'],
      'hub/delivery': [],
      'hub/contract': [],
      text: [],
      'hub/protocol': [],
      events: [],
    },
  },
  {
    name: 'cli',
    folder: 'packages/cli',
    uses: ['foundation', 'deepstream', 'edge', 'deployment', 'occupancy', 'artifacts', 'filter', 'simulator'],
    floors: {
      'main.ts': 'all',
      'index.ts': 'all',
      'companion.ts': ['commands', 'program', 'command', 'terminal'],
      commands: ['program', 'deployment', 'config', 'files', 'command', 'terminal'],
      program: ['command', 'terminal'],
      deployment: ['files', 'command', 'terminal'],
      config: ['files', 'command', 'terminal'],
      files: ['command', 'terminal'],
      command: ['terminal'],
      terminal: [],
    },
  },
];

/** The only folder that imports the Azure SDK. */
export const azureFolder = 'packages/edge/src/azure';

/** Matches the paths of what only tests use. */
export const testOnly = String.raw`\.test\.ts$|/testing/|^test/`;

/** The parts that a part of a package may import. Throws where the table points upwards. */
export function partsBelow({ name, floors }: Package, part: string): readonly string[] {
  const parts = Object.keys(floors);
  const lower = parts.slice(parts.indexOf(part) + 1);
  const allowed = floors[part] ?? [];
  if (allowed === 'all') return lower;
  const upward = allowed.filter((one) => !lower.includes(one));
  if (upward.length > 0) throw new Error(`${name}: ${part} must not import ${upward.join(', ')}: no lower floor`);
  return allowed;
}

/** The part of a package that a file belongs to: the deepest folder that `floors` names. */
export function partOf({ folder, floors }: Package, file: string): string | undefined {
  if (!file.startsWith(`${folder}/src/`)) return undefined;
  const path = file.slice(folder.length + '/src/'.length);
  return Object.keys(floors)
    .filter((part) => path === part || path.startsWith(`${part}/`))
    .sort((a, b) => b.length - a.length)[0];
}
