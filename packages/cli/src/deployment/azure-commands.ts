import type { LayerDocument } from './layer-document.ts';

/** The commands that put a layered deployment into force, watch it and take it away again, for a POSIX shell. */
export function azureCommands(layer: LayerDocument, file: string, hub: string): readonly string[] {
  const on = `--hub-name ${quoted(hub)} --deployment-id ${quoted(layer.id)}`;
  const labels = Object.keys(layer.labels).length === 0 ? [] : [`--labels ${quoted(JSON.stringify(layer.labels))}`];
  const [metric = ''] = Object.keys(layer.metrics.queries);
  return [
    [
      `az iot edge deployment create --layered ${on}`,
      `--content ${quoted(file)} --metrics ${quoted(file)}`,
      ...labels,
      `--target-condition ${quoted(layer.targetCondition)} --priority ${layer.priority}`,
    ].join(' \\\n  '),
    `az iot edge deployment show-metric ${on} --metric-type user --metric-id ${quoted(metric)}`,
    `az iot edge deployment delete ${on}`,
  ];
}

function quoted(text: string): string {
  return /^[\w./:=@%+-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
