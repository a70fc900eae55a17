/** The files around the exercises: what npm, vitest, TypeScript, VS Code and a devcontainer are told. */
import type { Manifest } from './lockfile.ts';

export const json = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`;

export interface ManifestOptions {
  name: string;
  title: string;
  engine: { name: string; path: string };
  /** Of the package that is installed here. */
  versions: (name: string) => string;
  node: string;
}

export function studentManifest({ name, title, engine, versions, node }: ManifestOptions): Manifest {
  const exact = (...names: string[]) => Object.fromEntries(names.map((each) => [each, versions(each)]));
  return {
    name,
    version: '1.0.0',
    description: title,
    private: true,
    type: 'module',
    engines: { node },
    scripts: { start: 'kit watch', test: 'vitest run', types: 'tsc' },
    dependencies: { ...exact('@tensorflow/tfjs'), [engine.name]: `file:${engine.path}` },
    devDependencies: exact('@vitest/ui', 'typescript', 'vitest'),
  };
}

/**
 * One test file an exercise, so that editors can run one of them. The exercise runs in a sandbox, not in vitest, so it
 * is imported as text: by that, vitest runs the tests again when it changes, and reporters point at its lines.
 */
export const testFile = (id: string) => `import { describeExercise } from 'attention-kit/vitest';
import '../../exercises/${id}.ts?raw';

describeExercise('${id}');
`;

export const VITEST_CONFIG = `import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['tests/**/*.test.ts'],
    forceRerunTriggers: ['**/vitest.config.ts', '**/package.json'],
    // The files share a judge that is warm.
    isolate: false,
    hookTimeout: 600_000,
  },
});
`;

/** The editor checks the exercises' types against TensorFlow.js's. */
export const TSCONFIG = json({
  compilerOptions: {
    target: 'es2022',
    module: 'preserve',
    moduleResolution: 'bundler',
    lib: ['es2023', 'dom'],
    types: [],
    // Tests import exercises as text.
    noUncheckedSideEffectImports: false,
    strict: true,
    noEmit: true,
    skipLibCheck: true,
  },
  include: ['exercises', 'tests'],
});

/** What the kit keeps for itself stays out, save the stubs that `kit reset` goes back to. */
export const GITIGNORE = `node_modules/
.kit/*
!.kit/stubs/
`;

/** Git must not change line ends in files that are compared byte by byte. */
export const GITATTRIBUTES = `* text=auto eol=lf
*.tgz binary
graders/** linguist-generated
fixtures/** linguist-generated
tests/** linguist-generated
`;

/** @param given paths below exercises/ of what is given: grading has its own copies, so that changes would have no effect */
export const vscode = (given: string[]): Record<string, string> => ({
  '.vscode/settings.json': json({
    'typescript.tsdk': 'node_modules/typescript/lib',
    'editor.rulers': [120],
    'files.readonlyInclude': {
      ...{ 'graders/**': true, 'fixtures/**': true, 'tests/**': true, 'vendor/**': true },
      ...Object.fromEntries(given.map((path) => [`exercises/${path}`, true])),
    },
    'search.exclude': { 'fixtures/**': true, 'graders/**': true },
  }),
  '.vscode/extensions.json': json({ recommendations: ['vitest.explorer'] }),
  '.vscode/launch.json': json({
    version: '0.2.0',
    configurations: [
      {
        name: 'Debug the exercise in the editor',
        type: 'node',
        request: 'launch',
        runtimeExecutable: 'node',
        program: `\${workspaceFolder}/node_modules/attention-kit/bin/kit.js`,
        args: ['run', '--debug', `\${fileBasenameNoExtension}`],
        cwd: `\${workspaceFolder}`,
        console: 'integratedTerminal',
        pauseForSourceMap: true,
        skipFiles: ['<node_internals>/**', `\${workspaceFolder}/node_modules/**`],
      },
    ],
  }),
});

export const DEVCONTAINER = json({
  name: 'Attention exercises',
  image: 'mcr.microsoft.com/devcontainers/javascript-node:22-bookworm',
  postCreateCommand: 'npm ci',
  customizations: { vscode: { extensions: ['vitest.explorer'] } },
});
