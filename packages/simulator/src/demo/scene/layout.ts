/** The demo's only camera, as its messages name it. */
export const demoSensor = 'Yard';

/** The pixel grid of boxes and zones: that of DeepStream's stream muxer. */
export const frameSize = { width: 1920, height: 1080 } as const;

/** Names of the parking places, from left to right. */
export const spots = ['A1', 'A2', 'A3', 'A4', 'A5', 'A6'] as const;
export type Spot = (typeof spots)[number];

/** A zone of the filter's twin: the outline of one parking place, x and y in turn, in pixels of the frame. */
export interface SpotZone {
  readonly kind: 'spot';
  readonly sensor: string;
  readonly polygon: readonly number[];
}

/** Left, top, right, bottom. */
export type Rectangle = readonly [left: number, top: number, right: number, bottom: number];

const spotTop = 200;
const spotBottom = 520;
const spotPitch = 290;

/** The middle of a spot, left to right. */
export function spotCentre(spot: Spot): number {
  return 235 + spots.indexOf(spot) * spotPitch;
}

/** The outline of a spot: wider at its lower end, as a camera over the lane sees it. */
export function spotPolygon(spot: Spot): number[] {
  const x = spotCentre(spot);
  return [x - 118, spotTop, x + 118, spotTop, x + 138, spotBottom, x - 138, spotBottom];
}

/** The box of a car that stands in a spot, well inside its lines. */
export function parkedBox(spot: Spot): Rectangle {
  const x = spotCentre(spot);
  return [x - 98, spotTop + 50, x + 98, spotBottom - 20];
}

/** The box of a car that drives along the lane; it overlaps no spot. */
export function laneBox(x: number): Rectangle {
  return [x - 165, 690, x + 165, 870];
}

/** The zones of the demo, in the form that the filter's twin wants them. */
export function demoZones(): Record<Spot, SpotZone> {
  const zone = (spot: Spot): SpotZone => ({ kind: 'spot', sensor: demoSensor, polygon: spotPolygon(spot) });
  return { A1: zone('A1'), A2: zone('A2'), A3: zone('A3'), A4: zone('A4'), A5: zone('A5'), A6: zone('A6') };
}
