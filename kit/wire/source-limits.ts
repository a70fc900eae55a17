/** How large a submission's files and words may be. Each is far from what a person writes, and near to what a tool can bear. */

/** Seen to before the bundler is given anything. */
export const SOURCE_LIMITS = {
  /** Of one file. */
  fileBytes: 512 * 1024,
  /** Of all files that one exercise is made of. */
  totalBytes: 2 * 1024 * 1024,
  files: 500,
  imports: 2000,
  /** Brackets inside each other. */
  depth: 200,
  /** Tokens of one statement, those in its brackets apart: each operator may be a level of its tree. */
  statement: 1000,
  /** Tokens of all statements that one token lies in. */
  tree: 4000,
} as const;

/** Of the process that bundles. */
export const BUNDLER_LIMITS = {
  memoryBytes: 1024 ** 3,
  /** For one bundle, of which the usual takes some hundredths. */
  seconds: 10,
  /** A bundle with its source map and its warnings. */
  answerBytes: 32 * 1024 * 1024,
} as const;

/** In characters, of what a submission's author chose. What is longer is cut, and ends in an ellipsis. */
export const TEXT_LIMITS = {
  /** A name or path, or what is quoted from a file. */
  name: 200,
  /** What is said of a check or a file. */
  message: 4000,
} as const;

/** Tokens of a program that are compared with others'. */
export const MOST_TOKENS_COMPARED = 20_000;
