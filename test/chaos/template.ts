import { readFile, symlink, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { clockTargets, clockVariables } from './fake-time.ts';
import { ownModules } from './targets.ts';
import { diskIn, faultsFile } from './places.ts';

const repository = resolve(import.meta.dirname, '../..');
const shim = pathToFileURL(join(import.meta.dirname, 'fault-shim.mjs')).href;

interface Template {
  readonly modulesContent: {
    readonly $edgeAgent: {
      readonly 'properties.desired': {
        readonly modules: Record<string, { env?: Record<string, { readonly value: string }> }>;
      };
    };
  };
}

/** Writes the repository's deployment template into the root, with the variables by which trouble reaches the modules; resolves with its path. */
export async function writeTemplate(root: string, brokerPort: number): Promise<string> {
  const text = await readFile(join(repository, 'deployment.template.json'), 'utf8');
  const template = JSON.parse(text) as Template;
  const { modules } = template.modulesContent.$edgeAgent['properties.desired'];
  const add = (module: string, variables: Readonly<Record<string, string>>): void => {
    const spec = modules[module];
    if (spec === undefined) throw new Error(`the template has no module ${module}`);
    spec.env = {
      ...spec.env,
      ...Object.fromEntries(Object.entries(variables).map(([key, value]) => [key, { value }])),
    };
  };
  for (const target of clockTargets) add(target, clockVariables(root, target));
  for (const module of ownModules) {
    add(module, {
      NODE_OPTIONS: `--import=${shim}`,
      CHAOS_FAULTS: faultsFile(root, module),
      CHAOS_DISK: diskIn(root, module),
      LOG_LEVEL: 'info',
    });
  }
  add('filter', { DETECTIONS_MQTT_URL: `mqtt://127.0.0.1:${brokerPort}`, DETECTIONS_MQTT_TOPIC: 'detections' });
  // Images are looked up beside the template.
  await symlink(join(repository, 'modules'), join(root, 'modules'));
  const file = join(root, 'deployment.template.json');
  await writeFile(file, JSON.stringify(template));
  return file;
}
