export type { JsonObject, JsonValue } from '@companion/foundation';
