/** What a submission's name tells of its owner, where a platform's bulk download made it. */

export interface Clues {
  /** `lovelaceada_LATE_101_55501_attention.zip`: the name's letters, last name first, and Canvas's number of the user. */
  canvas?: { letters: string; id: string };
  /** `Ada Lovelace_12345_assignsubmission_file_…`: the number is the participant's in this assignment. */
  moodle?: { name: string; number: string };
  /** `submission_4711`. */
  gradescope?: string;
}

const CANVAS = /^(.+?)(?:_LATE)?_(\d+)_(\d+)_./;
const MOODLE = /^(.+?)_(\d+)_assignsubmission_(?:file|onlinetext)(?:_|$)/;
const GRADESCOPE = /^submission_(\d+)$/;

/** @param submission as in a gradebook: relative to the class's folder, and perhaps with a moment's folder in it */
export function cluesOf(submission: string): Clues {
  const [name] = submission.split('/');
  const [, fullName, number] = name.match(MOODLE) ?? [];
  if (number) return { moodle: { name: fullName, number } };
  const [, letters, id] = name.match(CANVAS) ?? [];
  if (id) return { canvas: { letters, id } };
  const [, gradescope] = name.replace(/\.zip$/i, '').match(GRADESCOPE) ?? [];
  return gradescope ? { gradescope } : {};
}
