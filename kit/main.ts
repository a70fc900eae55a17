/** The command line: one binary, one file a verb, loaded when it is called. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command, CommanderError } from 'commander';
import { VERBS } from './commands/verbs.ts';
import { PACKAGE_ROOT } from './course/course.ts';
import { InputError } from './course/input-error.ts';
import { isStudentRepository, refuseWithoutSources } from './course/student-repository.ts';

/** 0 did what was asked (grading: all passed), 1 graded but not all passed, 2 wrong usage or input, 3 the kit or the machine failed. */
const EXIT = { usage: 2, failed: 3 } as const;

const { version } = JSON.parse(readFileSync(join(PACKAGE_ROOT, 'package.json'), 'utf8')) as { version: string };
const program = new Command('kit')
  .description('Exercises on attention mechanisms: work on them, judge them, grade them.')
  .version(version)
  .showSuggestionAfterError()
  .exitOverride()
  .configureOutput({
    outputError: (text, write) =>
      write(
        `${text
          .replace(/^error: /, 'kit: ')
          .trim()
          .replaceAll('\n', ' ')}\n`,
      ),
  });

const isStudents = isStudentRepository();
for (const { name, args, summary, options, example, needsSources, load } of VERBS) {
  const hidden = needsSources && isStudents;
  const command = program.command(args ? `${name} ${args}` : name, { hidden }).description(summary);
  for (const [flags, description, initial] of options) command.option(flags, description, initial);
  command
    .addHelpText('after', `\nExample:\n  ${example}`)
    .exitOverride()
    .action(async (...given) => {
      // Commander gives the arguments, then the options, then the command itself.
      const parsed = given.slice(0, -1);
      if (needsSources) refuseWithoutSources(name);
      const { run } = await load();
      process.exitCode = await (run as (...values: unknown[]) => Promise<number>)(...parsed);
    });
}

// A reader that has had enough (`| head`, a closed terminal) is not a fault, and the verdict stays what it is.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE' || (error.code === 'EIO' && process.stdout.isTTY)) return;
  process.stderr.write(`kit: the output cannot be written: ${error.message}\n`);
  process.exit(EXIT.failed);
});
process.stderr.on('error', () => {});

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : EXIT.usage;
  else if (error instanceof InputError) {
    process.stderr.write(`kit: ${error.message}\n`);
    process.exitCode = EXIT.usage;
  } else {
    process.stderr.write(`kit: ${process.env.KIT_DEBUG ? (error as Error).stack : (error as Error).message}\n`);
    process.exitCode = EXIT.failed;
  }
}
