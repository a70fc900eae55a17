import Type from 'typebox';
import { atLeast, closed, nullable } from '../course/schema-kinds.ts';
import { Roofline } from '../wire/roofline.schema.ts';

/** What is known of a real GPU beyond its name. */
export const Machine = closed({
  /** The driver's version; null where nobody tells it. */
  driver: nullable(Type.String()),
  memoryBytes: nullable(atLeast(0)),
  roofline: Roofline,
});
