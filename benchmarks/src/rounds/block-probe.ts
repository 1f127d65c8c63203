// How long the event loop of this process is held up at a stretch: what its thread has used of the processor between two turns of a
// timer that is always due. What else runs on the machine is not in it, nor is waiting; turns too short to be told apart add up to a
// millisecond at most.

const tickMs = 1

export interface BlockProbe {
  begin(): void
  /** Of what was seen since, the longest, in milliseconds. */
  end(): number
}

export function createBlockProbe(): BlockProbe {
  let longestUs = 0
  let lastUs = 0
  let timer: NodeJS.Timeout | undefined
  const look = (): void => {
    const nowUs = threadUs()
    longestUs = Math.max(longestUs, nowUs - lastUs)
    lastUs = nowUs
  }
  return {
    begin() {
      longestUs = 0
      lastUs = threadUs()
      timer = setInterval(look, tickMs)
    },
    end() {
      clearInterval(timer)
      look()
      return longestUs / 1_000
    },
  }
}

function threadUs(): number {
  const { user, system } = process.threadCpuUsage()
  return user + system
}
