/** What a stub's numbered TODOs ask for next. */

/** Long enough for what an exercise says in two lines. */
const MOST_TEXT = 300;

/** What a stub throws, and what its file says of that step: told once, in the file's words where it has any. */
export function todoInWords(message: string, source: string): string {
  const step = nextStep(message, source);
  const [, number, name] = message.match(/^TODO (\d+): (.+) is not written yet$/) ?? [];
  const says = `. TODO ${number} says: `;
  if (!step.startsWith(says)) return `not written yet: ${message}${step}`;
  return `${name} is not written yet: TODO ${number}: ${step.slice(says.length)}`;
}

/**
 * The text of the TODO that an error names, as the file itself has it; or of the first that is left, where that one's
 * comment is gone and the throw has stayed. Empty where the file says nothing.
 */
export function nextStep(message: string, source: string): string {
  const todos = todosIn(source);
  const named = Number(message.match(/^TODO\s+(\d+)/)?.[1]);
  if (todos.has(named)) return `. TODO ${named} says: ${todos.get(named)}`;
  const [first] = [...todos.keys()].sort((a, b) => a - b);
  if (first === undefined)
    return todos.size === 0 && source ? '. No TODO comment is left, only this throw: take it out' : '';
  return `. That TODO is gone from the file, but the throw is still there; next is TODO ${first}: ${todos.get(first)}`;
}

/** `// TODO 2  text`, with the comment lines that carry it on. */
function todosIn(source: string): Map<number, string> {
  const todos = new Map<number, string>();
  let open: number | undefined;
  for (const line of source.split('\n')) {
    const [, text] = line.match(/^\s*\/\/\s?(.*)$/s) ?? [];
    const [, number, rest] = text?.match(/^TODO\s+(\d+)[.:]?\s(.*)$/s) ?? [];
    if (number !== undefined) {
      open = Number(number);
      // Several functions of a file may have a TODO of one number; the first is where to begin.
      if (todos.has(open)) open = undefined;
      else todos.set(open, rest.trim());
    } else if (text !== undefined && open !== undefined) {
      todos.set(open, `${todos.get(open)} ${text.trim()}`);
    } else open = undefined;
  }
  return new Map([...todos].map(([number, text]) => [number, text.slice(0, MOST_TEXT).trim()]));
}
