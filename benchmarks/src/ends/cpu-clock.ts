/** What this process has used of the processor, all threads together. Unlike time, it hardly grows while others run. */
export function cpuUs(): number {
  const { user, system } = process.cpuUsage()
  return user + system
}
