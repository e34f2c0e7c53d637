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

const zodAsNamespace = {
  selector:
    "ImportDeclaration[source.value='zod'] > :matches(ImportSpecifier[imported.name='z'], ImportDefaultSpecifier)",
  message: "`import * as z from 'zod'`: with `z` by itself, the messages of every language come into the bundles.",
};

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
      'no-restricted-syntax': ['error', zodAsNamespace],
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
    files: pure,
    ignores: ['**/*.test.ts', '**/testing/**', 'packages/foundation/src/node/**'],
    rules: {
      'no-restricted-syntax': [
        'error',
        zodAsNamespace,
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
      ],
    },
  },
);
