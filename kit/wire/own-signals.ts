/** Signals that a process gets for what it does itself: a crash, a limit. Others are sent by another process. */
const OWN = ['SIGABRT', 'SIGSEGV', 'SIGBUS', 'SIGILL', 'SIGTRAP', 'SIGFPE', 'SIGSYS', 'SIGXCPU'];

/** Whether a process ended by its own doing: by a status, or by such a signal. */
export const endedItself = (signal: NodeJS.Signals | null): boolean => signal === null || OWN.includes(signal);
