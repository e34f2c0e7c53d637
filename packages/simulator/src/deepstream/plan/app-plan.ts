import { openConfig } from './config-file.ts';
import type { Inspection } from './config-file.ts';
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
  readonly outputs: readonly OutputPlan[];
  /** Without a primary detector there are no objects, so no messages. */
  readonly detects: boolean;
  /** Without a tracker, objects have no ids. */
  readonly tracks: boolean;
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

/**
 * Reads a config as deepstream-test5-app does at its start and plans the run. `playsSources` is false where something
 * else is sent instead of the recordings.
 */
export function planApp(files: Files, configFile: string, { playsSources = true } = {}): Planned {
  const findings: PlanDiagnostic[] = [];
  const notes: string[] = [];
  const inspection: Inspection = { files, findings, notes };
  const app = openConfig(inspection, configFile);
  if (app === undefined) return { ok: false, findings };

  const models = planModels(app, inspection);
  const outputs = planOutputs(app, inspection);
  const sources = planSources(app, inspection);
  const detects = models.some(({ group }) => group === 'primary-gie');
  if (!detects && findings.length === 0) notes.push('[primary-gie] is not enabled: no detections, so no messages');
  const measures = app.integer('application', 'enable-perf-measurement', 0) !== 0;
  const perfSeconds = app.integer('application', 'perf-measurement-interval-sec', 5);
  const plan: AppPlan = {
    configFile: app.path,
    models,
    sources,
    outputs,
    detects,
    tracks: app.integer('tracker', 'enable', 0) !== 0,
    loops: app.integer('tests', 'file-loop', 0) !== 0,
    perfIntervalMs: measures ? Math.max(1, perfSeconds) * 1000 : undefined,
    notes,
  };
  const counted = playsSources ? findings : findings.filter(({ code }) => code !== 'NOTHING_TO_PLAY');
  return counted.length === 0 ? { ok: true, plan } : { ok: false, findings: counted };
}
