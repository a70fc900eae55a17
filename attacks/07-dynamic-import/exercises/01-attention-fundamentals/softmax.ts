const tried: string[] = [];
const note = (way: string, load: () => any) => {
  try {
    load().then((found: any) => tried.push(`${way}: ${found?.writeSync ? 'GOT it' : 'nothing'}`), (e: any) => tried.push(`${way}: ${e.code}`));
  } catch (error: any) {
    tried.push(`${way}: ${error.code ?? error.name}`);
  }
};
const code = 'return import("node:fs")';
note('Function', () => new Function(code)());
note('eval', () => (0, eval)('import("node:fs")'));
note('bind', () => Function.bind(null, code)()());
note('async', () => Object.getPrototypeOf(async () => {}).constructor(code)());
note('construct', () => Reflect.construct(Function, [code])());
note('microtask', () => Promise.resolve(code).then(Function as any).then((run: any) => run()));
setTimeout(() => note('timer', () => new Function(code)()));
export const softmax = async () => {
  await new Promise((done) => setTimeout(done, 5));
  throw new Error(`nothing gained; ${tried.join(', ')}`);
};
