import { describe, expect, it } from 'vitest';
import { EditFailed, edited } from './edits.ts';

const SOLUTION = `export function f(x) {
  const scores = tf.softmax(a);
  const again = tf.softmax(b);
  return tf.div(scores, again);
}
`;

describe('a mistake as an edit of the solution', () => {
  it('replaces each left side, whatever their order', () => {
    const text = edited(SOLUTION, { edit: ['tf.div', 'tf.mul', '(a)', '(c)'] });
    expect(text).toBe(SOLUTION.replace('tf.div', 'tf.mul').replace('(a)', '(c)'));
  });

  it('replaces everywhere what is to be replaced everywhere', () => {
    expect(edited(SOLUTION, { everywhere: ['tf.softmax(', 'naive('] })).not.toContain('tf.softmax');
  });

  it('looks for left sides in the solution, not in what another edit wrote', () => {
    expect(edited(SOLUTION, { edit: ['tf.div(scores', 'tf.mul((a)', '(a)', '(c)'] })).toContain('tf.mul((a)');
  });

  it('takes the right side as it is, also what a regular expression would read in it', () => {
    expect(edited(SOLUTION, { edit: ['(a)', '($&)'] })).toContain('tf.softmax($&)');
  });

  it('puts the functions that it calls at the end', () => {
    const text = edited(SOLUTION, { edit: ['(a)', '(g(a))'], with: 'const g = (x) => x;' });
    expect(text.trimEnd().endsWith('const g = (x) => x;')).toBe(true);
  });

  it.each<[string, Parameters<typeof edited>[1], string]>([
    ['is not in the solution', { edit: ['tf.log', 'tf.exp'] }, 'tf.log'],
    ['is there twice', { edit: ['tf.softmax(', 'naive('] }, '2 times'],
    ['is nowhere, though it is to be replaced everywhere', { everywhere: ['tf.log', 'x'] }, 'tf.log'],
    ['has no right side', { edit: ['tf.div'] }, 'pairs'],
    ['is empty', { edit: ['', 'x'] }, 'empty'],
    ['overlaps another', { edit: ['tf.div(scores', 'x', 'scores, again', 'y'] }, 'overlap'],
    ['is not there at all', {}, 'nothing'],
  ])('fails where a left side %s, and names it', (_, mistake, named) => {
    expect(() => edited(SOLUTION, mistake)).toThrow(EditFailed);
    expect(() => edited(SOLUTION, mistake)).toThrow(named);
  });
});
