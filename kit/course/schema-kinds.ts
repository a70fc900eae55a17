/** Kinds of values that TypeBox writes as unions, in the words that ajv has shorter errors for. */
import Type, { type Static, type TSchema } from 'typebox';

/** One of these words. */
export const oneOf = <const Word extends string>(...words: Word[]) => Type.Unsafe<Word>({ enum: words });

/** This, or null. */
export const nullable = <Schema extends TSchema>(schema: Schema) =>
  Type.Unsafe<Static<Schema> | null>({ ...schema, type: [(schema as { type?: string }).type, 'null'] });

/** Fields by any name. */
export const byName = <Schema extends TSchema>(values: Schema, options: object = {}) =>
  Type.Unsafe<Record<string, Static<Schema>>>({ type: 'object', ...options, additionalProperties: values });

/** An object that has these fields and no others. */
export const closed = <Fields extends Record<string, TSchema>>(fields: Fields, options: object = {}) =>
  Type.Object(fields, { ...options, additionalProperties: false });

/** An integer of at least so much. */
export const atLeast = (minimum: number) => Type.Integer({ minimum });
