import type { DeepStreamVersion } from '@companion/deepstream/message';
import { openConfig } from './config-file.ts';
import type { ConfigFile, Inspection } from './config-file.ts';
import type { Files } from './files.ts';
import type { PlanDiagnostic } from './plan-diagnostic.ts';
import { planModels } from './model-plan.ts';
import type { ModelPlan } from './model-plan.ts';
import { planOutputs } from './output-plan.ts';
import type { OutputPlan } from './output-plan.ts';
import { planSources } from './source-plan.ts';
import type { SourcePlan } from './source-plan.ts';

/** All that an app config asks for, resolved and checked. */
export interface AppPlan {
  readonly configFile: string;
  readonly models: readonly ModelPlan[];
  readonly sources: readonly SourcePlan[];
  /** How many streams there are, those with nothing to play too. */
  readonly streams: number;
  /** Started without a source, to be given some over REST. */
  readonly waits: boolean;
  readonly outputs: readonly OutputPlan[];
  /** Without a primary detector there are no objects, so no messages. */
  readonly detects: boolean;
  /** Without a tracker, objects have no ids. */
  readonly tracks: boolean;
  /** `[source-list] dummy-payload` of 9.1: a frame without objects is told as a dummy. */
  readonly tellsEmptyFrames: boolean;
  /** The stream muxer's size in pixels; undefined where the config does not say it. */
  readonly mux: { readonly width: number; readonly height: number } | undefined;
  /** `[tests] file-loop`: play the files again and again. */
  readonly loops: boolean;
  /** Between two lines with frame rates; undefined for none. */
  readonly perfIntervalMs: number | undefined;
  /** What the operator should know. */
  readonly notes: readonly string[];
}

/** A plan, or every reason found against one. */
export type Planned =
  { readonly ok: true; readonly plan: AppPlan } | { readonly ok: false; readonly findings: readonly PlanDiagnostic[] };

export interface PlanOptions {
  readonly version: DeepStreamVersion;
  /** False where something else is sent instead of the recordings. */
  readonly playsSources?: boolean;
  /** `-i`: the file of the first source, where the config has no uri for it. */
  readonly input?: string | undefined;
}

/** Reads a config as deepstream-test5-app does at its start and plans the run. */
export function planApp(files: Files, configFile: string, options: PlanOptions): Planned {
  const { version, playsSources = true, input } = options;
  const findings: PlanDiagnostic[] = [];
  const notes: string[] = [];
  const inspection: Inspection = { files, findings, notes };
  const app = openConfig(inspection, configFile);
  if (app === undefined) return { ok: false, findings };

  const models = planModels(app, inspection);
  const outputs = planOutputs(app, inspection, version);
  const { sources, streams, waits } = planSources(app, inspection, { version, input });
  const detects = models.some(({ group }) => group === 'primary-gie');
  if (!detects && findings.length === 0) notes.push('[primary-gie] is not enabled: no detections, so no messages');
  const measures = app.integer('application', 'enable-perf-measurement', 0) !== 0;
  const perfSeconds = app.integer('application', 'perf-measurement-interval-sec', 5);
  const plan: AppPlan = {
    configFile: app.path,
    models,
    sources,
    streams,
    waits,
    outputs,
    detects,
    tracks: app.integer('tracker', 'enable', 0) !== 0,
    tellsEmptyFrames: version === '9.1' && app.flag('source-list', 'dummy-payload'),
    mux: muxSize(app),
    loops: app.integer('tests', 'file-loop', 0) !== 0,
    perfIntervalMs: measures ? Math.max(1, perfSeconds) * 1000 : undefined,
    notes,
  };
  const counted = playsSources ? findings : findings.filter(({ code }) => code !== 'NOTHING_TO_PLAY');
  return counted.length === 0 ? { ok: true, plan } : { ok: false, findings: counted };
}

function muxSize(app: ConfigFile): AppPlan['mux'] {
  const [width, height] = [app.integer('streammux', 'width', 0), app.integer('streammux', 'height', 0)];
  return width > 0 && height > 0 ? { width, height } : undefined;
}
