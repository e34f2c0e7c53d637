import type { JsonObject } from '@companion/foundation';
import { demoAppConfig, demoZones, type DemoAppKind, type DemoArtifact } from './scene/index.ts';

/** The edits of the tutorial that this project automates: the picture by RTSP instead of the fake sink. */
export const rtspEdits: JsonObject = {
  'fake-sink-off': { group: 'sink0', set: { enable: 0 } },
  'rtsp-out': { group: 'sink3', set: { enable: 1, type: 4, codec: 1, 'rtsp-port': 8554, 'udp-port': 5400 } },
};

/** The desired properties that bring the demo's artifacts to DeepStream. */
export function artifactsTwin(
  artifacts: readonly DemoArtifact[],
  urlOf: (file: string) => string,
  app: DemoAppKind,
): JsonObject {
  const entries = artifacts.map(({ name, kind, file, sha256, sizeBytes }) => [
    name,
    { kind, url: urlOf(file), sha256, sizeBytes },
  ]);
  return {
    artifacts: Object.fromEntries(entries) as JsonObject,
    deepstream: {
      config: `configs/carpark/${demoAppConfig(app)}`,
      // A device takes minutes to build its engine; here nobody wants to wait for more than a moment.
      activate: { by: 'supervisor', healthyAfterSec: 3, giveUpAfterSec: 60 },
    },
  };
}

/** The desired properties that let the filter watch the demo's parking spots. */
export function filterTwin(): JsonObject {
  return {
    zones: demoZones() as unknown as JsonObject,
    defaults: { classes: ['Car'], enterAfterMs: 1500, leaveAfterMs: 2500 },
  };
}
