import { createOptionPieces } from '../create-options/create-option-pieces.ts';
import { desiredMember } from '../twins/desired-section.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '@companion/foundation';

const schemaTemplate = '$schema-template';

/**
 * A template whose placeholders are filled in as the manifest that IoT Hub takes: without `$schema-template`, and with
 * createOptions as strings in pieces. All else stays as it is, mistakes too: checks come on their own.
 */
export function toManifest(document: JsonValue): JsonValue {
  if (!isJsonObject(document)) return document;
  const rest = Object.fromEntries(Object.entries(document).filter(([key]) => key !== schemaTemplate));
  return inMember(rest, 'modulesContent', (content) => inMember(content, '$edgeAgent', agentManifest));
}

/**
 * How the tools call the manifest of a template, as a path beside it: `config/deployment.amd64.json` for
 * deployment.template.json. Templates of the first schema, and files without one, have no platform in the name.
 */
export function manifestPath(templateName: string, document: JsonValue, platform: string): string {
  const schema = isJsonObject(document) ? document[schemaTemplate] : undefined;
  const base = templateName.replace(/(?:\.template)?\.json$/, '');
  return `config/${base}${typeof schema === 'string' && schema > '0.0.1' ? `.${platform}` : ''}.json`;
}

function agentManifest(agent: JsonObject): JsonObject {
  const layered = new RegExp(`^${desiredMember.replace('.', '\\.')}\\.(?:modules|systemModules)\\.[^.]+$`);
  const modules = (all: JsonObject): JsonObject => mapped(all, (_, value) => moduleManifest(value));
  return mapped(agent, (key, value) => {
    if (layered.test(key)) return moduleManifest(value);
    if (key !== desiredMember || !isJsonObject(value)) return value;
    return inMember(inMember(value, 'systemModules', modules), 'modules', modules);
  });
}

function moduleManifest(module: JsonValue): JsonValue {
  if (!isJsonObject(module)) return module;
  return inMember(module, 'settings', (settings) => {
    const pieces = Object.keys(settings).filter((key) => /^createOptions\d\d$/.test(key));
    const first = settings['createOptions'];
    if (first === undefined || (typeof first !== 'string' && pieces.length > 0)) return settings;
    const rest = pieces.sort().map((key) => settings[key]);
    const text =
      typeof first === 'string'
        ? [first, ...rest.map((piece) => (typeof piece === 'string' ? piece : ''))].join('')
        : JSON.stringify(first);
    return {
      ...Object.fromEntries(Object.entries(settings).filter(([key]) => !pieces.includes(key))),
      ...createOptionPieces(text),
    };
  });
}

function inMember(object: JsonObject, key: string, change: (inner: JsonObject) => JsonObject): JsonObject {
  const inner = object[key];
  return isJsonObject(inner) ? { ...object, [key]: change(inner) } : object;
}

function mapped(object: JsonObject, change: (key: string, value: JsonValue) => JsonValue): JsonObject {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, change(key, value)]));
}
