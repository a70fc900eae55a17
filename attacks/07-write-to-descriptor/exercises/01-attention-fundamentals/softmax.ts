import { tried, withModule } from '../ways-out';

withModule('fs', (fs) => fs.writeSync(3, 'forged'));
withModule('node:fs', (fs) => fs.writeSync(3, 'forged'));
export const softmax = () => {
  throw new Error(`nothing gained; ${tried.join(', ')}`);
};
