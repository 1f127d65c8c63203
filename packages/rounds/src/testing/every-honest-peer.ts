import { isAbsent, type Outcome } from '@rondo/testkit/simulator'
import { firstFailure, type Verdict } from './verdict.js'

/**
 * Whether something holds for every peer that is honest and has an outcome: true, or of whom it does not hold and why.
 *
 * @example
 * expect(everyHonestPeer(outcomes, completedOrNames(2))).toBe(true)
 */
export function everyHonestPeer<Value>(
  outcomes: readonly Outcome<Value>[],
  holds: (outcome: Value, peer: number) => Verdict | boolean,
): Verdict {
  const verdicts = outcomes.flatMap((outcome, peer): (readonly [string, Verdict])[] => {
    if (isAbsent(outcome)) return []
    const verdict = holds(outcome, peer)
    return [[`peer ${peer}`, verdict === false ? 'it does not hold' : verdict]]
  })
  // Of nobody everything is true.
  return verdicts.length === 0 ? 'no honest peer has an outcome' : firstFailure(verdicts)
}
