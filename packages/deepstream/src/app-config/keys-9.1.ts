/**
 * Which getter of GLib DeepStream 9.1 reads a key of its app config with. Read from the parse_* functions of
 * src/apps/common/src/deepstream_config_file_parser.c and, for `application`, `tests` and `source-list`, of
 * src/apps/sample_apps/deepstream-app/deepstream_app_config_parser.c in NVIDIA/DeepStream. A key that is not here is
 * unknown: the parser says so and goes on.
 */

/** `color`: a list of doubles that must be four. */
export type KeyType = 'integer' | 'uint64' | 'boolean' | 'double' | 'string' | 'strings' | 'integers' | 'color';

/** A parse_* function. */
export type ParserName =
  | 'application'
  | 'tests'
  | 'source-list'
  | 'source'
  | 'streammux'
  | 'osd'
  | 'segvisual'
  | 'preprocess'
  | 'gie'
  | 'tracker'
  | 'visionencoder'
  | 'text-embedder'
  | 'replay'
  | 'sink'
  | 'tiled-display'
  | 'msgconv'
  | 'msgconsumer'
  | 'image-save'
  | 'dsanalytics'
  | 'dsexample'
  | 'dewarper';

const msgconv = {
  integer: 'msg-conv-payload-type msg-conv-comp-id msg-conv-frame-interval',
  boolean: 'multiple-payloads msg-conv-msg2p-new-api msg-conv-dummy-payload',
  string: 'msg-conv-config msg-conv-msg2p-lib debug-payload-dir msg-conv-embedding-filter',
};

