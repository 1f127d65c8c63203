import type { Call, Reply } from './call.ts'

/** Does in this process what the runner asks for. */
export function serveCalls(ends: object): void {
  process.on('message', async ({ id, end, command, argument }: Call) => {
    try {
      // Both sides of the channel are this program, and `CalledProcess.call` has checked the types.
      const known = ends as Readonly<Record<string, Readonly<Record<string, (argument: unknown) => unknown>>>>
      reply({ id, ok: true, value: await known[end]?.[command]?.(argument) })
    } catch (error) {
      reply({ id, ok: false, message: error instanceof Error ? (error.stack ?? error.message) : String(error) })
    }
  })
}

function reply(message: Reply): void {
  process.send?.(message)
}
