import type { DesiredDocument } from '@companion/edge';
import {
  type DesiredOptions,
  mistake,
  type Mistake,
  parseDesired,
  type PipelineConfig,
  saysNothing,
} from '@companion/occupancy';

/** What the newest desired document led to. */
export interface DesiredState {
  /** Of the newest document that was judged; 0 before the first. */
  readonly version: number;
  /** Of the document that is in force: `version`, or that of the last good one. */
  readonly inForceVersion: number;
  /** The highest version before, where `version` is not higher. */
  readonly wentBackFrom?: number | undefined;
  /** What is in force: of that document, or of the last good one. */
  readonly config: PipelineConfig;
  /** The rest of what is in force. */
  readonly options: DesiredOptions;
  /** Zones of the document in force that can't work: name and reason. */
  readonly rejected: Readonly<Record<string, string>>;
  /** Why the newest document is not in force; empty when it is. */
  readonly mistakes: readonly Mistake[];
}

/** Before any document came. */
export const nothingDesired: DesiredState = {
  version: 0,
  inForceVersion: 0,
  config: { zones: [] },
  options: { zonesFile: null, snapshotEveryMs: 300_000, format: 'cloudevents' },
  rejected: {},
  mistakes: [],
};

/**
 * Judges a document, and again whenever the content of its `zonesFile` (undefined where there is none to read) is
 * another. One that can't be understood, or that says nothing while zones are in force, leaves them in force: edgeHub
 * answers with an empty twin when it is offline and has none stored. To remove the last zone, set it to null; `zones: {}`
 * is left and does it.
 */
export function applyDesired(settings: DesiredState, document: DesiredDocument, zonesFile?: string): DesiredState {
  const { version, properties } = document;
  const judged = { version, wentBackFrom: highestBefore(settings, document) };
  const parsed = parseDesired(properties, zonesFile);
  if (!parsed.ok) return { ...settings, ...judged, mistakes: parsed.mistakes };
  if (saysNothing(properties) && settings.config.zones.length > 0) {
    const message = 'is missing, as is all else: the zones stay; {} or null for each of them takes them away';
    return { ...settings, ...judged, mistakes: [mistake('zones_missing', { path: ['zones'] }, message)] };
  }
  const { config, options, rejected } = parsed;
  return { ...judged, inForceVersion: version, config, options, rejected, mistakes: [] };
}

/** A checkpoint may know a version that this process has never been given. */
function highestBefore(settings: DesiredState, { version, wentBackFrom }: DesiredDocument): number | undefined {
  const saved = version < settings.version ? settings.version : 0;
  const before = Math.max(wentBackFrom ?? 0, settings.wentBackFrom ?? 0, saved);
  return before > 0 && version <= before ? before : undefined;
}
