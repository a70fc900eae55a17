/** Files that wait at their top level, as tsc lets them: `await tf.ready()`. esbuild makes such a file a module only. */
import type { BuildOptions, Message, Plugin } from 'esbuild';

/** Whether this is what kept esbuild from making a script. */
export function waitsAtTopLevel(error: unknown): boolean {
  const { errors = [] } = error as { errors?: Message[] };
  return errors.length > 0 && errors.every(({ text }) => text.startsWith('Top-level await'));
}

/** The same build, of a module that imports nothing. @param packages what the script requires of others */
export function moduleBuild<T extends BuildOptions>(options: T, packages: RegExp): T {
  return { ...options, format: 'esm', plugins: [required(packages), ...(options.plugins ?? [])] };
}

function required(packages: RegExp): Plugin {
  const namespace = 'required';
  return {
    name: namespace,
    setup(build) {
      build.onResolve({ filter: packages }, ({ path, namespace: from }) =>
        from === namespace ? { path, external: true } : { path, namespace },
      );
      build.onLoad({ filter: packages, namespace }, ({ path }) => ({
        contents: `module.exports = require(${JSON.stringify(path)});`,
        loader: 'js',
      }));
    },
  };
}

/** That module's code as a script, which returns a promise. Its lines keep their numbers. */
export function asyncScript(code: string): string {
  const [end, names = '', map = ''] = code.match(
    /(?:\nexport \{\n([^}]*)\};)?\s*(\/\/# sourceMappingURL=\S+\s*)?$/,
  ) ?? [''];
  const fields = names.split(/,?\s*\n\s*/).map((name) => name.trim().replace(/^(\S+) as (\S+)$/, '$2: $1'));
  const exported = `module.exports = { ${fields.filter(Boolean).join(', ')} };`;
  return `return (async () => {${code.slice(0, code.length - end.length)}\n${exported}\n})();\n${map}`;
}
