/** Why a recipe does not fit a config or its arguments. */
export type RecipeErrorCode = 'no-source' | 'invalid-uri' | 'invalid-number' | 'group-missing';

/** Thrown by recipes before anything has changed. */
export class RecipeError extends Error {
  readonly code: RecipeErrorCode;

  constructor(code: RecipeErrorCode, message: string) {
    super(message);
    this.name = 'RecipeError';
    this.code = code;
  }
}
