import { composeDesired, desiredMember } from '../twins/desired-section.ts';
import { isJsonObject, type JsonObject, type JsonPath, type JsonValue } from '@companion/foundation';

/** A member of a document and where it stands. */
export interface Placed<T> {
  readonly name: string;
  readonly path: JsonPath;
  readonly value: T;
}

/**
 * What checks look at, of a document that may be wrong anywhere: whatever has another shape than expected is left out
 * here, and told by `readDeploymentDocument`. So one mistake does not hide the next.
 */
export interface DeploymentOutline {
  /** Custom modules, as far as they are objects. */
  readonly modules: readonly Placed<JsonObject>[];
  /** edgeAgent and edgeHub. */
  readonly systemModules: readonly Placed<JsonObject>[];
  /** Texts of routes, bare ones and those in objects. */
  readonly routes: readonly Placed<string>[];
  /** Desired properties by section, `$edgeAgent` and `$edgeHub` among them. */
  readonly sections: readonly Placed<JsonObject>[];
}

/** Reads the outline of a document. */
export function deploymentOutline(document: JsonValue): DeploymentOutline {
  const content = isJsonObject(document) ? document['modulesContent'] : undefined;
  const sections = Object.entries(isJsonObject(content) ? content : {});
  const members = (section: string, member: string): readonly Placed<JsonValue>[] => {
    const found = sections.find(([name]) => name === section)?.[1];
    if (!isJsonObject(found)) return [];
    const inner = composeDesired(found).desired[member];
    return Object.entries(isJsonObject(inner) ? inner : {}).map(([name, value]) => {
      const own = `${desiredMember}.${member}.${name}`;
      const path = Object.hasOwn(found, own) ? [own] : [desiredMember, member, name];
      return { name, path: ['modulesContent', section, ...path], value };
    });
  };
  return {
    modules: members('$edgeAgent', 'modules').flatMap(onlyObject),
    systemModules: members('$edgeAgent', 'systemModules').flatMap(onlyObject),
    routes: members('$edgeHub', 'routes').flatMap(({ name, path, value }) => {
      const text = isJsonObject(value) ? value['route'] : value;
      if (typeof text !== 'string') return [];
      return [{ name, path: typeof value === 'string' ? path : [...path, 'route'], value: text }];
    }),
    sections: sections.map(([name, section]) => ({
      name,
      path: ['modulesContent', name, desiredMember],
      value: composeDesired(section).desired,
    })),
  };
}

function onlyObject({ name, path, value }: Placed<JsonValue>): readonly Placed<JsonObject>[] {
  return isJsonObject(value) ? [{ name, path, value }] : [];
}
