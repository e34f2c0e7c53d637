import type { Simulator } from '../device/simulator.ts';
import { rtspPatch, Story, type Check, type StoryOptions } from './story.ts';
import type { Demo } from './demo.ts';

interface RunOnceOptions extends StoryOptions {
  readonly demo: Demo;
  /** Messages that the stand-in replays instead of the demo's recording, or undefined. */
  readonly replayMessages: number | undefined;
}

/** Tells the whole story; a promise that is broken ends it, since what follows builds on it. */
export async function runOnce(options: RunOnceOptions): Promise<Check[]> {
  const { simulator, demo, replayMessages } = options;
  const story = new Story(options);
  const checks: Check[] = [];
  const kept = (...made: Check[]): boolean => {
    checks.push(...made);
    return made.every((check) => check.kept);
  };

  if (!kept(await story.modulesConnect())) return checks;
  demo.patchTwins(simulator);
  const first = await story.releaseRuns(
    'a twin update delivers model, config and stream, and DeepStream restarts onto them',
  );
  if (!kept(first)) return checks;

  if (replayMessages !== undefined) {
    kept(await story.replayArrives(replayMessages));
    return checks;
  }

  if (!kept(...(await story.eventsArrive()))) return checks;
  simulator.hub.twins.patchDesired('artifacts', rtspPatch);
  const second = await story.releaseRuns(
    'a second twin update edits the config, and DeepStream restarts onto the new release',
    first.release,
  );
  if (!kept(second) || second.release === undefined) return checks;
  kept(await story.rtspSwitchedOn(second.release));
  return checks;
}

/** The last lines of a run: what was promised, kept or not, and what went over the wire. */
export function summary(simulator: Simulator, checks: readonly Check[], elapsedMs: number): string {
  const { modules, upstream } = simulator.hub.stats();
  const detections = modules['NVIDIADeepStreamSDK']?.published ?? 0;
  const broken = checks.filter(({ kept }) => !kept);
  const lines = [
    '',
    ...checks.map(({ what, kept, found }) => `  ${kept ? '✓' : '✗'} ${what}\n      ${found}`),
    '',
    `  ${detections} messages from DeepStream became ${upstream} for IoT Hub, in ${(elapsedMs / 1000).toFixed(1)} s.`,
    broken.length === 0
      ? '  Everything that was promised happened.'
      : `  Missing: ${broken.map(({ what }) => what).join('; ')}.`,
    '',
  ];
  return lines.join('\n');
}
