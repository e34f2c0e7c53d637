/** One parking place of which DeepStream itself says parked or empty. Its events and views are those of spots. */
export interface ReportedSpotZone {
  readonly kind: 'reported';
  readonly name: string;
  /** The one sensor that is believed; null for any. */
  readonly sensor: string | null;
  /** `place.parkingSpot.id` of the messages. */
  readonly parkingSpot: string;
}
