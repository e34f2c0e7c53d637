import { errorAt, findTargetFault, type DeploymentDiagnostic } from '@companion/deployment';
import { formatDiagnostic, type JsonObject } from '@companion/foundation';
import { integerArgument } from '../command/argument.ts';
import { CliError } from '../command/cli-error.ts';
import { azureCommands } from '../deployment/azure-commands.ts';
import { readBaseDesired } from '../deployment/base-desired.ts';
import { checkModuleLayer } from '../deployment/layer-check.ts';
import { layerMetrics } from '../deployment/layer-metrics.ts';
import { layerSection } from '../deployment/layer-parts.ts';
import type { LayerPart } from '../deployment/layer-parts.ts';
import { readLayerParts } from '../deployment/layer-source.ts';
import type { OurModule } from '../deployment/our-twins.ts';
import { defineOptionCommand } from '../command/option-command.ts';
import { writeOutput } from '../files/output.ts';

const defaultPriority = 10;
// What IoT Hub takes for the id of a configuration, and every shell without quotes; az writes it in lower case.
const idShape = /^[a-z0-9][a-z0-9._-]{0,127}$/;

/** `companion layer`. */
export const layer = defineOptionCommand({
  name: 'layer',
  summary: 'Make a layered deployment: artifacts or zones for all devices that a condition selects.',
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
  options: {
    id: { type: 'string', value: 'ID', help: "the deployment's name: lower case, digits, . _ -" },
    target: { type: 'string', value: 'CONDITION', help: "which devices: tags.site='lot7' AND tags.gpu!='none', or *" },
    priority: { type: 'string', value: 'N', help: `more is stronger; ${defaultPriority} without it` },
    artifact: {
      type: 'string',
      multiple: true,
      value: 'NAME=kind:K,url:U,sha256:D',
      help: 'one artifact; also sizeBytes: and credential:',
    },
    artifacts: {
      type: 'string',
      multiple: true,
      value: 'FILE',
      help: 'what companion pack printed, or any part of the twin of artifacts (- is stdin)',
    },
    zones: { type: 'string', multiple: true, value: 'FILE', help: 'zones, or any part of the twin of filter' },
    remove: { type: 'string', multiple: true, value: 'PATH', help: 'take away: artifacts.NAME, zones.NAME' },
    base: {
      type: 'string',
      value: 'FILE',
      help: 'template or manifest that it is put on: checks the result as a whole',
    },
    label: { type: 'string', multiple: true, value: 'NAME=VALUE', help: 'a label of the deployment' },
    'artifacts-module': { type: 'string', value: 'NAME', help: 'what the base calls the module; artifacts without it' },
    'filter-module': { type: 'string', value: 'NAME', help: 'filter without it' },
    hub: { type: 'string', value: 'NAME', help: 'the IoT hub, for the az commands' },
    out: { type: 'string', value: 'FILE', help: 'where to write; ID.json without it (- is stdout)' },
  },
  required: ['id', 'target'],
  run: async (options, terminal) => {
    if (!idShape.test(options.id)) {
      throw new CliError(
        'usage',
        `companion layer: --id ${options.id}: lower-case letters, digits, . _ -, 128 at most`,
      );
    }
    const priority = integerArgument('--priority', options.priority) ?? defaultPriority;
    if (priority > 2_147_483_647) throw new CliError('usage', `companion layer: --priority ${priority} is too large`);
    const names = {
      artifacts: options['artifacts-module'] ?? 'artifacts',
      filter: options['filter-module'] ?? 'filter',
    };
    for (const name of Object.values(names)) {
      if (!/^[A-Za-z0-9_-]{1,128}$/.test(name))
        throw new CliError('usage', `companion layer: ${name} is no module's name`);
    }
    const parts = await readLayerParts(options, terminal);
    if (parts.artifacts.length + parts.filter.length === 0) {
      throw new CliError('usage', 'companion layer: nothing to say: give --artifact, --artifacts, --zones or --remove');
    }
    const base = options.base === undefined ? undefined : readBaseDesired(options.base);
    const findings = [
      ...checkTarget(options.target),
      ...checkParts('artifacts', names.artifacts, parts.artifacts, base),
      ...checkParts('filter', names.filter, parts.filter, base),
    ];
    const out = options.out ?? `${options.id}.json`;
    terminal.err(
      findings
        .map((finding) => `${formatDiagnostic({ ...finding, at: { file: options.id, ...finding.at } })}\n`)
        .join(''),
    );
    if (findings.some(({ severity }) => severity === 'error')) return 1;

    const document = {
      id: options.id,
      schemaVersion: '2.0',
      labels: labelsOf(options.label ?? []),
      content: {
        modulesContent: Object.fromEntries(
          (['artifacts', 'filter'] as const)
            .filter((ours) => parts[ours].length > 0)
            .map((ours) => [names[ours], layerSection(parts[ours])]),
        ),
      },
      targetCondition: options.target,
      priority,
      metrics: {
        queries: layerMetrics({
          artifacts: { module: names.artifacts, parts: parts.artifacts },
          filter: { module: names.filter, parts: parts.filter },
        }),
      },
    };
    const text = `${JSON.stringify(document, null, 2)}\n`;
    if (out === '-') {
      terminal.out(text);
      return 0;
    }
    await writeOutput(out, text);
    const count = parts.artifacts.length + parts.filter.length;
    terminal.out(
      `${out}: ${count} ${count === 1 ? 'property' : 'properties'} for ${options.target}, priority ${priority}\n\n`,
    );
    terminal.out(`${azureCommands(document, out, options.hub ?? 'HUB').join('\n')}\n`);
    return 0;
  },
});

function checkTarget(target: string): readonly DeploymentDiagnostic[] {
  const reason = findTargetFault(target);
  return reason === undefined ? [] : [errorAt('SHAPE', ['targetCondition'], reason)];
}

function checkParts(
  ours: OurModule,
  module: string,
  parts: readonly LayerPart[],
  base: ReadonlyMap<string, JsonObject> | undefined,
): readonly DeploymentDiagnostic[] {
  if (parts.length === 0) return [];
  const path = ['content', 'modulesContent', module];
  if (base !== undefined && !base.has(module)) {
    const message = `the base deployment has no module ${module}, only ${[...base.keys()].join(', ') || 'none'}: name it by --${ours}-module`;
    return [errorAt('MODULE_UNKNOWN', path, message)];
  }
  return checkModuleLayer({ ours, module, parts, base: base?.get(module) });
}

function labelsOf(texts: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    texts.map((text) => {
      const [, name, value] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
      if (name !== undefined && value !== undefined) return [name, value];
      throw new CliError('usage', `companion layer: --label ${text}: expected NAME=VALUE`);
    }),
  );
}
