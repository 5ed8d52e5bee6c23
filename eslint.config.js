// Lint with type information, and the import directions of docs/design.md.
import js from '@eslint/js';
import tseslint from 'typescript-eslint';

/** Lower layers first. A room may import rooms of lower layers, files of its own room, never its siblings. */
const layers = [
  ['host', 'ui', 'util', 'errors.ts', 'findings.ts', 'entry.ts', 'run-record.ts'],
  ['config'],
  ['catalogue'],
  [
    'collector',
    'archiver',
    'encryption',
    'storage',
    'restore',
    'recovery',
    'notifications',
    'relay',
    'report',
  ],
  ['orchestrator'],
  ['cli'],
];

const rooms = layers.flat().filter((room) => !room.endsWith('.ts'));

function forbiddenFor(room) {
  const level = layers.findIndex((layer) => layer.includes(room));
  const isBottom = level === 0;
  const siblings = isBottom ? [] : layers[level].filter((other) => other !== room);
  const above = layers.slice(level + 1).flat();
  return [...siblings, ...above].map((other) => `**/${other}/**`);
}

function forbiddenPatterns(room) {
  const group = forbiddenFor(room);
  const message = `src/${room} may not import this room: see "The house" in docs/design.md.`;
  return group.length === 0 ? [] : [{ group, message }];
}

const clockAndProcess = [
  {
    selector: 'NewExpression[callee.name="Date"][arguments.length=0]',
    message: 'Take the time from host.clock.',
  },
  {
    selector: 'CallExpression[callee.object.name="Date"][callee.property.name="now"]',
    message: 'Take the time from host.clock.',
  },
];

const effectModules = ['node:fs', 'node:fs/promises', 'node:child_process', 'node:os', 'node:process'];

export default tseslint.config(
  { ignores: ['node_modules', 'dist', 'backups', 'coverage', 'test/fixtures/hosts'] },
  js.configs.recommended,
  tseslint.configs.strictTypeChecked,
  tseslint.configs.stylisticTypeChecked,
  {
    languageOptions: {
      parserOptions: {
        projectService: { allowDefaultProject: ['eslint.config.js'] },
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      '@typescript-eslint/consistent-type-definitions': 'off',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      eqeqeq: 'error',
    },
  },
  {
    files: ['src/**/*.ts'],
    rules: {
      'max-lines': ['error', { max: 400, skipBlankLines: true, skipComments: true }],
      complexity: ['error', 16],
      'max-params': ['error', 5],
    },
  },
  ...rooms.map((room) => ({
    files: [`src/${room}/**/*.ts`],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: forbiddenPatterns(room),
          paths:
            room === 'host'
              ? []
              : effectModules.map((name) => ({ name, message: 'Only src/host touches the outside world.' })),
        },
      ],
      ...(room === 'host'
        ? {}
        : {
            'no-restricted-globals': ['error', { name: 'process', message: 'Use host.process or host.env.' }],
          }),
      ...(room === 'host' ? {} : { 'no-restricted-syntax': ['error', ...clockAndProcess] }),
    },
  })),
  {
    // Data tables: long by nature.
    files: ['src/catalogue/**/*.ts', 'src/config/options/*.ts', 'src/config/options.ts'],
    rules: { 'max-lines': 'off' },
  },
  {
    files: ['test/**/*.ts', 'tools/**/*.ts'],
    rules: {
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
    },
  },
  { files: ['*.js'], extends: [tseslint.configs.disableTypeChecked] },
);
