import { basename } from 'node:path';
import type { JsonValue } from '@companion/foundation';
import { placedBelow, type DeploymentDiagnostic } from '../diagnostic/deployment-diagnostic.ts';
import { checkModules, checkPieces } from '../manifest/check-modules.ts';
import { checkRoutes } from '../manifest/check-routes.ts';
import { checkTwins } from '../manifest/check-twins.ts';
import { readDeploymentDocument } from '../manifest/deployment-document.ts';
import { deploymentOutline, type DeploymentOutline } from '../manifest/deployment-outline.ts';
import { manifestPath, toManifest } from '../manifest/manifest.ts';
import { expandDeployment, type DeploymentLoaderOptions } from './expand-deployment.ts';

/** What is needed to make a manifest of a template. */
export interface ManifestOptions extends DeploymentLoaderOptions {
  /** What the modules themselves would say about their desired properties. */
  readonly checkDesired?: (outline: DeploymentOutline) => readonly DeploymentDiagnostic[];
}

/** A manifest, and everything that is to be said about it. It may be deployed only where no finding is an error. */
export interface Manifest {
  readonly document: JsonValue;
  /** The manifest's members, for a summary. */
  readonly outline: DeploymentOutline;
  /** How the tools call it, relative to the template's folder. */
  readonly path: string;
  /** Errors first, each with the template's file and a path in it. */
  readonly findings: readonly DeploymentDiagnostic[];
}

/**
 * Makes the manifest that IoT Hub takes of a template, as VS Code's extension and iotedgedev do, and checks it as a whole:
 * every mistake at once. Throws a `DeploymentError` where a file can't be read or is no JSON.
 */
export function makeManifest(options: ManifestOptions): Manifest {
  const { document, sources, variablesFile, problems } = expandDeployment(options);
  const manifest = toManifest(document);
  const read = readDeploymentDocument(document, sources);
  const outline = deploymentOutline(manifest);
  const findings: DeploymentDiagnostic[] = [
    ...problems,
    ...(read.ok ? [] : read.problems),
    ...checkModules(deploymentOutline(document)),
    ...checkRoutes(outline),
    ...checkTwins(outline),
    ...(options.checkDesired?.(outline) ?? []),
  ];
  // What is too long as JSON is too many pieces as well: that is one mistake.
  const known = new Set(findings.filter(({ code }) => code === 'CREATE_OPTIONS').map(({ at }) => keyOf(at.path)));
  findings.push(...checkPieces(outline).filter(({ at }) => !known.has(keyOf(at.path))));
  if (options.envFile === undefined && variablesFile !== undefined && basename(variablesFile) === '.env.example') {
    const message = 'there is no .env, so the variables are those of .env.example: copy it to .env and edit that';
    findings.push({ severity: 'warning', code: 'VARIABLES_EXAMPLE', at: {}, message });
  }
  const placed = placedBelow({ file: options.templatePath }, findings);
  return {
    document: manifest,
    outline,
    path: manifestPath(basename(options.templatePath), document, options.platform ?? 'amd64'),
    findings: [...new Map(placed.map((finding) => [keyOf(finding), finding])).values()].sort(
      (one, other) => Number(one.severity === 'warning') - Number(other.severity === 'warning'),
    ),
  };
}

function keyOf(value: unknown): string {
  return JSON.stringify(value);
}
