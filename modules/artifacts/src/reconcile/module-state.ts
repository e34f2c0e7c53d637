import { initialView, type ControlView } from '../activation/control-view.ts';
import type { ShownError } from '../core/shown-error.ts';
import { rejectionOf, targetOf } from '../domain/control.ts';
import type { Finding } from '../domain/desired.ts';
import type { Health } from '../domain/health.ts';
import type { Damage } from '../store/damage.ts';
import type { ArtifactsProgress } from './artifact-progress.ts';

/** How far the release is that the newest valid twin asks for, as long as it does not run. */
export type Preparation =
  | { readonly state: 'preparing' }
  | { readonly state: 'refused'; readonly error: ShownError }
  /** Ready; `untilMs` (milliseconds since 1970) is when the window opens. */
  | { readonly state: 'waiting'; readonly untilMs: number }
  | { readonly state: 'ready' };

/** The release that the newest valid twin asks for. */
export interface WantedRelease {
  readonly id: string;
  readonly config: string | undefined;
  readonly preparation: Preparation;
}

/** Everything that is known of the module at one moment. */
export interface ModuleState {
  readonly desiredVersion: number | undefined;
  /** The version before, where that was not lower. */
  readonly wentBackFrom?: number | undefined;
  /** `unmanaged`: the twin names no artifacts. `invalid`: it has findings, and the last good state is kept. */
  readonly twin: 'unknown' | 'unmanaged' | 'managed' | 'invalid';
  readonly findings: readonly Finding[];
  readonly artifacts: ArtifactsProgress;
  readonly wanted: WantedRelease | undefined;
  readonly releases: ControlView;
  /** What of the wanted release is damaged on the volume and being mended. */
  readonly damage?: readonly Damage[];
}

/** The state of a module that has just started. */
export const initialState: ModuleState = {
  desiredVersion: undefined,
  twin: 'unknown',
  findings: [],
  artifacts: {},
  wanted: undefined,
  releases: initialView,
};

/** How far the wanted release is, from its download to its health. */
export type ReleasePhase =
  Preparation | { readonly state: 'published' } | { readonly state: 'rolledBack'; readonly error: ShownError } | Health;

/** Rejections of releases that have run; all others were refused before anything was touched. */
const ranAndFailed: ReadonlySet<string> = new Set(['UNHEALTHY', 'RESTARTED_TOO_OFTEN', 'RELEASE_LOST', 'ROLLED_BACK']);

/** The one word for how far the wanted release is; undefined where none is wanted. */
export function releasePhase({ wanted, releases }: ModuleState): ReleasePhase | undefined {
  if (wanted === undefined) return undefined;
  const { control, health } = releases;
  if (targetOf(control) === wanted.id) return health ?? { state: 'published' };
  const rejection = rejectionOf(control, wanted.id);
  if (rejection === undefined) return wanted.preparation;
  const { code, message } = rejection;
  if (ranAndFailed.has(code)) return { state: 'rolledBack', error: { code, message, facts: {} } };
  return wanted.preparation.state === 'refused'
    ? wanted.preparation
    : { state: 'refused', error: { code, message, facts: {} } };
}
