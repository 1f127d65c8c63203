/** What this process has used of the processor, all threads together. Time spent waiting for it is not in it. */
export function cpuUs(): number {
  const { user, system } = process.cpuUsage()
  return user + system
}
