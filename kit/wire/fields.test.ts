import { expect, it } from 'vitest';
import { fieldsOf } from './fields.ts';

class Cost {
  layers = 2;
  #flops = 21;
  get flops() {
    return 2 * this.#flops;
  }
  get name() {
    return 'cost';
  }
  double() {}
}
class NamedCost extends Cost {
  override get name() {
    return `named ${super.name}`;
  }
}

it('getters of a class and of what it extends are fields, the nearest first; methods are none', () => {
  expect(Object.fromEntries(fieldsOf(new NamedCost()).toReversed())).toEqual({
    ...{ layers: 2, flops: 42, name: 'named cost' },
  });
  expect(fieldsOf(new NamedCost())).toHaveLength(3);
});

it('of plain objects they are their own fields', () => {
  expect(fieldsOf({ a: 1 })).toEqual([['a', 1]]);
  expect(fieldsOf(Object.create(null))).toEqual([]);
});
