import { checkTwin, formatJsonPath, type JsonObject, type TwinSection } from '@companion/foundation';

/** The first breach of the rules for keys and values as one line with its place; undefined where a twin can hold the document. */
export function findTwinFault(section: TwinSection, document: JsonObject): string | undefined {
  for (const { at, message } of checkTwin(section, document))
    return `${formatJsonPath([section, ...(at.path ?? [])])} ${message}`;
  return undefined;
}
