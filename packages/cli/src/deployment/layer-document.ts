import { CliError } from '../command/cli-error.ts';
import { layerMetrics } from './layer-metrics.ts';
import { layerSection, type LayerPart } from './layer-parts.ts';
import type { OurModule } from './our-twins.ts';

/** What IoT Hub keeps of a layered deployment; `az` needs some of it a second time. */
export interface LayerDocument {
  readonly id: string;
  readonly schemaVersion: '2.0';
  readonly labels: Readonly<Record<string, string>>;
  readonly content: { readonly modulesContent: Readonly<Record<string, unknown>> };
  readonly targetCondition: string;
  readonly priority: number;
  readonly metrics: { readonly queries: Readonly<Record<string, string>> };
}

/** What a layer says to one of our modules, by what the deployment calls the module. */
export interface ModuleParts {
  readonly module: string;
  readonly parts: readonly LayerPart[];
}

/** Makes the document; modules that the layer says nothing to have no section. */
export function layerDocument(
  head: Pick<LayerDocument, 'id' | 'labels' | 'targetCondition' | 'priority'>,
  modules: Readonly<Record<OurModule, ModuleParts>>,
): LayerDocument {
  const spoken = [modules.artifacts, modules.filter].filter(({ parts }) => parts.length > 0);
  return {
    id: head.id,
    schemaVersion: '2.0',
    labels: head.labels,
    content: { modulesContent: Object.fromEntries(spoken.map(({ module, parts }) => [module, layerSection(parts)])) },
    targetCondition: head.targetCondition,
    priority: head.priority,
    metrics: { queries: layerMetrics(modules) },
  };
}

/** Reads `NAME=VALUE` texts. Throws a `CliError`. */
export function layerLabels(texts: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    texts.map((text) => {
      const [, name, value] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
      if (name !== undefined && value !== undefined) return [name, value];
      throw new CliError('usage', `companion layer: --label ${text}: expected NAME=VALUE`);
    }),
  );
}