const names: Readonly<Record<ParserName, Readonly<Partial<Record<KeyType, string>>>>> = {
  application: {
    integer: 'enable-perf-measurement perf-measurement-interval-sec global-gpu-id',
    string: `gie-kitti-output-dir kitti-track-output-dir reid-track-output-dir terminated-track-output-dir
      shadow-track-output-dir`,
  },
  tests: { integer: 'file-loop pipeline-recreate-sec' },
  'source-list': {
    integer: 'num-source-bins max-batch-size sgie-batch-size extract-sei-type5-data low-latency-mode',
    boolean: 'dummy-payload custom-ts-to-rfc use-nvmultiurisrcbin stream-name-display enable-error-propagation',
    string: 'batched-sensor-name http-ip http-port sei-uuid proto-lib conn-str topic',
    strings: 'list sensor-id-list sensor-name-list',
  },
  source: {
    integer: `type enable camera-width camera-height camera-fps-n camera-fps-d camera-csi-sensor-id camera-v4l2-dev-node
      udp-buffer-size latency num-sources gpu-id num-decode-surfaces num-extra-surfaces drop-frame-interval
      drop-on-latency camera-id rtsp-reconnect-interval-sec init-rtsp-reconnect-interval-sec rtsp-reconnect-attempts
      simulate-fps-interval-ms intra-decode-enable low-latency-decode cudadec-memtype nvbuf-memory-type
      select-rtp-protocol set-rtp-protocol leaky max-size-buffers buffer-mode source-id smart-record
      smart-rec-video-cache smart-rec-cache smart-rec-container smart-rec-start-time smart-rec-default-duration
      smart-rec-duration smart-rec-interval`,
    boolean: 'sensorID-padID-mapping',
    string: 'alsa-device video-format uri smart-rec-dir-path smart-rec-file-prefix',
  },
  streammux: {
    integer: `compute-hw cache-buffer-timeout sync-inputs-ntp width height gpu-id enable-padding buffer-pool-size
      batch-size live-source attach-sys-ts-as-ntp batched-push-timeout nvbuf-memory-type sync-inputs
      num-surfaces-per-frame extract-sei-type5-data extract-sei-sim-time align-first-buffer failsafe-flush-count
      drop-backward-sei`,
    uint64: 'frame-duration max-latency',
    boolean: `sort-batch cache-buffer frame-num-reset-on-stream-reset frame-num-reset-on-eos async-process
      drop-pipeline-eos`,
    string: 'config-file-path',
  },
  osd: {
    integer: `enable process-mode border-width text-size show-clock clock-x-offset clock-y-offset clock-text-size
      nvbuf-memory-type gpu-id`,
    boolean: 'display-text display-bbox display-mask',
    string: 'font hw-blend-color-attr',
    color: 'text-color text-bg-color clock-color',
  },
  segvisual: { integer: 'enable width height batch-size nvbuf-memory-type gpu-id' },
  preprocess: { integer: 'enable operate-on-gie-id', string: 'config-file' },
  gie: {
    integer: `enable batch-size plugin-type audio-framesize audio-hopsize audio-input-rate min-crop-size verbose interval
      gie-unique-id operate-on-gie-id gpu-id nvbuf-memory-type`,
    boolean: 'input-tensor-meta',
    string: `model-engine-file labelfile-path config-file infer-raw-output-dir audio-transform model-variant device backend
      triton-url triton-model`,
    integers: 'operate-on-class-ids',
  },
  tracker: {
    integer: `enable tracker-width tracker-height gpu-id tracker-surface-type tracking-surface-type display-tracking-id
      tracking-id-reset-mode tensor-meta-gie-id compute-hw user-meta-pool-size sub-batch-err-recovery-trial-cnt`,
    boolean: 'input-tensor-meta',
    string: 'll-config-file ll-lib-file sub-batches operate-on-class-ids',
  },
  visionencoder: {
    integer: 'enable batch-size min-crop-size gpu-id skip-interval cache-refresh-interval cache-max-size query-only',
    boolean: 'verbose smart-infer ofa-predict',
    double: 'ofa-motion-threshold ofa-high-motion-threshold',
    string: 'model-variant device backend triton-url triton-model embedding-classes onnx-model tensorrt-engine',
  },
  'text-embedder': { integer: 'enable', string: 'model-name onnx-model-path tokenizer-dir' },
  replay: { integer: 'enable label-width label-height interval', string: 'label-dir file-names max-frame-nums' },
  sink: {
    integer: `enable type link-to-demux width height sync nvbuf-memory-type container codec enc-type copy-meta output-io-mode
      sw-preset bitrate profile iframeinterval source-id rtsp-port udp-port color-range conn-id plane-id set-mode
      compute-hw gpu-id msg-broker-comp-id disable-msgconv sleep-time ${msgconv.integer}`,
    uint64: 'udp-buffer-size',
    boolean: `nvdslogger show-fps show-latency qos new-api ${msgconv.boolean}`,
    string: `output-file msg-broker-proto-lib msg-broker-conn-str topic msg-broker-config ${msgconv.string}`,
  },
  'tiled-display': {
    integer: 'enable rows columns width height gpu-id nvbuf-memory-type compute-hw buffer-pool-size',
    boolean: 'square-seq-grid',
  },
  msgconv: { ...msgconv, integer: `enable ${msgconv.integer}` },
  msgconsumer: {
    integer: 'enable',
    string: 'config-file sensor-list-file proto-lib conn-str',
    strings: 'subscribe-topic-list',
  },
  'image-save': {
    integer: 'enable gpu-id min-box-width min-box-height',
    double: 'save-img-full-frame save-img-cropped-obj second-to-skip-interval min-confidence max-confidence',
    string: 'output-folder-path frame-to-skip-rules-path',
  },
  dsanalytics: { integer: 'enable', string: 'config-file' },
  dsexample: {
    integer: 'enable full-frame processing-width processing-height unique-id gpu-id nvbuf-memory-type batch-size',
    boolean: 'blur-objects',
  },
  dewarper: {
    integer: 'enable gpu-id nvbuf-memory-type num-surfaces-per-frame source-id num-output-buffers',
    string: 'config-file',
  },
};

const types: ReadonlyMap<string, KeyType> = new Map(
  Object.entries(names).flatMap(([parser, byType]) =>
    (Object.entries(byType) as [KeyType, string][]).flatMap(([type, keys]) =>
      keys.split(/\s+/).map((key) => [`${parser} ${key}`, type] as const),
    ),
  ),
);

/** `bbox-border-color`, `bbox-bg-color`, and both with a class id behind; with anything else behind they are skipped. */
const gieColor = /^bbox-(?:border|bg)-color(?:\s*[+-]?\d.*)?$/s;

/** How a key is read; undefined where the parser does not know it. */
export function keyType(parser: ParserName, key: string): KeyType | undefined {
  if (parser === 'gie' && gieColor.test(key)) return 'color';
  return types.get(`${parser} ${key}`);
}
