/** What a wrong output is recognised by, as the checks of values and of gradients see it. */
import type { Plain } from '../../author/plain.ts';
import type { SubmissionFault } from '../../subject/failure.ts';
import { RemoteTensor } from '../../subject/remote-values.ts';
import { Thrown } from '../../subject/thrown-fault.ts';
import type { PreparedCase } from '../cases.ts';
import { type CaseSign, signOfThrown, type WrongOutput } from '../signs.ts';
import type { JudgedOutput } from './judge-output.ts';

export function wrongOutput(
  name: string,
  got: RemoteTensor | Plain | undefined,
  { failure, value }: JudgedOutput,
  { expected }: PreparedCase,
): WrongOutput {
  if (failure?.code === 'dtype') return { name, kind: `dtype ${value && 'dtype' in value ? value.dtype : ''}` };
  if (value) return { name, value, expected: expected[name] };
  return { name, kind: got instanceof RemoteTensor ? `shape ${got.shape}` : failure?.code };
}

/** An error is known by what it says; any other fault by its kind. */
export function signOfFault(error: SubmissionFault): CaseSign {
  return signOfThrown(error instanceof Thrown ? `${error.errorName}: ${error.errorMessage}` : error.failure.code);
}
