/*
 * Who is who, from frame to frame of one sensor, for areas and lines (spots don't need to know).
 *
 *   DeepStream says …                 a detection goes on an earlier track that …
 *   the same id                       could have got there, however long it was out of sight
 *   no id, on one side or on both     it overlaps where that was expected, or is near, of about the same size
 *   another id                        it overlaps well where that was expected, of the same size, a moment later; or
 *                                     stands where that stood still
 *
 * An id is evidence: the last row mends what a tracker loses in a blink, and no more. A link that is missed costs one visit
 * or crossing; one that is wrong invents them.
 */
import { boxSimilarity } from '../model/geometry.ts';
import type { Sighting } from '../model/sighting.ts';
import type { Track } from '../model/track.ts';

/** What the tracker remembers, as plain JSON. */
export interface TrackerState {
  readonly nextId: number;
  readonly tracks: readonly Track[];
}

/** How long an object may be out of sight and still be the same, if DeepStream says so; zones may wait longer. */
const keepMs = 10_000;
/** The same where nobody says who it is. */
const linkMs = 5_000;
/** The same where DeepStream says that it is another one. */
const otherIdMs = 2_000;
const maxTracks = 512;
const minSimilarity = 0.2;
/** Of boxes that DeepStream gave two ids. */
const minOtherIdSimilarity = 0.4;
/** Sizes of one object differ by less, from one sighting to the next. */
const maxSizeRatio = 2;
const maxOtherIdSizeRatio = 1.4;
/** Of one that stands still, in diagonals a second, and of its boxes before and after it was hidden. */
const maxStillSpeed = 0.15;
const minStillSimilarity = 0.6;
const maxStillSizeRatio = 1.25;
/** Reach of a link without overlap, in box diagonals, plus this many more for each second out of sight. */
const linkReach = 0.75;
const linkReachPerSecond = 1;
/** An id that DeepStream keeps is believed over a longer way: a car at one frame a second, not one at the other end. */
const idReach = 4;
const idReachPerSecond = 8;
const maxReachSeconds = 3;
/** A velocity is not extended further than this: an object that is hidden has stopped as often as not. */
const coastMs = 1_000;

/** The tracks of one sensor. */
export class Tracker {
  /** The id of the next new track. */
  #nextId: number;
  /** Those that may still be linked, the oldest first. */
  #tracks: Track[];
  readonly #keepMs: number;

  /** Without any track, or as an earlier one was; `waitMs` is the longest that a zone waits for something out of sight. */
  constructor(state?: TrackerState, waitMs = 0) {
    this.#keepMs = Math.max(keepMs, waitMs);
    this.#nextId = state?.nextId ?? 1;
    this.#tracks = (state?.tracks ?? []).map((track) => ({ ...track }));
  }

