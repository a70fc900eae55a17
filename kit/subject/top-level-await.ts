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

const EXPORT = '\nexport {\n';
const MAP = '\n//# sourceMappingURL=';

/** That module's code as a script, which returns a promise. Its lines keep their numbers. */
export function asyncScript(code: string): string {
  const mapAt = code.lastIndexOf(MAP);
  const hasMap =
    mapAt !== -1 &&
    !code
      .slice(mapAt + 1)
      .trimEnd()
      .includes('\n');
  const [text, map] = hasMap ? [code.slice(0, mapAt), code.slice(mapAt + 1)] : [code, ''];
  const whole = text.trimEnd();
  const at = whole.endsWith('\n};') ? whole.lastIndexOf(EXPORT) : -1;
  const [body, names] = at === -1 ? [whole, ''] : [whole.slice(0, at), whole.slice(at + EXPORT.length, -2)];
  const fields = names
    .split(',')
    .map((name) => name.trim())
    .filter(Boolean)
    .map((name) => name.split(' as ').reverse().join(': '));
  const exported = `module.exports = { ${fields.join(', ')} };`;
  return `return (async () => {${body}\n${exported}\n})();\n${map}`;
}
