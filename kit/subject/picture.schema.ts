import Type from 'typebox';
import { closed, nullable } from '../course/schema-kinds.ts';

/** Part of a matrix of results; null is what is not a finite number. */
export const Picture = closed({
  /** Output, leading index and case. */
  caption: Type.String(),
  /** Rows and columns. */
  shape: Type.Array(Type.Integer()),
  /** Row and column of the first value. */
  origin: Type.Array(Type.Integer()),
  got: Type.Array(nullable(Type.Number())),
  want: Type.Array(nullable(Type.Number())),
  tolerance: Type.Number(),
});
