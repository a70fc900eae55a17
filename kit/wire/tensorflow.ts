/**
 * What a submission gets as '@tensorflow/tfjs': the operations, the same in the sandbox and under `kit run --debug`.
 * What that package has besides is refused by name, and so is what it does not have.
 */

/** An error of the place, not of the mathematics: the code uses what a submission has not. */
export class NotAvailable extends Error {
  override name = 'NotAvailable';
}

const LAYERS =
  'a layer keeps weights of its own; here weights are arguments. Write it with operations (tf.matMul, tf.add, tf.mul, …)';
const FILES = 'a submission reads no files and has no network. Its tensors are its arguments';
const BACKENDS = 'the judge chooses the backend, and every operation runs on it. Leave it out';

/** Parts of the package that the sandbox does not hold, and what to do instead. */
const MISSING: Readonly<Record<string, string>> = {
  ...named(
    `layers sequential model input models LayersModel Sequential SymbolicTensor LayerVariable InputSpec RNN metrics
     constraints initializers regularizers callbacks registerCallbackConstructor Callback CallbackList CustomCallback
     EarlyStopping History`,
    LAYERS,
  ),
  ...named('data', FILES),
  ...named('loadLayersModel loadGraphModel loadGraphModelSync GraphModel registerOp deregisterOp', FILES),
  ...named(
    'webgl webgl_util gpgpu_util GPGPUContext MathBackendWebGL MathBackendCPU setWebGLContext forceHalfFloat shared',
    BACKENDS,
  ),
};

/** What people write by the name it has elsewhere, and where it is here. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  ...named('shape dtype rank size', 'it is a property of the tensor (x.$)'),
  ...named(
    'data dataSync array arraySync dispose reshapeAs flatten toFloat toInt',
    'it is a method of the tensor (x.$())',
  ),
  ...named('arange', 'tf.range makes it'),
  ...named('cat', 'tf.concat joins tensors'),
  ...named('permute swapaxes', 'tf.transpose moves axes'),
  ...named('view', 'tf.reshape does it'),
  ...named('unsqueeze', 'tf.expandDims adds an axis'),
  ...named('bmm dot_product', 'tf.matMul takes any leading axes'),
  ...named('subtract', 'it is tf.sub'),
  ...named('multiply', 'it is tf.mul'),
  ...named('divide', 'it is tf.div'),
  ...named('power', 'it is tf.pow'),
  ...named('concatenate', 'it is tf.concat'),
  ...named('reduceSum reduce_sum', 'it is tf.sum'),
  ...named('reduceMax reduce_max amax', 'it is tf.max'),
  ...named('reduceMean reduce_mean', 'it is tf.mean'),
  ...named('tril triu bandPart', 'it is tf.linalg.bandPart, or a comparison of two tf.range'),
  ...named('maskedFill masked_fill', 'tf.where chooses between two tensors'),
  ...named('nn', 'its functions are tf.softmax, tf.relu, …'),
  ...named('repeat', 'tf.tile repeats along an axis'),
  ...named('constant', 'it is tf.tensor'),
};

function named(names: string, says: string): Record<string, string> {
  return Object.fromEntries(names.split(/\s+/).map((name) => [name, says.replace('$', name)]));
}

/** What others than people ask any object for. */
const PROBED = new Set([
  'then',
  'toJSON',
  '__esModule',
  'default',
  'constructor',
  'inspect',
  'nodeType',
  'asymmetricMatch',
]);

/** Why tf.<name> is not there, in a sentence; null for what a submission can have. It tells of the package alone, not of misspelt names. */
export function missingPart(name: string): string | null {
  return Object.hasOwn(MISSING, name) ? `tf.${name} is not available in this course: ${MISSING[name]}` : null;
}

/**
 * `tf` as a submission sees it.
 *
 * @param tf all of @tensorflow/tfjs, or its core
 */
export function tensorflowOf<T extends object>(tf: T): T {
  const there = new Set(Object.keys(tf).filter((name) => !Object.hasOwn(MISSING, name)));
  const { version_core: version } = tf as unknown as { version_core: string };
  // An error at the line that reads it says more than a later one about undefined.
  const anythingElse = new Proxy(Object.freeze(Object.create(null)), {
    get(_, name) {
      if (typeof name === 'symbol' || PROBED.has(name)) return undefined;
      throw new NotAvailable(missingPart(name) ?? unknown(name, there));
    },
  });
  const packages = [
    'tfjs',
    ...['core', 'data', 'layers', 'converter', 'backend-cpu', 'backend-webgl'].map((name) => `tfjs-${name}`),
  ];
  const whole = {
    ...Object.fromEntries([...there].map((name) => [name, tf[name as keyof T]])),
    // What many files begin with. There is one backend, and it is ready.
    setBackend: async () => true,
    ready: async () => {},
    version: Object.fromEntries(packages.map((name) => [name, version])),
    ...named('version_layers version_converter version_cpu version_webgl', version),
  };
  return Object.freeze(Object.setPrototypeOf(whole, anythingElse));
}

/** The `require` of a submission; the bundler has refused all else that it could see. @param tensorflow made by tensorflowOf */
export function requiring(tensorflow: object): (name: unknown) => object {
  return (name) => {
    // A bundle makes a getter of each property of what it requires, a thousand a file, but not of what that inherits.
    if (/^@tensorflow\/tfjs/.test(String(name))) return Object.create(tensorflow);
    const shown = String(name).slice(0, 100);
    throw new NotAvailable(
      `"${shown}" may not be loaded here; only @tensorflow/tfjs and your own files below exercises/`,
    );
  };
}

function unknown(name: string, there: ReadonlySet<string>): string {
  const other = [...there].find((each) => each.toLowerCase() === name.replaceAll('_', '').toLowerCase());
  const hint = other
    ? `did you mean tf.${other}?`
    : Object.hasOwn(ELSEWHERE, name)
      ? ELSEWHERE[name]
      : 'is the name spelled correctly?';
  return `TensorFlow.js has no tf.${name}: ${hint}`;
}
