// ARNs of load balancers and their parts as a terminal has room for them.

const BALANCING =
  /arn:[a-z-]+:elasticloadbalancing:[a-z0-9-]+:\d{12}:(?:loadbalancer\/|listener\/|listener-rule\/)?(?<kind>net|gwy|app|targetgroup)\/(?<name>[A-Za-z0-9-]+)(?:\/[0-9a-f]{16}\b)*/g

/** The text with each such ARN as kind and name, which are unique in an account's region: `net/NAME`, `targetgroup/NAME`. */
export function shortArn(text: string): string {
  return text.replaceAll(BALANCING, '$<kind>/$<name>')
}
