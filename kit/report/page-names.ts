/** File names for students' pages: of plain letters, no two the same on any file system, whatever the students are called. */

const RESERVED = /^(con|prn|aux|nul|com\d|lpt\d|index)$/;
const LONGEST = 60;

/** @returns for each student, in order, a name without an ending */
export function pageNames(students: string[]): string[] {
  const taken = new Set<string>();
  return students.map((student) => {
    const letters = student
      .normalize('NFKD')
      .replace(/\p{M}/gu, '')
      .toLowerCase()
      .replace(/[^a-z0-9_]+/g, '-')
      .slice(0, LONGEST)
      // Of several in a row one is left by now.
      .replace(/^-|-$/g, '');
    const base = letters === '' ? 'student' : RESERVED.test(letters) ? `student-${letters}` : letters;
    let name = base;
    for (let n = 2; taken.has(name); n++) name = `${base}-${n}`;
    taken.add(name);
    return name;
  });
}
