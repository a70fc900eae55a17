let deep: unknown = {};
for (let i = 0; i < 1e6; i++) deep = [deep];
const self: Record<string, unknown> = {};
self.self = self;
let calls = 0;
export const softmax = () => (calls++ % 2 ? deep : self);
