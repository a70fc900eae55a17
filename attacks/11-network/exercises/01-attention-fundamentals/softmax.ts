import { tried, withModule } from '../ways-out';

withModule('net', (net) => net.connect(80, '127.0.0.1'));
withModule('dns', (dns) => dns.lookup('example.com', () => {}));
export const softmax = async () => {
  const g = globalThis as any;
  for (const send of [() => g.fetch('http://127.0.0.1'), () => new g.WebSocket('ws://127.0.0.1'), () => new g.EventSource('http://127.0.0.1')]) {
    try {
      await send();
      tried.push('GOT the network');
    } catch (error: any) {
      tried.push(error.name);
    }
  }
  throw new Error(`nothing gained; ${tried.join(', ')}`);
};
