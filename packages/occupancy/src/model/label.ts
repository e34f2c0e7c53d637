/** The full schema calls all of them `vehicle`, whatever the detector's own label was. */
const vehicles: readonly string[] = ['car', 'truck', 'bus', 'van'];

/** The labels, in lower case, that a zone of these classes takes. */
export function acceptedLabels(classes: readonly string[]): ReadonlySet<string> {
  const labels = new Set(classes.map((label) => label.toLowerCase()));
  if (vehicles.some((label) => labels.has(label))) labels.add('vehicle');
  return labels;
}
