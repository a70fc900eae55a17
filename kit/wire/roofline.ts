import type { Static } from 'typebox';
import type { Roofline as schema } from './roofline.schema.ts';

/** What the device can do at most: the roof that any kernel's speed is below. */
export type Roofline = Static<typeof schema>;
