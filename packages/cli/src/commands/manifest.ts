import { dirname, join, resolve } from 'node:path';
import process from 'node:process';
import { DeploymentError, makeManifest } from '@companion/deployment/node';
import type { Manifest, ManifestOptions } from '@companion/deployment/node';
import type { DeploymentOutline } from '@companion/deployment';
import { formatDiagnostic } from '@companion/foundation';
import { CliError } from '../command/cli-error.ts';
import { checkOurTwins } from '../deployment/our-twins.ts';
import { defineCommand } from '../command/command.ts';
import { makeFolder, writeOutput } from '../files/output.ts';

/** `companion manifest`. */
export const command = defineCommand({
  operands: '',
  notes: `Fills in \${MODULES.name}, \${MODULEDIR<path>} and variables as VS Code's extension and iotedgedev do, cuts createOptions
into strings of 512 characters, and writes config/<template>.<platform>.json beside the template, as they do. Variables
come from the environment first, then from .env (so it is with iotedgedev; VS Code's extension lets .env win).
Checks everything at once: schema versions, routes with their conditions, modules and endpoints that are named,
createOptions, images (a version, not latest), ports of the host, limits of twins, and the desired properties of
artifacts and filter as the modules themselves would. One line for each: file: place: severity: what and what to do.
Exit codes: 0 written, perhaps with warnings; 1 errors, and nothing is written; 2 usage, or a file that can't be read.`,
  examples: [
    'companion manifest --platform arm64v8',
    'companion manifest --template config/deployment.amd64.json --check',
  ],
  options: {
    template: {
      type: 'text',
      value: 'FILE',
      help: 'the template, or a finished manifest to check; deployment.template.json without it',
    },
    platform: { type: 'text', value: 'NAME', help: 'what images are for, as in module.json; amd64 without it' },
    variables: { type: 'text', value: 'FILE', help: 'a file in place of .env' },
    out: { type: 'text', value: 'FILE', help: 'where to write in place of config/ (- is stdout)' },
    check: { type: 'flag', help: 'only check, and write nothing' },
  },
  run: async ({ options }, terminal) => {
    const { template = 'deployment.template.json', platform = 'amd64' } = options;
    const made = make(template, {
      templatePath: template,
      platform,
      environment: process.env,
      checkDesired: checkOurTwins,
      ...(options.variables !== undefined && { envFile: options.variables }),
    });
    terminal.err(made.findings.map((finding) => `${formatDiagnostic(finding)}\n`).join(''));
    const errors = made.findings.filter(({ severity }) => severity === 'error').length;
    if (errors > 0) {
      terminal.err(`${template}: ${errors} ${errors === 1 ? 'error' : 'errors'}: nothing is written\n`);
      return 1;
    }
    if (options.check) {
      terminal.out(`${template}: ${summary(made.outline)}\n`);
      return 0;
    }
    const text = `${JSON.stringify(made.document, null, 2)}\n`;
    const out = options.out ?? join(dirname(template), made.path);
    if (out === '-') terminal.out(text);
    else {
      await makeFolder(dirname(resolve(out)));
      // Passwords of registries, filled in from .env, may be in it.
      await writeOutput(out, text, { newMode: 0o600 });
      terminal.out(`${out}: ${summary(made.outline)}\n`);
    }
    return 0;
  },
});

function make(file: string, options: ManifestOptions): Manifest {
  try {
    return makeManifest(options);
  } catch (error) {
    if (!(error instanceof DeploymentError)) throw error;
    const code = error.problems[0]?.code === 'NOT_JSON' ? 'not-a-config' : 'not-readable';
    throw new CliError(code, `companion manifest: ${error.message}`, { cause: { file, error } });
  }
}

/** What is in a manifest: modules with their images, and how near the largest createOptions are to their limit. */
function summary({ systemModules, modules, routes }: DeploymentOutline): string {
  const all = [...systemModules, ...modules].map(({ name, value }) => {
    const settings = Object.entries(value['settings'] as Readonly<Record<string, unknown>>);
    const pieces = settings.filter(([key]) => key.startsWith('createOptions')).map(([, piece]) => String(piece));
    const image = settings.find(([key]) => key === 'image')?.[1];
    return { name, image: String(image), bytes: pieces.join('').length };
  });
  const width = Math.max(...all.map(({ name }) => name.length));
  const largest = all.reduce((one, other) => (other.bytes > one.bytes ? other : one));
  return [
    `${all.length} modules, ${routes.length} routes, createOptions up to ${largest.bytes} of 4096 characters (${largest.name})`,
    ...all.map(({ name, image }) => `  ${name.padEnd(width)}  ${image}`),
  ].join('\n');
}
