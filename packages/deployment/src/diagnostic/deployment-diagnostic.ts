import type { Diagnostic, JsonPath } from '@companion/foundation';

/** The kinds of mistake that a deployment can have. */
export type DeploymentCode =
  | 'FILE_UNREADABLE'
  | 'NOT_JSON'
  | 'SHAPE'
  | 'VARIABLE_MISSING'
  | 'PLACEHOLDER_UNKNOWN'
  | 'MODULE_JSON'
  | 'CREATE_OPTIONS'
  | 'MODULE_UNKNOWN'
  | 'MODULE_NAME'
  | 'IMAGE'
  | 'RUNTIME_VERSION'
  | 'HOST_PORT'
  | 'ROUTE'
  | 'TWIN_LIMIT'
  | 'TWIN_VALUE'
  | 'VARIABLES_EXAMPLE';

/** Something to say about a place of a deployment. An error would be refused or would not work; a warning is likely not meant. */
export type DeploymentDiagnostic<Code extends DeploymentCode = DeploymentCode> = Diagnostic<Code>;

/** An error at a path of a document. */
export function errorAt<Code extends DeploymentCode>(
  code: Code,
  path: JsonPath,
  message: string,
): DeploymentDiagnostic<Code> {
  return { severity: 'error', code, at: { path }, message };
}

/** The same diagnostics for a document that lies below `path` in another one, or in a file. */
export function placedBelow<Code extends DeploymentCode>(
  place: { readonly file?: string; readonly path?: JsonPath },
  diagnostics: readonly DeploymentDiagnostic<Code>[],
): DeploymentDiagnostic<Code>[] {
  const { path: above = [], ...file } = place;
  return diagnostics.map((one) => ({ ...one, at: { ...file, ...one.at, path: [...above, ...(one.at.path ?? [])] } }));
}
