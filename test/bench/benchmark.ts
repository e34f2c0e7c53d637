/** One figure of one run, beside what it is measured against in the same run: machines are noisy, ratios less so. */
export interface Measurement {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** The same work done the plain way; in the same unit. */
  readonly baseline: number;
  /** `value / baseline`; for rates more is better, for times less. */
  readonly ratio: number;
}

/** Something that is measured; `npm run bench NAME…` runs those whose names start with one of the arguments. */
export interface Benchmark {
  readonly name: string;
  run(): Promise<readonly Measurement[]>;
}

/** Rounds for people and keeps the ratio. */
export function measurement(name: string, unit: string, value: number, baseline: number): Measurement {
  const rounded = (figure: number): number => Number(figure.toPrecision(4));
  return { name, value: rounded(value), unit, baseline: rounded(baseline), ratio: rounded(value / baseline) };
}