  /** The tracks that this frame shows, in the order of the sightings. */
  follow(atMs: number, sightings: readonly Sighting[]): readonly Track[] {
    this.#tracks = this.#tracks.filter((track) => atMs - track.lastMs <= this.#keepMs);
    const free = new Set(this.#tracks);
    const found: (Track | undefined)[] = sightings.map((sighting) => {
      const track = bySource(sighting, atMs, free);
      if (track) free.delete(track);
      return track;
    });
    for (const { index, track } of candidates(sightings, found, free, atMs)) {
      if (found[index] !== undefined || !free.delete(track)) continue;
      found[index] = track;
    }
    const followed = sightings.map((sighting, index) => {
      const track = found[index];
      if (track === undefined) return this.#start(atMs, sighting);
      update(track, atMs, sighting);
      return track;
    });
    if (this.#tracks.length > maxTracks) {
      this.#tracks = [...this.#tracks].sort((a, b) => b.lastMs - a.lastMs || b.id - a.id).slice(0, maxTracks);
    }
    return followed;
  }

  /** Moves all times, after the sensor's clock was rebased. */
  shift(byMs: number): void {
    for (const track of this.#tracks) track.lastMs += byMs;
  }

  state(): TrackerState {
    return { nextId: this.#nextId, tracks: this.#tracks.map((track) => ({ ...track })) };
  }

  #start(atMs: number, sighting: Sighting): Track {
    const { trackId: sourceId, label } = sighting;
    const started: Track = {
      id: this.#nextId++,
      sourceId,
      label: label.toLowerCase(),
      seen: sighting,
      lastMs: atMs,
      sightings: 1,
      velocityX: 0,
      velocityY: 0,
    };
    this.#tracks.push(started);
    return started;
  }
}

function bySource(sighting: Sighting, atMs: number, free: ReadonlySet<Track>): Track | undefined {
  if (sighting.trackId === null) return undefined;
  for (const track of free) {
    if (track.sourceId !== sighting.trackId) continue;
    const seconds = Math.min((atMs - track.lastMs) / 1_000, maxReachSeconds);
    if (reachOf(track, sighting, atMs) < idReach + idReachPerSecond * seconds) return track;
  }
  return undefined;
}

interface Candidate {
  readonly index: number;
  readonly track: Track;
  readonly score: number;
}

function candidates(
  sightings: readonly Sighting[],
  found: readonly (Track | undefined)[],
  free: ReadonlySet<Track>,
  atMs: number,
): readonly Candidate[] {
  if (free.size === 0) return [];
  const all: Candidate[] = [];
  for (const [index, sighting] of sightings.entries()) {
    if (found[index] !== undefined) continue;
    const label = sighting.label.toLowerCase();
    for (const track of free) {
      if (track.label !== label) continue;
      const score = linkScore(track, sighting, atMs);
      if (score > 0) all.push({ index, track, score });
    }
  }
  return all.sort((a, b) => b.score - a.score || a.index - b.index || a.track.id - b.track.id);
}

/** How well a sighting goes on a track that DeepStream does not say is the same; 0 for not at all. */
function linkScore(track: Track, sighting: Sighting, atMs: number): number {
  const goneMs = atMs - track.lastMs;
  const similarity = boxSimilarity(moved(track, atMs), sighting.box);
  const ratio = sizeRatio(track.seen.box, sighting.box);
  if (track.sourceId !== null && sighting.trackId !== null) {
    if (stoodStill(track) && ratio <= maxStillSizeRatio && similarity >= minStillSimilarity) return similarity;
    const good = goneMs <= otherIdMs && similarity >= minOtherIdSimilarity && ratio <= maxOtherIdSizeRatio;
    return good ? similarity : 0;
  }
  if (goneMs > linkMs || ratio > maxSizeRatio) return 0;
  if (similarity >= minSimilarity) return 1 + similarity;
  const reach = reachOf(track, sighting, atMs);
  const limit = linkReach + (linkReachPerSecond * goneMs) / 1_000;
  return reach <= limit ? 1 - reach / limit : 0;
}

/** What stood still and was hidden is still there when it can be seen again, whatever its id. */
function stoodStill({ seen: { box }, velocityX, velocityY }: Track): boolean {
  return Math.hypot(velocityX, velocityY) < maxStillSpeed * Math.hypot(box.right - box.left, box.bottom - box.top);
}

/** How much larger the larger one is, by the longer of width and height. */
function sizeRatio(a: Sighting['box'], b: Sighting['box']): number {
  const width = (a.right - a.left) / (b.right - b.left);
  const height = (a.bottom - a.top) / (b.bottom - b.top);
  return Math.max(width, 1 / width, height, 1 / height);
}

function moved({ seen: { box }, lastMs, velocityX, velocityY }: Track, atMs: number): Sighting['box'] {
  const seconds = Math.min(atMs - lastMs, coastMs) / 1_000;
  const [x, y] = [velocityX * seconds, velocityY * seconds];
  return { left: box.left + x, top: box.top + y, right: box.right + x, bottom: box.bottom + y };
}

/** How far the sighting is from where the track is expected, in diagonals of its box. */
function reachOf(track: Track, { box }: Sighting, atMs: number): number {
  const expected = moved(track, atMs);
  const x = (expected.left + expected.right - box.left - box.right) / 2;
  const y = (expected.top + expected.bottom - box.top - box.bottom) / 2;
  const { left, right, top, bottom } = track.seen.box;
  return Math.hypot(x, y) / Math.hypot(right - left, bottom - top);
}

function update(track: Track, atMs: number, sighting: Sighting): void {
  const seconds = (atMs - track.lastMs) / 1_000;
  const { seen } = track;
  if (seconds > 0) {
    const centreX = (sighting.box.left + sighting.box.right - seen.box.left - seen.box.right) / 2;
    const centreY = (sighting.box.top + sighting.box.bottom - seen.box.top - seen.box.bottom) / 2;
    const weight = Math.min(1, seconds * 2);
    track.velocityX += weight * (centreX / seconds - track.velocityX);
    track.velocityY += weight * (centreY / seconds - track.velocityY);
  }
  track.sourceId = sighting.trackId;
  track.seen = sighting;
  track.lastMs = atMs;
  track.sightings++;
}
