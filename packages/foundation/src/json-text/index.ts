export { parseJsonText, type JsonTextError, type JsonTextResult } from './parse-json-text.ts';
export { positionInJson } from './position-in-json.ts';
export type { TextPosition } from './text-position.ts';
