import { checkAppConfig } from '@companion/deepstream/app-config';
import type { ConfigDiagnostic } from '@companion/deepstream/app-config';
import { formatDiagnostic } from '@companion/foundation';
import { defineCommand } from '../command/command.ts';
import { readInput } from '../files/input.ts';
import { LocalFiles } from '../files/local-files.ts';

/** `companion config check`. */
export const command = defineCommand({
  operands: 'FILE',
  notes: `Prints file:line: severity: message [code], as compilers do. Exit code 1 where there are errors: DeepStream would
not start, or nothing would arrive. Each line says when it shows: parser (DeepStream 9.1 refuses the file and exits),
plugin (the pipeline can't be built) or runtime.`,
  examples: [
    'companion config check app.txt --topic detections',
    'companion config check app.txt --elsewhere /data --json',
  ],
  options: {
    json: { type: 'flag', help: 'print JSON: findings, and the files that were followed' },
    topic: {
      type: 'texts',

      value: 'NAME',
      help: 'an output that a route takes messages from; without any, topics are not checked',
    },
    elsewhere: {
      type: 'texts',

      value: 'FOLDER',
      help: 'a folder that only the device has; what is missing below it is no error',
    },
  },
  run: async ({ operands: [path], options }, terminal) => {
    const bytes = await readInput(path, terminal);
    const files = new LocalFiles(options.elsewhere, { path, bytes });
    const { topic: topics } = options;
    const { diagnostics, references } = checkAppConfig({ path, files, ...(topics.length > 0 && { topics }) });
    const errors = diagnostics.filter(({ severity }) => severity === 'error').length;
    if (options.json) {
      const findings = diagnostics.map(({ severity, code, stage, at, message }) => ({
        severity,
        code,
        stage,
        ...at,
        message,
      }));
      terminal.out(`${JSON.stringify({ file: path, findings, references }, null, 2)}\n`);
    } else if (diagnostics.length === 0) terminal.out(`${path}: nothing found\n`);
    else terminal.out(diagnostics.map((diagnostic) => `${formatFinding(diagnostic)}\n`).join(''));
    return errors > 0 ? 1 : 0;
  },
});

function formatFinding(finding: ConfigDiagnostic): string {
  return formatDiagnostic({ ...finding, message: `${finding.stage}: ${finding.message}` });
}
