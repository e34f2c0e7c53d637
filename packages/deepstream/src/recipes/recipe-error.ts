import { CodedError } from '@companion/foundation';

/** Why a recipe does not fit a config or its arguments. */
export type RecipeErrorCode =
  | 'no-source'
  | 'invalid-uri'
  | 'invalid-number'
  | 'group-missing'
  | 'not-an-app-config'
  | 'converter-config-missing'
  | 'payload-without-frames'
  | 'size-unknown'
  | 'size-differs';

/** Thrown by recipes before anything has changed. */
export class RecipeError extends CodedError<RecipeErrorCode> {
  override readonly name = 'RecipeError';
}
