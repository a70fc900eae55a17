import { expect, it } from 'vitest';
import { withoutHostPaths } from './host-paths.ts';

it.each([
  [
    "EACCES: permission denied, scandir '/home/x/class/ada/exercises'",
    "EACCES: permission denied, scandir 'exercises'",
  ],
  ["ENOENT: open '/home/x y/my class/ada.zip'", "ENOENT: open 'ada.zip'"],
  ['/srv/grades/out/unpacked/zip-a1b2/exercises/a.ts:3: no', 'a.ts:3: no'],
  ['at file:///srv/kit/dist/host.js:12', 'at host.js:12'],
  ['C:\\Users\\x\\class\\ada.zip is torn', 'ada.zip is torn'],
  ['it has no exercises/ folder, at the top or one folder below', null],
  ['01-x/attend.ts:12 and/or 1/2', null],
  ['see https://example.org/a/b', null],
  ['"/exercises" is empty', null],
])('a message keeps no path of the machine: %s', (text, shown) => {
  expect(withoutHostPaths(text)).toBe(shown ?? text);
});
