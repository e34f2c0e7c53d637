/** The JSON types of packages/edge, reached past its index: that one imports Node and the Azure SDK, which pure code must not see. */
export type { JsonObject, JsonValue } from '../../../edge/src/json.ts';
