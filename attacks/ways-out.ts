/** What several attacks begin with: it is planted beside their exercises. Each way to Node's own modules is tried, and told. */
declare const process: any, require: any, module: any;

/** Every way to Node's own modules that this process may have left open. */
function ways(): [string, (name: string) => any][] {
  const g = globalThis as any;
  const realProcess = () => g.process ?? (process as any).exit.constructor('return this.process')();
  return [
    ['require', (name) => (0, eval)('typeof require === "undefined" ? undefined : require')(name)],
    ['the wrapper require', (name) => { const load = require as any; return load(name); }],
    ['getBuiltinModule', (name) => (realProcess() ?? process).getBuiltinModule(name)],
    ['binding', (name) => (realProcess() ?? process).binding(name)],
    ['mainModule', (name) => (realProcess() ?? process).mainModule.require(name)],
    ['module.constructor', (name) => (module as any).constructor._load(name)],
    ['a stack frame', (name) => {
      const { prepareStackTrace } = Error;
      Error.stackTraceLimit = 100;
      Error.prepareStackTrace = (_, frames) => frames as any;
      const frames = new Error().stack as any;
      Error.prepareStackTrace = prepareStackTrace;
      for (const site of frames) {
        const owner = site.getThis();
        if (owner?.require) return owner.require(name);
        const caller = site.getFunction()?.arguments?.[1];
        if (typeof caller === 'function') return caller(name);
      }
    }],
    ['a caller', (name) => {
      function inner(): any { return (arguments as any).callee.caller?.arguments?.[1]; }
      return inner()(name);
    }],
  ];
}
export const tried: string[] = [];
export function withModule(name: string, use: (found: any, way: string) => unknown): void {
  for (const [way, load] of ways()) {
    try {
      const found = load(name);
      const works = found && Object.keys(found).some((key) => /^(writeSync|spawn|connect|Worker|Session|lookup)$/.test(key));
      tried.push(`${way}: ${works ? `GOT ${String(use(found, way)).slice(0, 200)}` : 'nothing'}`);
    } catch (error: any) {
      tried.push(`${way}: ${error.code ?? error.name}`);
    }
  }
}
