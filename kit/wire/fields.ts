/** The fields of a result: its own, and those that its class gives it by getters. */
export function fieldsOf(value: object): [string, unknown][] {
  const fields = new Map<string, unknown>(Object.entries(value));
  let prototype: object | null = Object.getPrototypeOf(value);
  // The last one, Object.prototype, has a getter that is no field.
  while (prototype !== null && Object.getPrototypeOf(prototype) !== null) {
    for (const [name, { get }] of Object.entries(Object.getOwnPropertyDescriptors(prototype))) {
      if (get && !fields.has(name)) fields.set(name, (value as Record<string, unknown>)[name]);
    }
    prototype = Object.getPrototypeOf(prototype);
  }
  return [...fields];
}
