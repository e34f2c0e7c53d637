import type { Zone } from '../model/config.ts';

/** Whether a zone of the same name is still that zone: what it looks at is the same, its delays and classes may be others. */
export function samePlace(a: Zone, b: Zone): boolean {
  return JSON.stringify(placeOf(a)) === JSON.stringify(placeOf(b));
}

function placeOf(zone: Zone): readonly unknown[] {
  switch (zone.kind) {
    case 'spot':
    case 'area':
      return [zone.kind, zone.sensor, zone.polygon];
    case 'line':
      return [zone.kind, zone.sensor, zone.from, zone.to];
    case 'reported':
      return [zone.kind, zone.parkingSpot];
  }
}
