import { tried, withModule } from '../ways-out';
declare const process: any, require: any, module: any;

for (const path of ['/tmp/attention-kit-attacks/written', process.env.GITHUB_OUTPUT ?? '/tmp/attention-kit-attacks/output'])
  withModule('fs', (fs) => fs.writeFileSync(path, 'score=10'));
export const softmax = () => {
  throw new Error(`nothing gained; ${tried.join(', ')}`);
};
