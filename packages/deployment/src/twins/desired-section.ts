import { isJsonObject, type JsonObject, type JsonPath, type JsonValue } from '@companion/foundation';
import { errorAt, type DeploymentDiagnostic } from '../diagnostic/deployment-diagnostic.ts';

/** The member of a section of `modulesContent` that holds desired properties; layers add `.<name>` to it. */
export const desiredMember = 'properties.desired';

/** The desired properties of a section, and what of it could not be read. */
export interface ComposedDesired {
  readonly desired: JsonObject;
  readonly problems: readonly DeploymentDiagnostic<'SHAPE'>[];
}

/**
 * Reads a section of `modulesContent`: `properties.desired` whole, with each `properties.desired.<a>.<b>` of a layer set
 * into it, wherever the keys stand; a null takes the property away. `under` is what lies below: of a layer the deployment
 * that it is put on.
 */
export function composeDesired(section: JsonValue, under: JsonObject = {}): ComposedDesired {
  const problems: DeploymentDiagnostic<'SHAPE'>[] = [];
  const refuse = (path: JsonPath, message: string): void => void problems.push(errorAt('SHAPE', path, message));
  if (!isJsonObject(section)) {
    refuse([], `expected an object with "${desiredMember}"`);
    return { desired: under, problems };
  }
  let desired = under;
  // The whole first, wherever it stands in the file: it replaces, the layers' parts are set into it.
  for (const key of Object.keys(section).sort(
    (one, other) => Number(other === desiredMember) - Number(one === desiredMember),
  )) {
    const value = section[key] ?? null;
    if (key === desiredMember) {
      if (!isJsonObject(value)) refuse([key], 'expected an object');
      else desired = value;
    } else if (key.startsWith(`${desiredMember}.`)) {
      const steps = key.slice(desiredMember.length + 1).split('.');
      if (steps.includes('')) refuse([key], 'an empty step between dots');
      else desired = withValueAt(desired, steps, value);
    } else refuse([key], `unknown key; expected "${desiredMember}" or "${desiredMember}.<name>"`);
  }
  return { desired, problems };
}

function withValueAt(object: JsonObject, steps: readonly string[], value: JsonValue): JsonObject {
  const [first, ...rest] = steps;
  if (first === undefined) return object;
  if (rest.length > 0) {
    const inner = object[first];
    return { ...object, [first]: withValueAt(isJsonObject(inner) ? inner : {}, rest, value) };
  }
  if (value !== null) return { ...object, [first]: value };
  return Object.fromEntries(Object.entries(object).filter(([key]) => key !== first));
}
