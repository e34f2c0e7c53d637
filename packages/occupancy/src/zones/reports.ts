import type { Detection } from '@companion/deepstream/message';
import type { Moment } from '../model/moment.ts';
import type { ReportGroup } from './common/zone-kind.ts';
import type { ReportedKindName, ReportedKinds } from './kinds.ts';

type Types = ReportedKinds[ReportedKindName];

/** All zones that DeepStream reports, of whatever kind. */
export class Reports {
  readonly #groups: readonly ReportGroup<Types>[];

  constructor(groups: readonly ReportGroup<Types>[]) {
    this.#groups = groups;
  }

  /** Whether there are none. */
  get isEmpty(): boolean {
    return this.#groups.length === 0;
  }

  /** Takes what a sensor's detections say of them. */
  report(sensor: string, at: Moment, detections: readonly Detection[]): readonly Types['event'][] {
    return this.#groups.flatMap((group) => group.report(sensor, at, detections));
  }

  /** Whether any of the detections names one of them. */
  spokenOf(detections: readonly Detection[]): boolean {
    return this.#groups.some((group) => group.spokenOf(detections));
  }

  views(): readonly Types['view'][] {
    return this.#groups.flatMap((group) => group.views());
  }

  states(): readonly (readonly [string, Types['state']])[] {
    return this.#groups.flatMap((group) => group.states());
  }
}
