/** What a figure should reach, against a baseline of the same run or, without one, by itself. */
export interface Goal {
  readonly against?: string
  readonly atLeast?: number
  readonly atMost?: number
}

export interface JudgedGoal {
  readonly text: string
  readonly met: boolean
}

/** Undefined where the baseline was not measured: over another transport there may be none. */
export function judgeGoal(
  goal: Goal,
  value: number,
  vs: Readonly<Record<string, number>>,
  unit: string,
): JudgedGoal | undefined {
  const { against, atLeast = Number.NEGATIVE_INFINITY, atMost = Number.POSITIVE_INFINITY } = goal
  const figure = against === undefined ? value : vs[against]
  if (figure === undefined) return undefined
  const bound = goal.atLeast === undefined ? `<= ${goal.atMost}` : `>= ${goal.atLeast}`
  const text = against === undefined ? `${bound} ${unit}` : `${bound}x ${against}`
  return { text, met: figure >= atLeast && figure <= atMost }
}
