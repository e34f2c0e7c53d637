/** What a config refers to. `output` is written by DeepStream, the rest is read. */
export type ReferenceKind =
  'config' | 'model' | 'engine' | 'labels' | 'calibration' | 'library' | 'stream' | 'sources' | 'data' | 'output';

/** A key whose value is a path. */
export interface ReferenceRule {
  readonly kind: ReferenceKind;
  /** Whether the value is a `;` list of paths. */
  readonly list: boolean;
  /** Whether the file is a config that may refer to more. */
  readonly follow: boolean;
}

/** A single path of a file that names no others. */
export function one(kind: ReferenceKind): ReferenceRule {
  return { kind, list: false, follow: false };
}

/** A single path of a config that may name others. */
export const followed: ReferenceRule = { kind: 'config', list: false, follow: true };

/** Keys by the groups that they mean a path in, from deepstream-app's, test5's, nvinfer's and the tracker's parsers. */
const rules: readonly (readonly [group: RegExp, keys: Readonly<Record<string, ReferenceRule>>])[] = [
  [/^source\d+$/, { uri: one('stream'), 'dewarper-config-file': one('config') }],
  [/^source$/, { 'csv-file-path': one('sources') }],
  [/^source-list$/, { list: { kind: 'stream', list: true, follow: false } }],
  [
    /^(?:sink\d+|message-converter|message-consumer\d+|msg2p|msgconv)$/,
    {
      'msg-conv-config': followed,
      'msg-broker-config': one('config'),
      'msg-broker-proto-lib': one('library'),
      'msg-conv-msg2p-lib': one('library'),
      'proto-lib': one('library'),
      'config-file': one('config'),
      'sensor-list-file': one('data'),
      'output-file': one('output'),
    },
  ],
  [
    /^(?:primary|secondary)-gie-?\d*$/,
    {
      'config-file': followed,
      'config-file-path': followed,
      'cfg-file-path': followed,
      'model-engine-file': one('engine'),
      'labelfile-path': one('labels'),
    },
  ],
  [
    /^tracker\d*$/,
    {
      'll-config-file': followed,
      'cfg-file-path': followed,
      'll-lib-file': one('library'),
      'kitti-track-output-dir': one('output'),
    },
  ],
  [
    /^(?:nvds-analytics|pre-process|secondary-pre-process|analytics-config|meta-mux|dewarper)\d*$/,
    { 'config-file': followed, 'cfg-file-path': followed, filename: followed },
  ],
  [
    /^property$/,
    {
      'onnx-file': one('model'),
      'model-file': one('model'),
      'proto-file': one('model'),
      'uff-file': one('model'),
      'tlt-encoded-model': one('model'),
      'custom-network-config': one('model'),
      'int8-calib-file': one('calibration'),
      'mean-file': one('data'),
      'labelfile-path': one('labels'),
      'model-engine-file': one('engine'),
      'custom-lib-path': one('library'),
    },
  ],
  [
    /^(?:ReID|PoseEstimator|Segmenter)$/,
    {
      onnxFile: one('model'),
      tltEncodedModel: one('model'),
      uffFile: one('model'),
      modelEngineFile: one('engine'),
      calibrationTableFile: one('calibration'),
    },
  ],
  [/^ObjectModelProjection$/, { cameraModelFilepath: { kind: 'data', list: true, follow: false } }],
];

/** The rule for a key; undefined where its value is no path. */
export function referenceRule(group: string, key: string): ReferenceRule | undefined {
  for (const [groups, keys] of rules) {
    if (groups.test(group) && Object.hasOwn(keys, key)) return keys[key];
  }
  return undefined;
}
