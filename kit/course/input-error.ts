/** Something that the user gave is not usable: said in one line with the way out, exit code 2. */
export class InputError extends Error {
  override name = 'InputError';
}
