import { errorAt, findTargetFault, type DeploymentDiagnostic } from '@companion/deployment';
import { formatDiagnostic, type JsonObject } from '@companion/foundation';
import { CliError } from '../command/cli-error.ts';
import { azureCommands } from '../deployment/azure-commands.ts';
import { readBaseDesired } from '../deployment/base-desired.ts';
import { checkModuleLayer } from '../deployment/layer-check.ts';
import { layerDocument, layerLabels, type ModuleParts } from '../deployment/layer-document.ts';
import { readLayerParts } from '../deployment/layer-source.ts';
import type { OurModule } from '../deployment/our-twins.ts';
import { defineCommand } from '../command/command.ts';
import { writeOutput } from '../files/output.ts';

const defaultPriority = 10;
// What IoT Hub takes for the id of a configuration, and every shell without quotes; az writes it in lower case.
const idShape = /^[a-z0-9][a-z0-9._-]{0,127}$/;

/** `companion layer`. */
export const command = defineCommand({
  operands: '',
  notes: `Writes the document that IoT Hub keeps of a deployment (content, target condition, priority, labels, metrics), checked
as the modules would, and prints the az commands for it. Devices need a base deployment with the modules first.

What overwrites what:
  Each artifact, zone, edit and setting is a path of its own here (properties.desired.zones.A3). It replaces that one,
  of layers and base with a lower priority, and leaves all others alone. At the same priority the newer one wins.
  Lists and single values are replaced whole. The priority must be above the base deployment's.
  Plain properties.desired in a layer would replace a module's whole twin; this command never writes it.
  --remove writes a null: the twin loses the property while the layer is in force. Deleting the layer brings all back.
  IoT Hub never changes the content of a deployment: for another content take a new --id, then delete the old one.

Exit codes: 0 written, perhaps with warnings; 1 errors, and nothing is written; 2 usage, or a file that can't be read.`,
  examples: [
    'companion layer --id lot-7-zones --target "tags.site=\'lot7\'" --zones lot7.json --base deployment.template.json',
    "companion layer --id model-2026-11 --target '*' --artifacts resnet18.json --hub my-hub",
  ],
  options: {
    id: { type: 'text', value: 'ID', required: true, help: "the deployment's name: lower case, digits, . _ -" },
    target: {
      type: 'text',
      value: 'CONDITION',
      required: true,
      help: "which devices: tags.site='lot7' AND tags.gpu!='none', or *",
    },
    priority: { type: 'integer', value: 'N', help: `more is stronger; ${defaultPriority} without it` },
    artifact: {
      type: 'texts',

      value: 'NAME=kind:K,url:U,sha256:D',
      help: 'one artifact; also sizeBytes: and credential:',
    },
    artifacts: {
      type: 'texts',

      value: 'FILE',
      help: 'what companion pack printed, or any part of the twin of artifacts (- is stdin)',
    },
    zones: { type: 'texts', value: 'FILE', help: 'zones, or any part of the twin of filter' },
    remove: { type: 'texts', value: 'PATH', help: 'take away: artifacts.NAME, zones.NAME' },
    base: {
      type: 'text',
      value: 'FILE',
      help: 'template or manifest that it is put on: checks the result as a whole',
    },
    label: { type: 'texts', value: 'NAME=VALUE', help: 'a label of the deployment' },
    'artifacts-module': { type: 'text', value: 'NAME', help: 'what the base calls the module; artifacts without it' },
    'filter-module': { type: 'text', value: 'NAME', help: 'filter without it' },
    hub: { type: 'text', value: 'NAME', help: 'the IoT hub, for the az commands' },
    out: { type: 'text', value: 'FILE', help: 'where to write; ID.json without it (- is stdout)' },
  },
  run: async ({ options }, terminal) => {
    checkNames(options);
    const { id, target, priority = defaultPriority, out = `${id}.json` } = options;
    const parts = await readLayerParts(options, terminal);
    const count = parts.artifacts.length + parts.filter.length;
    if (count === 0) {
      throw new CliError('usage', 'companion layer: nothing to say: give --artifact, --artifacts, --zones or --remove');
    }
    const modules = {
      artifacts: { module: options['artifacts-module'] ?? 'artifacts', parts: parts.artifacts },
      filter: { module: options['filter-module'] ?? 'filter', parts: parts.filter },
    };
    const base = options.base === undefined ? undefined : readBaseDesired(options.base);
    const findings = [
      ...checkTarget(target),
      ...checkParts('artifacts', modules.artifacts, base),
      ...checkParts('filter', modules.filter, base),
    ];
    for (const finding of findings) {
      terminal.err(`${formatDiagnostic({ ...finding, at: { file: id, ...finding.at } })}\n`);
    }
    if (findings.some(({ severity }) => severity === 'error')) return 1;

    const labels = layerLabels(options.label);
    const document = layerDocument({ id, labels, targetCondition: target, priority }, modules);
    const text = `${JSON.stringify(document, null, 2)}\n`;
    if (out === '-') {
      terminal.out(text);
      return 0;
    }
    await writeOutput(out, text);
    const properties = count === 1 ? 'property' : 'properties';
    terminal.out(`${out}: ${count} ${properties} for ${target}, priority ${priority}\n\n`);
    terminal.out(`${azureCommands(document, out, options.hub ?? 'HUB').join('\n')}\n`);
    return 0;
  },
});

function checkNames(options: {
  readonly id: string;
  readonly priority?: number;
  readonly 'artifacts-module'?: string;
  readonly 'filter-module'?: string;
}): void {
  const { id, priority = defaultPriority } = options;
  if (!idShape.test(id)) {
    throw new CliError('usage', `companion layer: --id ${id}: lower-case letters, digits, . _ -, 128 at most`);
  }
  if (priority > 2_147_483_647) throw new CliError('usage', `companion layer: --priority ${priority} is too large`);
  for (const name of [options['artifacts-module'], options['filter-module']]) {
    if (name !== undefined && !/^[A-Za-z0-9_-]{1,128}$/.test(name)) {
      throw new CliError('usage', `companion layer: ${name} is no module's name`);
    }
  }
}

function checkTarget(target: string): readonly DeploymentDiagnostic[] {
  const reason = findTargetFault(target);
  return reason === undefined ? [] : [errorAt('SHAPE', ['targetCondition'], reason)];
}

function checkParts(
  ours: OurModule,
  { module, parts }: ModuleParts,
  base: ReadonlyMap<string, JsonObject> | undefined,
): readonly DeploymentDiagnostic[] {
  if (parts.length === 0) return [];
  if (base !== undefined && !base.has(module)) {
    const message = `the base deployment has no module ${module}, only ${[...base.keys()].join(', ') || 'none'}: name it by --${ours}-module`;
    return [errorAt('MODULE_UNKNOWN', ['content', 'modulesContent', module], message)];
  }
  return checkModuleLayer({ ours, module, parts, base: base?.get(module) });
}
