import tseslint from 'typescript-eslint';

/** Pure folders, the same as in tsconfig.pure.json: time and chance come in as arguments. */
const pure = [
  'packages/foundation/src/**/*.ts',
  'packages/deepstream/src/**/*.ts',
  'packages/deployment/src/!(node|testing)/**/*.ts',
  'packages/simulator/src/hub/protocol/**/*.ts',
  'packages/simulator/src/hub/delivery/delivery.ts',
  'packages/simulator/src/agent/restart-policy.ts',
  'packages/simulator/src/agent/processes/path-mapping.ts',
  'modules/artifacts/src/domain/**/*.ts',
  'packages/occupancy/src/**/*.ts',
];

/** What only tests use. */
const tests = ['**/*.test.ts', '**/testing/**', 'test/**'];

/** Where `null` is part of what is written down: JSON on the wire or on the disk, and the nodes of the package `yaml`. */
const withNull = [
  'packages/foundation/src/json/json-value.ts',
  'packages/deepstream/src/message/**/*.ts',
  'packages/deepstream/src/yaml-config/**/*.ts',
  'packages/occupancy/src/**/*.ts',
  'modules/filter/src/{config,messages,telemetry}/**/*.ts',
  'packages/cli/src/{commands/replay,config/config-change}.ts',
  'packages/simulator/src/agent/agent-event.ts',
  'packages/simulator/src/deepstream/recording/**/*.ts',
];

/** Where Node and libraries call or answer with `null`: exit codes, headers, Docker. */
const calledWithNull = [
  'packages/edge/src/azure/**/*.ts',
  'packages/simulator/src/agent/**/*.ts',
  'packages/simulator/src/hub/{http,mqtt}/**/*.ts',
  'modules/artifacts/src/download/fetchers/http/**/*.ts',
  'modules/filter/src/mqtt-input/broker-stream.ts',
];

const everywhere = [
  {
    selector:
      "ImportDeclaration[source.value='zod'] > :matches(ImportSpecifier[imported.name='z'], ImportDefaultSpecifier)",
    message: "`import * as z from 'zod'`: with `z` by itself, the messages of every language come into the bundles.",
  },
  {
    selector:
      ":matches(PropertyDefinition, MethodDefinition, TSParameterProperty)[accessibility='private']:not([kind='constructor'])",
    message: 'Private members are `#private`.',
  },
];

const topLevel = ':matches(Program, Program > ExportNamedDeclaration)';

/** What others call: functions that a file exports, and methods that are not private. */
const published =
  "ExportNamedDeclaration > FunctionDeclaration, MethodDefinition:not([key.type='PrivateIdentifier']) > FunctionExpression";

const dialect = [
  {
    selector: `${topLevel} > VariableDeclaration > VariableDeclarator > ArrowFunctionExpression`,
    message: 'A function at the top level is a `function` declaration.',
  },
  {
    selector: `${topLevel} > VariableDeclaration[kind='let']`,
    message: 'A module has no state: make it a field of a class, or a parameter.',
  },
  {
    selector: `:matches(${published})[params.length>1] > Identifier.params > TSTypeAnnotation > TSBooleanKeyword`,
    message: 'A reader of the call can not tell what `true` means: take an options object, or a union of words.',
  },
];

const noNull = {
  selector: 'TSUnionType > TSNullKeyword',
  message: 'Absence is `undefined`; `null` is for JSON that others write or read (withNull in eslint.config.mjs).',
};

const noClockNoChance = [
  {
    selector: "CallExpression[callee.object.name='Date'][callee.property.name='now']",
    message: 'Pure code takes `now` as an argument.',
  },
  {
    selector: "NewExpression[callee.name='Date'][arguments.length=0]",
    message: 'Pure code takes `now` as an argument.',
  },
  {
    selector: "CallExpression[callee.object.name='Math'][callee.property.name='random']",
    message: 'Pure code takes its chance as an argument.',
  },
];

/** Pure files of packages/deepstream, foundation and occupancy take time and chance as arguments, with `null` or without. */
function isPure(glob) {
  return /^packages\/(?:deepstream|foundation|occupancy)\//.test(glob);
}

function restricted(...rules) {
  return { 'no-restricted-syntax': ['error', ...everywhere, ...rules] };
}

export default tseslint.config(
  { ignores: ['eslint.config.mjs', 'types/', '**/node_modules/', '**/dist/', '.simulator/', 'config/', 'coverage/'] },
  {
    files: ['**/*.ts'],
    extends: [...tseslint.configs.strictTypeChecked, ...tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/consistent-type-imports': 'error',
      ...restricted(),
      '@typescript-eslint/naming-convention': [
        'error',
        {
          selector: 'variable',
          modifiers: ['const', 'global'],
          format: ['camelCase'],
          filter: { regex: '^(T|TextDecoder|TextEncoder)$', match: false },
        },
        { selector: 'function', format: ['camelCase'] },
      ],
      'no-restricted-imports': [
        'error',
        {
          paths: ['azure-iot-device', 'azure-iot-device-mqtt', 'azure-iot-common'].map((name) => ({
            name,
            message: 'Only packages/edge talks to the Azure SDK; use its Hub port.',
          })),
        },
      ],
    },
  },
  { files: ['packages/edge/src/azure/**/*.ts'], rules: { 'no-restricted-imports': 'off' } },
  {
    files: ['packages/*/src/**/*.ts', 'modules/*/src/**/*.ts', 'scripts/**/*.ts'],
    ignores: tests,
    rules: { ...restricted(...dialect, noNull), 'max-lines-per-function': ['error', { max: 100 }] },
  },
  {
    files: pure,
    ignores: [...tests, 'packages/foundation/src/node/**'],
    rules: restricted(...dialect, noNull, ...noClockNoChance),
  },
  { files: withNull, ignores: tests, rules: restricted(...dialect) },
  { files: withNull.filter(isPure), ignores: tests, rules: restricted(...dialect, ...noClockNoChance) },
  {
    files: calledWithNull,
    ignores: [...tests, ...pure],
    rules: restricted(...dialect),
  },
);
